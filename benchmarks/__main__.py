"""`python -m benchmarks [--quick]`: what Pulumi's engine takes for the dev stack. Minutes; prints, writes nothing."""

import argparse
import os
import sys
from pathlib import Path

from rich.console import Console

from automation import StackError
from benchmarks.bench import STACK, Bench
from benchmarks.measure import against_no_ops, growth, middle
from benchmarks.tables import against_table, growth_table
from rehearsal.control_plane import ControlPlaneError
from rehearsal.toolchain import ToolchainError, ensure
from settings import from_values
from settings.loader import raw_config

_ROOT = Path(__file__).parents[1]
_ROUNDS, _SIZES = 3, (10, 100)
_QUICK_ROUNDS, _QUICK_SIZES = 1, (10,)


def main(arguments: list[str] | None = None) -> int:
    """Measure and print; return 1 where the machine cannot, 0 otherwise, whatever the figures are."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="one round, and no hundred models")
    quick = parser.parse_args(arguments).quick
    try:
        _measure(Console(highlight=False), quick=quick)
    except (StackError, ToolchainError, ControlPlaneError) as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0


def _measure(console: Console, *, quick: bool) -> None:
    config = raw_config(_ROOT, STACK)
    toolchain = ensure(from_values(config).settings.cluster.kubernetes_version, root=_ROOT)
    bench = Bench(root=_ROOT, toolchain=toolchain)
    loads = " ".join(f"{load:.2f}" for load in os.getloadavg())
    console.print(f"Kubernetes {toolchain.kubernetes}, {os.cpu_count()} cores, load average before: {loads}")
    say = console.print
    sizes = _QUICK_SIZES if quick else _SIZES
    taken = against_no_ops(bench, config, _QUICK_ROUNDS if quick else _ROUNDS, say)
    engine = {1: middle(taken.unawaited)} | growth(bench, config, sizes, say, awaited=False)
    whole = {1: middle(taken.awaited)} | growth(bench, config, sizes, say, awaited=True)
    console.print(against_table(taken))
    console.print(growth_table(engine, "not awaited"))
    console.print(growth_table(whole, "awaited"))


if __name__ == "__main__":
    sys.exit(main())
