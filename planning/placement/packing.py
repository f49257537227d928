"""How many nodes hold what a pool runs."""

from collections.abc import Iterable
from itertools import pairwise


def nodes(loads: Iterable[tuple[int, int]], capacity: int) -> int:
    """Return how many nodes of `capacity` units hold `loads`: pairs of a replica's units and the replicas.

    Units are GPUs, or slices of them; CPU, memory and disk are shared out by units, so units alone decide. As
    Karpenter packs: the largest first, each into the first node with room. Where sizes divide one another, as 1, 2,
    4 and 8 do, no packing needs fewer nodes. Raises ValueError for a replica larger than a node.
    """
    sizes: dict[int, int] = {}
    for units, count in loads:
        if units > capacity:
            raise ValueError(f"a replica of {units} units is larger than a node of {capacity}")
        sizes[units] = sizes.get(units, 0) + count
    if divides(sizes, capacity):
        return -(-sum(units * count for units, count in sizes.items()) // capacity)
    return _first_fit(sizes, capacity)


def divides(sizes: Iterable[int], capacity: int) -> bool:
    """Whether each size divides the next larger one, and the largest the capacity."""
    return all(large % small == 0 for small, large in pairwise([*sorted(set(sizes)), capacity]))


def _first_fit(sizes: dict[int, int], capacity: int) -> int:
    """Pack the largest first, each into the first node with room."""
    room: list[int] = []
    for units in sorted(sizes, reverse=True):
        left = sizes[units]
        for place, free in enumerate(room):
            taken = min(left, free // units)
            room[place] -= taken * units
            left -= taken
        full, rest = divmod(left, capacity // units)
        room += [capacity % units] * full + ([capacity - rest * units] if rest else [])
    return len(room)
