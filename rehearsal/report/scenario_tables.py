"""The tables of a scenario."""

from rehearsal.report.scenario import ScenarioReport
from rehearsal.report.table import Row, Table
from rehearsal.scenarios.analysis import Outcome, Split

_PARTS = ("metric", "hpa", "scheduling", "node", "start", "total")


def scenario_tables(report: ScenarioReport) -> list[Table]:
    """Return a scenario's tables in reading order."""
    return [_outcome(report.outcome), _splits(report), _marks(report), _clocks(report), _given(report)]


def _outcome(outcome: Outcome) -> Table:
    usage = outcome.usage
    rows: list[Row] = [
        ("replicas wanted, Ready, needed (most)", f"{outcome.wanted}, {outcome.ready}, {outcome.needed}"),
        ("changes of direction beyond the load's", str(outcome.reversals)),
        ("requests", str(outcome.requests)),
        ("first token later than its target", f"{outcome.late} ({outcome.late_share:.2%})"),
        ("failed: no replica, or theirs was cut off", str(outcome.failed)),
        ("GPU hours", f"{usage.gpu_hours:.2f}"),
        (
            f"GPU hours of a static {usage.static_replicas} replicas",
            f"{usage.static_gpu_hours:.2f} ({usage.share:.0%})",
        ),
        ("dollars for GPU nodes", f"{usage.usd:.2f}, static {usage.static_usd:.2f}"),
    ]
    if outcome.budget:
        kept = "kept" if outcome.budget.kept else "BROKEN"
        seen = f"{outcome.budget.fewest} Ready, {outcome.budget.allowed} allowed: {kept}"
        rows.append(("fewest Ready against the disruption budget", seen))
        rows.append(("replicas lost at once", str(outcome.budget.most_lost)))
    return Table(title="What came of it, in the cluster's time", columns=("what", "value"), rows=rows)


def _splits(report: ScenarioReport) -> Table:
    names = ("the first new replica", "the last new replica")
    rows: list[Row] = []
    for name, split in zip(names, report.outcome.splits, strict=False):
        rows.append((name, "rehearsal", *(_seconds(split, part, 1.0) for part in _PARTS)))
        rows.append((name, "cluster", *(_seconds(split, part, report.compression) for part in _PARTS)))
    columns = ("from load to Ready, s", "clock", "metric", "HPA", "scheduling", "node", "start", "together")
    return Table(title="Where the time went", columns=columns, rows=rows)


def _seconds(split: Split, part: str, factor: float) -> str:
    return f"{getattr(split, part) * factor:.{1 if factor == 1 else 0}f}"


def _marks(report: ScenarioReport) -> Table:
    rows = [(f"{mark.minute:.1f}", mark.text) for mark in report.marks]
    return Table(title="What happened", columns=("minute", "what"), rows=rows)


def _clocks(report: ScenarioReport) -> Table:
    rows = [(clock.name, _length(clock.seconds), _length(clock.rehearsed)) for clock in sorted(report.clocks)]
    title = f"Clocks: one second here is {report.compression:g} in the cluster"
    return Table(title=title, columns=("clock", "in the cluster", "in the rehearsal"), rows=rows)


def _length(seconds: float) -> str:
    return f"{seconds:g} s"


def _given(report: ScenarioReport) -> Table:
    rows = [("setting changed", change) for change in report.changes]
    rows += [(f"assumed: {name}", value) for name, value in report.assumptions.items()]
    return Table(title="Given for the scenario", columns=("what", "value"), rows=rows)
