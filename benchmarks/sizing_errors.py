"""How far an estimator is from the measurements."""

import statistics
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from benchmarks.sizing_estimates import Estimate
from benchmarks.sizing_rows import Row
from planning.fit import FitRequest, Verdict

_GIB = 2**30
TOKEN_ERROR = 0.01
"""Largest error in bytes of a token, as a part of 1, of any measurement."""
KV_ERROR_GIB = 1.0
"""Largest median error of the cache in GiB."""
WRONG_REFUSALS = 0.05
"""Largest part of the servers that ran and are said not to fit."""


@dataclass(frozen=True, kw_only=True)
class Errors:
    """Errors by the number of the measurement: parts of 1 for weights and tokens, GiB for the cache.

    `refused_fits` are servers that refused and are said to fit, `ran_not` those that ran and are said not to.
    """

    weights: dict[int, float]
    tokens: dict[int, float]
    kv_gib: dict[int, float]
    refused: int
    ran: int
    refused_fits: tuple[int, ...]
    ran_not: tuple[int, ...]

    def failures(self) -> list[str]:
        """Name each promise that is not kept, in a line."""
        lines = [
            f"measurement {number}: bytes of a token are {error:+.1%} off, more than {TOKEN_ERROR:.0%}"
            for number, error in self.tokens.items()
            if abs(error) > TOKEN_ERROR
        ]
        if (middle := median(self.kv_gib.values())) > KV_ERROR_GIB:
            lines.append(f"median error of the cache: {middle:.2f} GiB, more than {KV_ERROR_GIB:.1f}")
        lines += [
            f"measurement {number}: the server refused and is said to fit" for number in self.refused_fits
        ]
        if len(self.ran_not) > WRONG_REFUSALS * self.ran:
            lines.append(f"{len(self.ran_not)} of {self.ran} that ran are said not to fit: {self.ran_not}")
        return lines


def errors_of(estimate: Callable[[FitRequest], Estimate], rows: Iterable[Row]) -> Errors:
    """Compare an estimator with all measurements that say enough."""
    known = [(row, estimate(row.request)) for row in rows if row.request is not None]
    judged = [(row, made) for row, made in known if row.judged]
    return Errors(
        weights={
            row.number: made.weights_gib / row.weights_gib - 1
            for row, made in known
            if row.weights_gib and row.published_weights
        },
        tokens={
            row.number: made.token_bytes * row.kv_tokens / (row.kv_gib * _GIB) - 1
            for row, made in known
            if row.kv_gib and row.kv_gib > 0 and row.kv_tokens
        },
        kv_gib={
            row.number: made.kv_gib - row.kv_gib
            for row, made in known
            if row.budgeted and row.kv_gib is not None
        },
        refused=sum(row.refused for row, _ in judged),
        ran=sum(not row.refused for row, _ in judged),
        refused_fits=tuple(
            row.number for row, made in judged if row.refused and made.verdict is Verdict.FITS
        ),
        ran_not=tuple(
            row.number for row, made in judged if not row.refused and made.verdict is Verdict.DOES_NOT_FIT
        ),
    )


def median(errors: Iterable[float]) -> float:
    """Median of the sizes of errors."""
    return statistics.median(map(abs, errors))
