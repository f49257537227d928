"""The search finds what trying everything finds: least dollars, then GPUs, then names."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from planning.placement.dominance import useful
from planning.placement.packing import nodes
from planning.placement.search import Bin, Demand, Search
from planning.placement.solve import solve


def fewest(pods: Sequence[int], capacity: int) -> int:
    """The fewest nodes for pods of these sizes, by trying every place for each."""

    def grow(left: Sequence[int], room: tuple[int, ...]) -> int:
        if not left:
            return len(room)
        first, *rest = left
        spots = {free for free in room if free >= first}
        ways = [
            tuple(sorted((*room[: room.index(free)], *room[room.index(free) + 1 :], free - first)))
            for free in spots
        ]
        return min(grow(rest, way) for way in [*ways, tuple(sorted((*room, capacity - first)))])

    return grow(pods, ())


def every(
    bins: Sequence[Bin], demands: Sequence[Demand], limits: Mapping[str, int]
) -> Iterator[tuple[int, int, tuple[str, ...]]]:
    """Every assignment that the limits allow: micro-dollars, GPUs, names."""
    by_name = {one.name: one for one in bins}
    for picks in product(*(sorted(demand.units) for demand in demands)):
        pods: dict[str, list[int]] = {}
        most: dict[str, list[int]] = {}
        for name, demand in zip(picks, demands, strict=True):
            pods.setdefault(name, []).extend([demand.units[name]] * demand.expected)
            most.setdefault(name, []).extend([demand.units[name]] * demand.most)
        used = {
            key: sum(
                fewest(sizes, by_name[n].units) * by_name[n].vcpus.get(key, 0) for n, sizes in most.items()
            )
            for key in limits
        }
        if any(used[key] > limit for key, limit in limits.items()):
            continue
        count = {name: fewest(sizes, by_name[name].units) for name, sizes in pods.items()}
        usd = sum(round(by_name[name].usd_per_hour * 10**6) * number for name, number in count.items())
        yield usd, sum(by_name[name].gpus * number for name, number in count.items()), picks


@st.composite
def problems(draw: st.DrawFn) -> tuple[list[Bin], list[Demand], dict[str, int]]:
    """A few kinds of node and servers for them; sizes divide one another, as GPUs of real replicas do."""
    bins = [
        Bin(
            name=f"b{place}",
            units=units,
            # Few prices, so that there are ties.
            usd_per_hour=draw(st.sampled_from([0.5, 1.0, 2.0, 3.0, 4.0])) * draw(st.sampled_from([1, units])),
            gpus=units,
            vcpus={draw(st.sampled_from("gp")): 4 * units},
        )
        for place, units in enumerate(
            draw(st.lists(st.sampled_from([1, 2, 4, 6, 8]), min_size=1, max_size=4))
        )
    ]
    demands: list[Demand] = []
    for _ in range(draw(st.integers(1, 3))):
        some = draw(st.lists(st.sampled_from(bins), min_size=1, unique_by=lambda one: one.name))
        units = {
            one.name: draw(st.sampled_from([u for u in (1, 2, 4, 8) if one.units % u == 0])) for one in some
        }
        expected = draw(st.integers(1, 3))
        demands.append(Demand(units=units, expected=expected, most=expected + draw(st.integers(0, 2))))
    limits = draw(st.dictionaries(st.sampled_from("gp"), st.integers(0, 80), max_size=2))
    return bins, demands, limits


@given(problems())
@settings(max_examples=300, deadline=None)
def test_the_search_finds_what_trying_everything_finds(
    problem: tuple[list[Bin], list[Demand], dict[str, int]],
) -> None:
    bins, demands, limits = problem
    best = min(every(bins, demands, limits), default=None)

    assert Search(bins, demands, limits).best() == (best[2] if best else None)
    assert Search(*useful(bins, demands, limits), limits).best() == (best[2] if best else None)
    assert solve(bins, demands, limits) == (best[2] if best else None)


@given(st.lists(st.tuples(st.sampled_from([1, 2, 4, 8]), st.integers(1, 3)), max_size=3))
def test_sizes_that_divide_one_another_take_the_fewest_nodes(loads: list[tuple[int, int]]) -> None:
    pods = [size for size, count in sorted(loads, reverse=True) for _ in range(count)]

    assert nodes(loads, 8) == fewest(pods, 8)


@given(st.lists(st.tuples(st.integers(1, 7), st.integers(1, 3)), max_size=3))
def test_other_sizes_are_packed_as_karpenter_packs(loads: list[tuple[int, int]]) -> None:
    room: list[int] = []
    for size, count in sorted(loads, reverse=True):
        for _ in range(count):
            place = next((i for i, free in enumerate(room) if free >= size), None)
            if place is None:
                room.append(7 - size)
            else:
                room[place] -= size

    # Where sizes divide one another the largest first is best, so this is one number.
    assert nodes(loads, 7) == len(room)


def test_a_replica_larger_than_a_node_is_no_load() -> None:
    with pytest.raises(ValueError, match="larger than a node of 4"):
        nodes([(8, 1)], 4)
