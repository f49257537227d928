"""`python -m benchmarks`: what the platform costs the engine, against as many resources that do nothing."""

import argparse
import os
import statistics
import sys
from collections.abc import Iterator
from pathlib import Path

from rich.console import Console
from rich.table import Table

from benchmarks.bench import STACK, Bench, Sample
from benchmarks.programs import with_models
from rehearsal.toolchain import ensure
from settings import read_stack
from settings.loader import raw_config

_PROJECT = Path(__file__).resolve().parents[1]


def main() -> int:
    """Measure and print both tables; return 0."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="one pair, and no more than 10 models")
    quick: bool = parser.parse_args().quick
    console = Console()
    minor = read_stack(_PROJECT, STACK).settings.cluster.kubernetes_version
    bench = Bench(root=_PROJECT, toolchain=ensure(minor, root=_PROJECT))
    console.print(f"{os.cpu_count()} cores, load average {os.getloadavg()[0]:.1f}")
    console.print(_pairs(console, bench, 1 if quick else 3))
    console.print(_models(console, bench, (1, 10) if quick else (1, 10, 100)))
    return 0


def _pairs(console: Console, bench: Bench, count: int) -> Table:
    """Bring dev up with and without its waits, and as many idle resources, in turn."""
    title = "up of dev, against as many resources that do nothing"
    table = Table("pair", "resources", "with waits", "without", "idle", "ratio", "without waits", title=title)
    config = raw_config(_PROJECT, STACK)
    ratios: list[tuple[float, float]] = []
    for pair in range(1, count + 1):
        console.print(f"pair {pair} of {count} ...")
        full = bench.platform(config)
        engine = bench.platform(config, awaited=False)
        idle = bench.no_ops(full.resources)
        ratios.append((full.seconds / idle.seconds, engine.seconds / idle.seconds))
        table.add_row(str(pair), str(full.resources), *_seconds(full, engine, idle), *_two(ratios[-1]))
    medians = (statistics.median(column) for column in zip(*ratios, strict=True))
    table.add_row("median", "", "", "", "", *_two(medians))
    return table


def _models(console: Console, bench: Bench, counts: tuple[int, ...]) -> Table:
    """Bring dev up with one model and with many."""
    title = "up by models, without waits for pods"
    table = Table("models", "resources", "seconds", "ms a resource", "against 1", title=title)
    first: Sample | None = None
    for count in counts:
        console.print(f"{count} models ...")
        sample = bench.platform(with_models(raw_config(_PROJECT, STACK), count), awaited=False)
        first = first or sample
        each = sample.per_resource
        figures = (f"{each * 1000:.0f}", f"{each / first.per_resource:.2f}")
        table.add_row(str(count), str(sample.resources), f"{sample.seconds:.1f}", *figures)
    return table


def _seconds(*samples: Sample) -> Iterator[str]:
    return (f"{sample.seconds:.1f} s" for sample in samples)


def _two(ratios: tuple[float, ...] | Iterator[float]) -> Iterator[str]:
    return (f"{ratio:.2f}" for ratio in ratios)


if __name__ == "__main__":
    sys.exit(main())
