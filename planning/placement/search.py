"""The least dollars for several servers at once, exactly, without looking at every assignment.

Servers are added one by one, the dearest first. Two partial assignments that leave the same room on the same nodes
have the same future, so the cheaper one stands for both. A partial assignment goes when even a bound that lets the
rest fill nodes without a gap exceeds a complete assignment that is known.
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
    """Some servers placed: cost of all nodes so far, picks by the server's place, fills, and what limits are used."""

    cost: int
    picks: tuple[tuple[int, str], ...]
    fills: tuple[tuple[str, _Fill], ...]
    used: tuple[int, ...]

    @property
    def order(self) -> tuple[int, tuple[tuple[int, str], ...]]:
        """What the cheaper of two has less of; names decide in the order of the servers."""
        return self.cost, self.picks


class Search:
    """Finds the assignment with the least dollars, then GPUs, then names in the order of the servers."""

    def __init__(self, bins: Sequence[Bin], demands: Sequence[Demand], limits: Mapping[str, int]) -> None:
        self._bins = {one.name: one for one in bins}
        self._demands = demands
        self._limits = limits
        self._cost = {one.name: one.cost for one in bins}
        self._even = {one.name for one in bins if divides(self._sizes(one), one.units)}
        self._counted = {one.name for one in bins if any(key in limits for key in one.vcpus)}
        self._least = [
            min(self._part(name, units, demand.expected) for name, units in demand.units.items())
            for demand in demands
        ]
        self._order = sorted(range(len(demands)), key=lambda place: (-self._least[place], place))

    def best(self) -> tuple[str, ...] | None:
        """Return the bin of each server, or None where the limits allow no assignment."""
        known = self._greedy()
        layer = [self._nothing()]
        for step, place in enumerate(self._order):
            later = self._order[step + 1 :]
            usable, rest = self._usable(later), sum(self._least[other] for other in later)
            after: dict[tuple[object, object], _Partial] = {}
            for partial in layer:
                for new in self._steps(partial, place):
                    if known is not None and self._bound(new, rest, usable) > known + _TOLERANCE:
                        continue
                    state = (new.fills, new.used)
                    old = after.get(state)
                    if old is None or new.order < old.order:
                        after[state] = new
            layer = list(after.values())
        found = min(layer, key=lambda one: one.order, default=None)
        return tuple(name for _, name in found.picks) if found else None

    def _nothing(self) -> _Partial:
        return _Partial(cost=0, picks=(), fills=(), used=(0,) * len(self._limits))

    def _greedy(self) -> int | None:
        """Cost of an assignment that adds each server where it adds least; None where that leads nowhere."""
        partial: _Partial | None = self._nothing()
        for place in self._order:
            steps = self._steps(partial, place) if partial else ()
            partial = min(steps, key=lambda one: one.order, default=None)
        return partial.cost if partial else None

    def _steps(self, partial: _Partial, place: int) -> Iterator[_Partial]:
        """Every way to add one more server."""
        demand, before = self._demands[place], dict(partial.fills)
        for name, units in demand.units.items():
            one, old = self._bins[name], before.get(name, _Fill())
            used = partial.used
            most: _Loads = ()
            if name in self._counted:
                most, more = self._add(one, old.most, units, demand.most)
                used = tuple(
                    taken + more * one.vcpus.get(key, 0)
                    for taken, key in zip(used, self._limits, strict=True)
                )
                if any(taken > limit for taken, limit in zip(used, self._limits.values(), strict=True)):
                    continue
            expected, more = self._add(one, old.expected, units, demand.expected)
            fills = {**before, name: _Fill(expected, most)}
            if not expected and not most:
                # Full nodes have no future.
                del fills[name]
            yield _Partial(
                cost=partial.cost + more * self._cost[name],
                picks=tuple(sorted((*partial.picks, (place, name)))),
                fills=tuple(sorted(fills.items(), key=lambda item: item[0])),
                used=used,
            )

    def _add(self, one: Bin, loads: _Loads, units: int, count: int) -> tuple[_Loads, int]:
        """Return the loads with `count` pods more, and how many nodes more hold them.

        Where sizes divide one another only the fill of the last node matters to what comes.
        """
        if one.name in self._even:
            taken = loads[0][1] if loads else 0
            full, rest = divmod(taken + units * count, one.units)
            return (((1, rest),) if rest else ()), full + bool(rest) - bool(taken)
        merged = dict(loads)
        merged[units] = merged.get(units, 0) + count
        return tuple(sorted(merged.items())), nodes(merged.items(), one.units) - nodes(loads, one.units)

    def _bound(self, partial: _Partial, rest: float, usable: Mapping[str, float]) -> float:
        """Return what the whole costs at least: the rest takes its parts of nodes, for nothing where there is room."""
        free = 0.0
        for name, fill in partial.fills:
            if name in usable:
                one = self._bins[name]
                taken = sum(size * number for size, number in fill.expected)
                room = -taken % one.units if name in self._even else self._room(one, fill.expected, taken)
                free += min(usable[name], self._cost[name] * room / one.units)
        return partial.cost + max(0.0, rest - free)

    def _room(self, one: Bin, loads: _Loads, taken: int) -> int:
        """Units that are free on the nodes of a bin."""
        return nodes(loads, one.units) * one.units - taken

    def _usable(self, rest: Sequence[int]) -> dict[str, float]:
        """The most that room on the nodes of each bin can save those of the rest that can run there."""
        found: dict[str, float] = {}
        for place in rest:
            for name in self._demands[place].units:
                found[name] = found.get(name, 0.0) + self._least[place]
        return found

    def _part(self, name: str, units: int, expected: int) -> float:
        """What a server's units cost of a node."""
        return self._cost[name] * units * expected / self._bins[name].units

    def _sizes(self, one: Bin) -> set[int]:
        return {demand.units[one.name] for demand in self._demands if one.name in demand.units}
