"""`python -m benchmarks.sizing`: the memory model against published logs, beside two others. Prints, writes nothing.

Returns 1 where a promise of `benchmarks.sizing_errors` is not kept.
"""

import statistics
import sys
from collections.abc import Iterable

from rich.console import Console
from rich.table import Table

from benchmarks.sizing_errors import Errors, errors_of
from benchmarks.sizing_estimates import kaito, llmd, ours
from benchmarks.sizing_rows import Row, rows

_WIDTH = 130


def main() -> int:
    """Print both tables; return 1 for a promise that is not kept."""
    console = Console(highlight=False)
    console = console if console.is_terminal else Console(highlight=False, width=_WIDTH)
    measured = rows()
    estimators = {"platformctl fit": ours, "llm-d planner": llmd, "KAITO": kaito}
    found = {name: errors_of(estimate, measured) for name, estimate in estimators.items()}
    console.print(_each(measured, found["platformctl fit"]))
    console.print(_all(found))
    for row in measured:
        if row.request is None:
            console.print(f"{row.number} left out: {row.comment}")
    failures = found["platformctl fit"].failures()
    for line in failures:
        sys.stderr.write(f"{line}\n")
    return 1 if failures else 0


def _each(measured: list[Row], errors: Errors) -> Table:
    """The errors of the memory model, a measurement a line."""
    table = Table("", "model", "weights", "bytes of a token", "cache, GiB", "the server", "the model says")
    for row in measured:
        if row.request is None:
            continue
        verdict = ours(row.request).verdict.value.replace("_", " ") if row.judged else "(not asked)"
        table.add_row(
            str(row.number),
            row.name[:44],
            _signed(errors.weights.get(row.number), "+.1%"),
            _signed(errors.tokens.get(row.number), "+.2%"),
            _signed(errors.kv_gib.get(row.number), "+.2f"),
            "refused" if row.refused else "ran",
            verdict,
        )
    return table


def _all(found: dict[str, Errors]) -> Table:
    """Median, mean and worst of each estimator."""
    table = Table("median, mean, worst error", *found)
    table.add_row("weights", *(_three(one.weights.values(), ".1%") for one in found.values()))
    table.add_row("bytes of a token", *(_three(one.tokens.values(), ".2%") for one in found.values()))
    table.add_row("cache, GiB", *(_three(one.kv_gib.values(), ".2f") for one in found.values()))
    table.add_row(
        "refused, said to fit", *(f"{len(one.refused_fits)} of {one.refused}" for one in found.values())
    )
    table.add_row("ran, said not to fit", *(f"{len(one.ran_not)} of {one.ran}" for one in found.values()))
    return table


def _three(errors: Iterable[float], form: str) -> str:
    sizes = [abs(error) for error in errors]
    return ", ".join(
        f"{value:{form}}" for value in (statistics.median(sizes), statistics.mean(sizes), max(sizes))
    )


def _signed(error: float | None, form: str) -> str:
    return "" if error is None else f"{error:{form}}"


if __name__ == "__main__":
    sys.exit(main())
