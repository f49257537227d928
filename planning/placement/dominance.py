"""Leaves out kinds of node that no best assignment needs, so that there is less to search."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace

from planning.placement.packing import divides
from planning.placement.search import Bin, Demand


def useful(
    bins: Sequence[Bin], demands: Sequence[Demand], limits: Collection[str]
) -> tuple[list[Bin], list[Demand]]:
    """Return the bins that may be in a best assignment, and the demands without the others.

    A bin goes where so many nodes of another as one of its own pays for can take everything that may run on it, for no
    more dollars, GPUs and limited vCPUs.
    """
    even = {one.name for one in bins if divides(_sizes(one, demands), one.units)}
    kept = [
        one
        for one in bins
        if not any(_better(other, one, demands, limits) for other in bins if other.name in even)
    ]
    names = {one.name for one in kept}
    left = [
        replace(demand, units={name: units for name, units in demand.units.items() if name in names})
        for demand in demands
    ]
    return kept, left


def _better(other: Bin, one: Bin, demands: Iterable[Demand], limits: Collection[str]) -> bool:
    """Whether everything that may run on `one` may run on `other`, and costs no more there.

    Sizes divide one another on `other`, so that it needs as many nodes as its units say; `one` needs no fewer.
    """
    times = one.cost // other.cost
    if not times or (other.cost * times, other.name) >= (one.cost, one.name):
        return False
    if any(other.vcpus.get(key, 0) * times > one.vcpus.get(key, 0) for key in limits):
        return False
    return all(
        other.name in demand.units
        and demand.units[other.name] * one.units <= times * demand.units[one.name] * other.units
        for demand in demands
        if one.name in demand.units
    )


def _sizes(one: Bin, demands: Iterable[Demand]) -> set[int]:
    return {demand.units[one.name] for demand in demands if one.name in demand.units}
