"""The best assignment within limits, by the shortest way that is sure."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from planning.placement.dominance import useful
from planning.placement.packing import nodes
from planning.placement.search import Bin, Demand, Search

Assignment = tuple[str, ...]


def solve(bins: Sequence[Bin], demands: Sequence[Demand], limits: Mapping[str, int]) -> Assignment | None:
    """Return the bin of each server: least dollars, GPUs, names. None where the limits allow no assignment."""
    free = Search(*useful(bins, demands, ()), {}).best()
    if free is None or _kept(free, bins, demands, limits):
        # The best of all keeps the limits: it is the best of those that do.
        return free
    by_name = {one.name: one for one in bins}
    possible = [_alone(demand, by_name, limits) for demand in demands]
    if not all(demand.units for demand in possible):
        return None
    binding = {key: limit for key, limit in limits.items() if _most(possible, by_name, key) > limit}
    return Search(*useful(bins, possible, binding), binding).best()


def _kept(
    picks: Assignment, bins: Sequence[Bin], demands: Sequence[Demand], limits: Mapping[str, int]
) -> bool:
    """Whether an assignment keeps the limits at the most pods."""
    used = dict.fromkeys(limits, 0)
    for one in bins:
        mine = [demand for demand, name in zip(demands, picks, strict=True) if name == one.name]
        count = nodes(((demand.units[one.name], demand.most) for demand in mine), one.units)
        for key in limits:
            used[key] += count * one.vcpus.get(key, 0)
    return all(used[key] <= limit for key, limit in limits.items())


def _alone(demand: Demand, bins: Mapping[str, Bin], limits: Mapping[str, int]) -> Demand:
    """Leave out where a server exceeds a limit all by itself."""
    units = {
        name: size
        for name, size in demand.units.items()
        if all(_vcpus(demand, bins[name], key) <= limit for key, limit in limits.items())
    }
    return replace(demand, units=units)


def _most(demands: Sequence[Demand], bins: Mapping[str, Bin], key: str) -> int:
    """The most that all servers can take of a limit, with nodes of their own."""
    return sum(max(_vcpus(demand, bins[name], key) for name in demand.units) for demand in demands)


def _vcpus(demand: Demand, one: Bin, key: str) -> int:
    """What a server takes of a limit on nodes of its own."""
    return nodes([(demand.units[one.name], demand.most)], one.units) * one.vcpus.get(key, 0)
