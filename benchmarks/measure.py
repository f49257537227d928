"""The two series: a stack against as many no-ops, and a stack as it grows."""

import statistics
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from benchmarks.bench import Bench, Sample
from benchmarks.programs import with_models

Say = Callable[[str], None]


@dataclass(kw_only=True)
class Against:
    """A stack's samples beside those of as many no-ops, taken in turn."""

    no_ops: list[Sample] = field(default_factory=list[Sample])
    unawaited: list[Sample] = field(default_factory=list[Sample])
    awaited: list[Sample] = field(default_factory=list[Sample])


def against_no_ops(bench: Bench, config: Mapping[str, Any], rounds: int, say: Say) -> Against:
    """Measure in turn, so that what else the machine does hits all alike; `rounds` times.

    A round before them tells how many resources the stack has, and loads what is loaded once.
    """
    say("round 0: to warm up")
    count = bench.platform(config, awaited=False).resources
    taken = Against()
    for number in range(1, rounds + 1):
        taken.no_ops.append(bench.no_ops(count))
        taken.unawaited.append(bench.platform(config, awaited=False))
        taken.awaited.append(bench.platform(config))
        last = taken.no_ops[-1], taken.unawaited[-1], taken.awaited[-1]
        told = "no-ops {:.1f} s, pods not awaited {:.1f} s, pods awaited {:.1f} s"
        say(f"round {number} of {rounds}: " + told.format(*(sample.seconds for sample in last)))
    return taken


def growth(
    bench: Bench, config: Mapping[str, Any], sizes: Sequence[int], say: Say, *, awaited: bool
) -> dict[int, Sample]:
    """Measure the stack with each of these numbers of models, with or without waiting for pods."""
    taken: dict[int, Sample] = {}
    for size in sizes:
        taken[size] = bench.platform(with_models(config, size), awaited=awaited)
        pods = "awaited" if awaited else "not awaited"
        say(f"{size} models, pods {pods}: {taken[size].resources} resources in {taken[size].seconds:.1f} s")
    return taken


def middle(samples: Sequence[Sample]) -> Sample:
    """Return the sample with the median time (of an even number, the slower of the two in the middle)."""
    seconds = statistics.median_high([sample.seconds for sample in samples])
    return next(sample for sample in samples if sample.seconds == seconds)
