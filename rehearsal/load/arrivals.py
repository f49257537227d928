"""When requests arrive: a rate that runs along straight lines through points in time."""

import math
import random
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass

from catalog.load_traces import LoadTrace

HOUR = 3600.0
# Above it a Poisson number is drawn from the normal distribution, which is all but the same there.
_MANY = 50.0


@dataclass(frozen=True, kw_only=True)
class Arrivals:
    """Requests a second over time: `points` are (seconds, rate), in order; outside them the nearest one holds."""

    points: tuple[tuple[float, float], ...]

    def rate(self, at: float) -> float:
        """Return the requests a second at a moment."""
        index = bisect_right(self.points, (at, math.inf))
        if index == 0:
            return self.points[0][1]
        if index == len(self.points):
            return self.points[-1][1]
        (left, low), (right, high) = self.points[index - 1 : index + 1]
        return low + (high - low) * (at - left) / (right - left)

    def scaled(self, factor: float) -> "Arrivals":
        """Return the same course with every rate times `factor`."""
        return Arrivals(points=tuple((at, rate * factor) for at, rate in self.points))

    @property
    def peak(self) -> float:
        """The highest rate."""
        return max(rate for _, rate in self.points)


def day(trace: LoadTrace) -> Arrivals:
    """Return a day of a trace with its highest rate as 1, from its quietest hour to the next day's.

    An hour's mean stands in the middle of the hour.
    """
    quietest = trace.quietest_hour
    turned = [trace.hourly[(hour + quietest) % len(trace.hourly)] for hour in range(len(trace.hourly) + 1)]
    highest = max(trace.hourly)
    return Arrivals(points=tuple(((hour + 0.5) * HOUR, count / highest) for hour, count in enumerate(turned)))


def course(points: Sequence[tuple[float, float]]) -> Arrivals:
    """Return the course through (seconds, rate); two points at one moment are a jump."""
    return Arrivals(points=tuple(sorted(points, key=lambda point: point[0])))


def poisson(mean: float, chance: random.Random) -> int:
    """Draw how many requests arrive where `mean` are to be expected."""
    if mean > _MANY:
        return max(0, round(chance.gauss(mean, math.sqrt(mean))))
    product, count = chance.random(), 0
    while product > math.exp(-mean):
        product *= chance.random()
        count += 1
    return count
