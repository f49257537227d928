"""The figures as tables, ratios first: seconds depend on the machine."""

from collections.abc import Mapping, Sequence

from rich.table import Table

from benchmarks.bench import Sample
from benchmarks.measure import Against, middle


def against_table(taken: Against) -> Table:
    """Return a stack beside its no-ops: ratio and median seconds of each, and every sample."""
    base = middle(taken.no_ops)
    table = Table(title=f"up of dev against as many no-ops ({base.resources} resources), medians")
    for heading in ("", "ratio", "seconds", "samples"):
        table.add_column(heading, justify="right" if heading else "left")
    rows = (
        ("no-ops", taken.no_ops),
        ("dev, pods not awaited", taken.unawaited),
        ("dev, pods awaited", taken.awaited),
    )
    for name, samples in rows:
        median = middle(samples).seconds
        table.add_row(name, f"{median / base.seconds:.2f}", f"{median:.2f}", _all(samples))
    return table


def growth_table(taken: Mapping[int, Sample], pods: str) -> Table:
    """Return time a resource by number of models, and its ratio to the first one's; `pods` goes in the title."""
    base = next(iter(taken.values()))
    table = Table(title=f"up of dev by models, pods {pods}")
    for heading in ("models", "ratio", "ms a resource", "resources", "seconds", "load"):
        table.add_column(heading, justify="right")
    for models, sample in taken.items():
        table.add_row(
            str(models),
            f"{sample.per_resource / base.per_resource:.2f}",
            f"{sample.per_resource * 1000:.0f}",
            str(sample.resources),
            f"{sample.seconds:.1f}",
            f"{sample.load:.1f}",
        )
    return table


def _all(samples: Sequence[Sample]) -> str:
    return " ".join(f"{sample.seconds:.1f}" for sample in samples)
