"""The plan as text for a terminal, as Markdown for a pull request, and what differs between two plans."""

import textwrap
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from planning.sections import Section, headline, sections

_WIDTH = 140
# Reasons and sources are text for people; what follows from a figure that changed need not be said twice.
_SILENT = {"because", "source", "shorten", "why_lost", "reason", "path", "measured", "traffic"}
_LISTS = {"servers": "name", "pools": "name", "quotas": "code", "phases": "name", "lines": "what"}

Json = Mapping[str, Any]
Change = tuple[str, str, str]


def to_text(plan: Json) -> str:
    """Return the plan for a terminal."""
    parts = [f"{plan['stack']} in {plan['region']}", textwrap.fill(headline(plan), _WIDTH)]
    return "\n\n".join(parts + [_text(section) for section in sections(plan)]) + "\n"


def to_markdown(plan: Json) -> str:
    """Return the plan as GitHub Markdown; all but the first tables are folded."""
    parts = [f"## Plan of `{plan['stack']}` in {plan['region']}", headline(plan)]
    for section in sections(plan):
        body = _markdown(section)
        if section.title in {"Warnings", "What runs where"}:
            parts.append(f"### {section.title}\n\n{body}")
        else:
            parts.append(f"<details><summary>{section.title}</summary>\n\n{body}\n\n</details>")
    return "\n\n".join(parts) + "\n"


def changes(before: Json, now: Json) -> list[Change]:
    """Return what differs between two plans: where, before, and now."""
    old, new = dict(_leaves("", before)), dict(_leaves("", now))
    names = list(dict.fromkeys([*new, *old]))
    return [
        (name, old.get(name, "-"), new.get(name, "-")) for name in names if old.get(name) != new.get(name)
    ]


def difference(before: Json, now: Json, reference: str, *, markdown: bool) -> str:
    """Return the changes as text or Markdown, the money first."""
    found = changes(before, now)
    title = f"Plan of {now['stack']} against {reference}"
    if not found:
        return f"{'## ' if markdown else ''}{title}\n\nNothing changes.\n"
    section = Section(title="", columns=("what", "before", "now"), rows=tuple(found))
    money = " ".join(_moved(before, now, when, words) for when, words in _WHEN)
    body = _markdown(section) if markdown else _table(section)
    return f"{'## ' if markdown else ''}{title}\n\n{money}\n\n{body}\n"


_WHEN = (("floor", "At rest"), ("expected", "As expected"), ("worst", "At the limits"))


def _moved(before: Json, now: Json, when: str, words: str) -> str:
    old, new = (plan["money"][when]["usd_per_hour"] for plan in (before, now))
    if old == new:
        return f"{words} ${new:,.2f} an hour, as before."
    return f"{words} ${old:,.2f} -> ${new:,.2f} an hour ({new - old:+,.2f})."


def _leaves(path: str, value: Any) -> Iterator[tuple[str, str]]:
    """Every figure with its place; entries of a list go by their names."""
    if isinstance(value, Mapping):
        for key, inner in value.items():
            if key not in _SILENT:
                yield from _leaves(f"{path}.{key}".removeprefix("."), inner)
        return
    key = _LISTS.get(path.rpartition(".")[2])
    if isinstance(value, list) and key and all(isinstance(entry, Mapping) for entry in value):
        for entry in value:
            yield from _leaves(f"{path}.{entry[key]}", {k: v for k, v in entry.items() if k != key})
        return
    yield path, _said(value)


def _said(value: Any) -> str:
    if isinstance(value, list):
        return ", ".join(map(_said, value)) or "none"
    if isinstance(value, Mapping):
        return " ".join(str(value[key]) for key in ("instance_type", "tokens_per_second") if key in value)
    return "none" if value is None else f"{value:g}" if isinstance(value, float) else str(value)


def _text(section: Section) -> str:
    head = f"{section.title}\n{'-' * len(section.title)}"
    table = [_table(section)] if section.rows else []
    lines = [textwrap.fill(line, _WIDTH, subsequent_indent="  ") for line in section.lines]
    return "\n".join([head, *table, *lines])


def _table(section: Section) -> str:
    """Columns as wide as their words, up to what a line holds; longer cells go on below."""
    widths = _widths([section.columns, *section.rows])
    lines: list[str] = []
    for row in (section.columns, *section.rows):
        cells = [textwrap.wrap(cell, width) or [""] for cell, width in zip(row, widths, strict=True)]
        for at in range(max(map(len, cells))):
            texts = [
                (cell[at] if at < len(cell) else "").ljust(w) for cell, w in zip(cells, widths, strict=True)
            ]
            lines.append("  ".join(texts).rstrip())
    return "\n".join(lines)


def _widths(rows: Sequence[Sequence[str]]) -> list[int]:
    """Give each column its longest cell, and take from the widest what a line does not hold."""
    widths = [max(len(row[column]) for row in rows) or 1 for column in range(len(rows[0]))]
    while sum(widths) + 2 * len(widths) > _WIDTH and max(widths) > 12:  # noqa: PLR2004  a word or two
        widths[widths.index(max(widths))] -= 1
    return widths


def _markdown(section: Section) -> str:
    table = [_cells(row) for row in (section.columns, ["---"] * len(section.columns), *section.rows)]
    lines = [f"- {line}" for line in section.lines]
    return "\n".join([*(table if section.rows else []), *([""] if section.rows and lines else []), *lines])


def _cells(cells: Sequence[str]) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"
