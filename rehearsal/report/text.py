"""The report as text: for a terminal, as Markdown for a pull request, as JSON for programs."""

import json
from dataclasses import asdict
from typing import Any

from rich.console import Console
from rich.table import Table as RichTable
from rich.text import Text

from catalog.instances import PRICE_DATE, PRICE_REGION
from catalog.prices import HOURS_A_MONTH
from planning.cost import total
from rehearsal.report.model import Report
from rehearsal.report.table import Table
from rehearsal.report.tables import tables, verdict


def to_terminal(report: Report, console: Console) -> None:
    """Print the report."""
    for table in tables(report):
        console.print()
        console.print(_rich(table))
    console.print()
    console.print(_summary(report), markup=False, highlight=False)
    for finding in report.findings:
        console.print(Text(f"{finding.phase}: {finding.text}", style="red"), soft_wrap=True)
    console.print(Text(verdict(report), style="bold green" if report.passed else "bold red"))


def to_markdown(report: Report) -> str:
    """Return the report as GitHub Markdown, findings first."""
    parts = [f"## Rehearsal of `{report.stack}`", f"**{verdict(report)}**", _summary(report)]
    if report.findings:
        parts.append("\n".join(f"- **{finding.phase}**: {finding.text}" for finding in report.findings))
    parts += [_markdown(table) for table in tables(report)]
    return "\n\n".join(parts) + "\n"


def to_json(report: Report) -> str:
    """Return the report as JSON: its own fields, `passed`, and the sums."""
    content: dict[str, Any] = {
        "passed": report.passed,
        "seconds": round(report.seconds, 1),
        "floor_usd_per_hour": round(total(report.floor_cost), 4),
        "peak_usd_per_hour": round(total(report.peak_cost), 4),
        **asdict(report),
    }
    return json.dumps(content, indent=2)


def _summary(report: Report) -> str:
    """What the stack costs, and where the prices come from."""
    where = f"Kubernetes {report.kubernetes}, {report.providers} providers."
    if not report.floor_cost:
        return where
    floor, peak = total(report.floor_cost), total(report.peak_cost)
    month = floor * HOURS_A_MONTH
    return (
        f"{where} At rest ${floor:.2f} an hour "
        f"(${month:,.0f} a month), at peak ${peak:.2f} an hour. Prices: {PRICE_REGION}, {PRICE_DATE}, on demand; "
        "spot costs less. Traffic and what has no list price come on top."
    )


def _rich(table: Table) -> RichTable:
    drawn = RichTable(title=table.title, title_justify="left", title_style="bold")
    for column in table.columns:
        drawn.add_column(column, overflow="fold")
    for row in table.rows:
        drawn.add_row(*(Text(cell) for cell in row))
    return drawn


def _markdown(table: Table) -> str:
    lines = [f"### {table.title}", "", _cells(table.columns), _cells(["---"] * len(table.columns))]
    return "\n".join(lines + [_cells(row) for row in table.rows])


def _cells(cells: tuple[str, ...] | list[str]) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"
