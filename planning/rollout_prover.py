"""Proves that rolling updates can finish, whatever order Kubernetes and Karpenter do things in.

A pool buys nodes up to a limit of GPUs. Servers whose nodes are alike share them (a `Ground`). During an update a
server may have `surge` replicas more and `unavailable` fewer; a replica is one pod, or several that only serve
together. An update is stuck when a pod waits that no node has room for, no node can be added, and nothing else can
end. The rules below say where that can come to pass; tests/planning/simulator.py tries every order on small pools.

Nodes are bought only when nothing there has room, and a busy node is never given back (see GpuPool): so servers
of equal size hold no more nodes than their pods fill, and servers of unequal sizes may leave gaps.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from itertools import combinations_with_replacement, product

# Above this many arrangements the bound by sums is used, which is never too hopeful.
_MOST_STATES = 5_000
_MOST_PODS = 16


@dataclass(frozen=True, kw_only=True)
class Ground:
    """Nodes that are alike: `units` (GPUs, slices or shares) of each for pods, `gpus` of each against the limit."""

    pool: str
    units: int
    gpus: int


@dataclass(frozen=True, kw_only=True)
class Roller:
    """One server at its most replicas. `size` is one pod's units, `pods` those of one replica."""

    name: str
    ground: Ground
    size: int
    replicas: int
    surge: int
    unavailable: int
    pods: int = 1


def gpus_for_all(rollers: Sequence[Roller]) -> int:
    """Return the GPUs of the nodes that hold every replica, however they came to stand."""
    grounds = _grounds(rollers)
    return sum(_most(ground, mine, zones=1, surge=False) * ground.gpus for ground, mine in grounds.items())


def stuck(rollers: Sequence[Roller], limit_gpus: int, *, zones: int = 1) -> tuple[str, ...]:
    """Return the names of servers whose update may never finish with at most `limit_gpus` GPUs.

    Any number of the servers may be updated at once. Karpenter may spread a ground's pods over `zones`, which
    costs up to a node a zone.
    """
    grounds = _grounds(rollers)
    names: list[str] = []
    for ground, mine in grounds.items():
        nodes = _fewest_left(ground, grounds, limit_gpus, zones)
        names += [roller.name for roller in mine if _may_wait(roller, mine, nodes)]
    return tuple(roller.name for roller in rollers if roller.name in names)


def _grounds(rollers: Sequence[Roller]) -> dict[Ground, list[Roller]]:
    """Servers by their ground. A pod that fills its node shares it with none: such pods are a ground of their own."""
    found: dict[Ground, list[Roller]] = {}
    for roller in rollers:
        whole = roller.size == roller.ground.units
        ground = replace(roller.ground, pool=f"{roller.ground.pool}, whole") if whole else roller.ground
        found.setdefault(ground, []).append(roller)
    return found


def _fewest_left(ground: Ground, grounds: Mapping[Ground, Sequence[Roller]], limit: int, zones: int) -> int:
    """Nodes that this ground can count on when the others have taken what hurts it most."""
    spans = [
        [count * other.gpus for count in range(_most(other, mine, zones=1, surge=False), most + 1)]
        for other, mine in grounds.items()
        if other != ground
        for most in [_most(other, mine, zones=zones, surge=True)]
    ]
    own = _fewest(ground, grounds[ground]) * ground.gpus
    taken = [total for total in map(sum, product(*spans)) if total + own <= limit]
    return (limit - max(taken, default=limit)) // ground.gpus


def _most(ground: Ground, rollers: Sequence[Roller], *, zones: int, surge: bool) -> int:
    """The most nodes these servers may come to hold: the last one is bought when all others have no room."""
    if all(one.size == ground.units for one in rollers):
        # A pod that goes leaves an empty node, which is given back: only half-begun replicas hold more.
        return sum(one.pods * one.replicas + (_held(one) if surge else 0) for one in rollers)
    counts = _counts(rollers, surge=surge)
    last = max(_blocked(ground.units, size, {**counts, size: counts[size] - 1}) + 1 for size in counts)
    return min(sum(counts.values()), last + zones - 1)


def _held(roller: Roller) -> int:
    """Places that half-begun replicas may hold while they wait for more."""
    return roller.surge * (roller.pods - 1)


def _fewest(ground: Ground, rollers: Sequence[Roller]) -> int:
    """The nodes these servers hold at least, as many replicas gone as may be: an empty node is given back."""
    units = sum(one.size * one.pods * max(0, one.replicas - one.unavailable) for one in rollers)
    return -(-units // ground.units)


def _counts(rollers: Sequence[Roller], *, surge: bool) -> dict[int, int]:
    """Pods by their size."""
    counts: dict[int, int] = {}
    for one in rollers:
        counts[one.size] = counts.get(one.size, 0) + one.pods * (one.replicas + (one.surge if surge else 0))
    return counts


def _may_wait(roller: Roller, mates: Sequence[Roller], nodes: int) -> bool:
    """Whether a pod of the server can wait for good on so many nodes."""
    if all(mate.size == roller.size for mate in mates):
        return nodes * (roller.ground.units // roller.size) < _places_needed(roller, mates)
    counts = _counts(mates, surge=False)
    # Of a server that may lack a replica one is missing when it waits; else all are there, old and new.
    counts[roller.size] -= roller.pods if roller.unavailable else 0
    partial = sum(map(_held, mates))
    return _blocked(roller.ground.units, roller.size, counts) + partial >= nodes


def _places_needed(roller: Roller, mates: Sequence[Roller]) -> int:
    """Places for pods of one size that always leave one for the server to go on.

    Replicas of several pods may each hold all places but one while they wait for one another.
    """
    everyone = sum(mate.replicas * mate.pods for mate in mates)
    others = sum(max(0, _held(mate) - mate.unavailable) for mate in mates if mate is not roller)
    return everyone + _held(roller) - roller.unavailable + others + 1


def _blocked(units: int, size: int, counts: Mapping[int, int]) -> int:
    """The most nodes that pods, `counts` by size, can leave without room for one of `size`."""
    full = units - size + 1
    sizes = tuple(sorted(one for one, count in counts.items() if count > 0))
    have = tuple(counts[one] for one in sizes)
    states = 1
    for count in have:
        states *= count + 1
    if not sizes:
        return 0
    if len(sizes) == 1:
        return have[0] // -(-full // sizes[0])
    if states > _MOST_STATES or units // sizes[0] > _MOST_PODS:
        return sum(one * count for one, count in zip(sizes, have, strict=True)) // full
    return _cover(have, _patterns(sizes, units, full))


@cache
def _patterns(sizes: tuple[int, ...], units: int, full: int) -> tuple[tuple[int, ...], ...]:
    """Every smallest way to fill a node beyond room: counts by size."""
    return tuple(
        tuple(chosen.count(one) for one in sizes)
        for length in range(1, units // sizes[0] + 1)
        for chosen in combinations_with_replacement(sizes, length)
        if full <= sum(chosen) <= units and sum(chosen) - min(chosen) < full
    )


@cache
def _cover(have: tuple[int, ...], patterns: tuple[tuple[int, ...], ...]) -> int:
    best = 0
    for pattern in patterns:
        rest = tuple(count - used for count, used in zip(have, pattern, strict=True))
        if min(rest) >= 0:
            best = max(best, 1 + _cover(rest, patterns))
    return best
