"""The report's tables, as plain rows: every way of telling shows the same ones."""

from collections import Counter
from collections.abc import Iterable

from planning.cost import CostLine, total
from rehearsal.placement import PlacedPod
from rehearsal.report.model import Report
from rehearsal.report.scenario_tables import scenario_tables
from rehearsal.report.table import Row, Table


def tables(report: Report) -> list[Table]:
    """Return the report's tables in reading order; empty ones are left out."""
    if report.scenario:
        every = [*scenario_tables(report.scenario), _phases(report)]
    else:
        every = [
            _placement("Models on GPUs, fewest replicas", report.floor),
            _placement("Models on GPUs, most replicas", report.peak),
            _cost(report),
            _kinds(report),
            _charts(report),
            _phases(report),
        ]
    return [table for table in every if table.rows]


def verdict(report: Report) -> str:
    """One line: passed or not, and why."""
    if report.passed and report.scenario:
        return f"PASSED: {report.stack} holds {report.scenario.name}, and leaves nothing."
    if report.passed:
        return f"PASSED: {report.stack} stands, holds its peak, does not change on a second up, and leaves nothing."
    count = len(report.findings)
    return f"FAILED: {report.stack} has {count} finding{'s' if count != 1 else ''}."


def _placement(title: str, pods: Iterable[PlacedPod]) -> Table:
    keys = [(pod.server, pod.pool, pod.instance_type, pod.capacity_type, _gpus(pod)) for pod in pods]
    zones: dict[Row, Counter[str]] = {}
    for pod, key in zip(pods, keys, strict=True):
        zones.setdefault(key, Counter())[pod.zone] += 1
    rows = [
        (server, str(sum(zones[key].values())), gpus, pool, instance, capacity, _zones(zones[key]))
        for key in sorted(zones)
        for server, pool, instance, capacity, gpus in [key]
    ]
    columns = ("model", "pods", "GPUs each", "pool", "instance type", "capacity", "zones")
    return Table(title=title, columns=columns, rows=rows)


def _gpus(pod: PlacedPod) -> str:
    """`2` for GPUs, `1 mig-3g.40gb` and `1 gpu.shared` for parts of them."""
    part = pod.resource.removeprefix("nvidia.com/")
    return str(pod.gpus) if part == "gpu" else f"{pod.gpus} {part}"


def _zones(counts: Counter[str]) -> str:
    return ", ".join(f"{zone} x{count}" for zone, count in sorted(counts.items()))


def _cost(report: Report) -> Table:
    lines = {line.what: line for line in report.peak_cost}
    floor = {line.what: line for line in report.floor_cost}
    rows = [
        (what, _number(floor.get(what)), _dollars(floor.get(what)), _number(line), _dollars(line))
        for what, line in lines.items()
    ]
    if rows:
        rows.append(("together", "", f"{total(report.floor_cost):.2f}", "", f"{total(report.peak_cost):.2f}"))
    columns = ("what", "at rest", "$/h", "at peak", "$/h")
    return Table(title="Cost, US dollars an hour at on-demand list prices", columns=columns, rows=rows)


def _number(line: CostLine | None) -> str:
    return f"{line.count:g}" if line else "0"


def _dollars(line: CostLine | None) -> str:
    if line is None:
        return "0.00"
    return "no list price" if line.each is None else f"{line.usd_per_hour:.2f}"


def _kinds(report: Report) -> Table:
    """Resources by the service or API group they belong to, each with its kinds."""
    groups: dict[str, dict[str, int]] = {}
    for token, count in report.kinds.items():
        module, _, kind = token.rpartition(":")
        group = module.rpartition("/")[0] if module.startswith(("aws:", "random:")) else module
        groups.setdefault(group, {})[kind] = count
    rows = [
        (
            group,
            str(sum(kinds.values())),
            ", ".join(f"{kind} {count}" for kind, count in sorted(kinds.items())),
        )
        for group, kinds in sorted(groups.items())
    ]
    return Table(
        title=f"Resources: {sum(report.kinds.values())}", columns=("group", "count", "kinds"), rows=rows
    )


def _charts(report: Report) -> Table:
    rows = [
        (one.release, one.version, "rendered" if one.rendered else "placeholder pods", one.reason)
        for one in report.charts
    ]
    return Table(title="Helm charts", columns=("release", "version", "shown as", "because"), rows=rows)


def _phases(report: Report) -> Table:
    rows = [(phase.name, f"{phase.seconds:.1f}", phase.summary) for phase in report.phases]
    if rows:
        rows.append(("together", f"{report.seconds:.1f}", f"{report.memory_mib:.0f} MiB at peak"))
    return Table(title="Phases", columns=("phase", "seconds", "what happened"), rows=rows)
