"""The least dollars for several servers at once, exactly, without looking at every assignment.

Servers are added one by one. Two partial assignments that leave the same room on the same nodes have the same
future, so the cheaper one stands for both. A partial assignment goes when even a bound that lets the rest fill nodes
without a gap exceeds a complete assignment that is known.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from planning.placement.packing import divides, nodes

# Dollars in millionths, then GPUs: one whole number orders both. No cluster has a million GPUs.
_MICRO = 10**6
_GPU_PLACES = 10**6
# What the bound's floating point may be off by, in the units of a cost: less than one GPU.
_TOLERANCE = 0.5

_Loads = tuple[tuple[int, int], ...]


@dataclass(frozen=True, kw_only=True)
class Bin:
    """A kind of node: its units, dollars an hour, GPUs, and the vCPUs it takes of each limit, by the limit's key."""

    name: str
    units: int
    usd_per_hour: float
    gpus: int
    vcpus: Mapping[str, int]

    @property
    def cost(self) -> int:
        """Dollars and GPUs of one node, as one number that orders them."""
        return round(self.usd_per_hour * _MICRO) * _GPU_PLACES + self.gpus


@dataclass(frozen=True, kw_only=True)
class Demand:
    """A server: the units of each of its pods, by the bin's name, and its pods, expected and most."""

    units: Mapping[str, int]
    expected: int
    most: int


@dataclass(frozen=True)
class _Fill:
    """What the nodes of one bin hold: expected, and at most (only where a limit counts it)."""

    expected: _Loads = ()
    most: _Loads = ()


@dataclass(frozen=True)
class _Partial:
    """Some servers placed: cost of all nodes so far, what their free room is worth, and what limits are used."""

    cost: int = 0
    picks: tuple[str, ...] = ()
    spare: float = 0.0
    fills: tuple[tuple[str, _Fill], ...] = ()
    used: tuple[int, ...] = ()


class Search:
    """Finds the assignment with the least dollars, then GPUs, then names in the order of the servers."""

    def __init__(self, bins: Sequence[Bin], demands: Sequence[Demand], limits: Mapping[str, int]) -> None:
        self._bins = {one.name: one for one in bins}
        self._demands = demands
        self._limits = limits
        self._even = {one.name for one in bins if divides(self._sizes(one), one.units)}

    def best(self) -> tuple[str, ...] | None:
        """Return the bin of each server, or None where the limits allow no assignment."""
        known = self._greedy()
        layer = [_Partial(used=(0,) * len(self._limits))]
        for place, demand in enumerate(self._demands):
            rest = sum(self._least(one) for one in self._demands[place + 1 :])
            after: dict[tuple[object, object], _Partial] = {}
            for partial in layer:
                for new in self._steps(partial, demand):
                    if known is not None and new.cost + max(0.0, rest - new.spare) > known + _TOLERANCE:
                        continue
                    state = (new.fills, new.used)
                    old = after.get(state)
                    if old is None or _order(new) < _order(old):
                        after[state] = new
            layer = list(after.values())
        found = min(layer, key=_order, default=None)
        return found.picks if found else None

    def _greedy(self) -> int | None:
        """Cost of an assignment that adds each server where it adds least; None where that leads nowhere."""
        partial: _Partial | None = _Partial(used=(0,) * len(self._limits))
        for demand in self._demands:
            partial = min(self._steps(partial, demand), key=_order, default=None) if partial else None
        return partial.cost if partial else None

    def _steps(self, partial: _Partial, demand: Demand) -> Iterator[_Partial]:
        """Every way to add one more server."""
        for name, units in demand.units.items():
            one = self._bins[name]
            fills = dict(partial.fills)
            old = fills.get(name, _Fill())
            expected, added = self._add(one, old.expected, units, demand.expected)
            counted = any(key in self._limits for key in one.vcpus)
            most, grown = self._add(one, old.most, units, demand.most) if counted else ((), 0)
            used = tuple(
                taken + grown * one.vcpus.get(key, 0)
                for taken, key in zip(partial.used, self._limits, strict=True)
            )
            if any(taken > limit for taken, limit in zip(used, self._limits.values(), strict=True)):
                continue
            fills[name] = _Fill(expected, most)
            wanted = one.cost * units * demand.expected / one.units
            yield _Partial(
                cost=partial.cost + added * one.cost,
                picks=(*partial.picks, name),
                spare=partial.spare + added * one.cost - wanted,
                fills=tuple(sorted(fills.items(), key=lambda item: item[0])),
                used=used,
            )

    def _add(self, one: Bin, loads: _Loads, units: int, count: int) -> tuple[_Loads, int]:
        """Return the loads with `count` pods more, and how many nodes more hold them.

        Where sizes divide one another only the fill of the last node matters to what comes.
        """
        merged = dict(loads)
        merged[units] = merged.get(units, 0) + count
        grown = nodes(merged.items(), one.units) - nodes(loads, one.units)
        if one.name in self._even:
            rest = sum(size * number for size, number in merged.items()) % one.units
            return (((1, rest),) if rest else ()), grown
        return tuple(sorted(merged.items())), grown

    def _least(self, demand: Demand) -> float:
        """The least that a server can cost: its units' part of a node."""
        return min(
            self._bins[name].cost * units * demand.expected / self._bins[name].units
            for name, units in demand.units.items()
        )

    def _sizes(self, one: Bin) -> set[int]:
        return {demand.units[one.name] for demand in self._demands if one.name in demand.units}


def _order(partial: _Partial) -> tuple[int, tuple[str, ...]]:
    return partial.cost, partial.picks
