"""The prover says that an update can finish exactly where no order of events can stop it, on small pools."""

import random
from collections import Counter
from collections.abc import Callable

import pytest

from planning.rollout_prover import Ground, Roller, gpus_for_all, stuck
from tests.planning.simulator import Simulator

Scene = Callable[[random.Random], list[Roller]]

SURGES = ((1, 0), (0, 1), (1, 1), (2, 0))


def node(gpus: int) -> Ground:
    return Ground(pool="pool", units=gpus, gpus=gpus)


def roller(
    name: str, ground: Ground, size: int, replicas: int, how: tuple[int, int], pods: int = 1
) -> Roller:
    surge, unavailable = how
    return Roller(
        name=name,
        ground=ground,
        size=size,
        replicas=replicas,
        surge=surge,
        unavailable=min(unavailable, replicas),
        pods=pods,
    )


def alike(rng: random.Random) -> list[Roller]:
    """One to three servers whose pods are equal, on nodes of 1, 2 or 4 GPUs."""
    size, gpus = rng.choice([(1, 1), (1, 2), (2, 2), (2, 4)])
    return [
        roller(name, node(gpus), size, rng.randint(1, 2), rng.choice(SURGES))
        for name in "abc"[: rng.randint(1, 3)]
    ]


def unequal(rng: random.Random) -> list[Roller]:
    """Two servers whose pods are not equal, on the same nodes."""
    gpus, sizes = rng.choice([(2, (1, 2)), (4, (1, 4)), (4, (1, 2)), (4, (2, 4))])
    return [
        roller(name, node(gpus), size, rng.randint(1, 3), rng.choice(SURGES[:2]))
        for name, size in zip("ab", sizes, strict=True)
    ]


def apart(rng: random.Random) -> list[Roller]:
    """Two servers on nodes of unlike sizes, which share nothing but the limit."""
    return [
        roller(name, node(gpus), size, rng.randint(1, 2), rng.choice(SURGES[:3]))
        for name, (gpus, size) in zip("ab", rng.sample([(1, 1), (2, 1), (2, 2), (4, 2)], 2), strict=True)
    ]


def gangs(rng: random.Random) -> list[Roller]:
    """Two servers whose replicas are several nodes each."""
    return [roller(name, node(1), 1, 1, rng.choice(SURGES[:2]), pods=rng.randint(1, 2)) for name in "ab"]


@pytest.mark.parametrize("scene", [alike, unequal, apart, gangs])
def test_the_prover_agrees_with_every_order_of_events(scene: Scene) -> None:
    rng, seen = random.Random(7), Counter[str]()  # noqa: S311  the same pools in every run
    for _ in range(60):
        rollers = scene(rng)
        needed = gpus_for_all(rollers)
        for limit in (needed - 1, needed, needed + 1, needed + 2):
            found = Simulator(rollers, limit).stuck()
            said = set(stuck(rollers, limit)) if limit >= needed else None
            assert said == found, (limit, rollers)
            seen["no room" if found is None else "stuck" if found else "finishes"] += 1

    # The pools were of all three kinds, or this would prove nothing.
    assert min(seen[kind] for kind in ("no room", "stuck", "finishes")) > 5, seen


def test_two_that_take_turns_on_one_another_can_stop_for_good() -> None:
    # All four GPUs of both nodes are busy. The large pod's place is taken by halves while it is replaced.
    small, large = roller("small", node(4), 1, 4, (0, 1)), roller("large", node(4), 2, 2, (0, 1))

    assert "large" in stuck([small, large], 8)
    assert stuck([small], 4) == stuck([large], 4) == ()


def test_half_begun_groups_that_wait_for_one_another_need_room_for_all_but_one() -> None:
    pair, triple = (
        roller("pair", node(1), 1, 1, (1, 0), pods=2),
        roller("triple", node(1), 1, 1, (1, 0), pods=3),
    )

    # Five nodes run; the pair may hold one more and the triple two, and then somebody needs another.
    assert set(stuck([pair, triple], 8)) == {"pair", "triple"}
    assert stuck([pair, triple], 9) == ()


def test_many_servers_of_unequal_sizes_are_bounded_and_never_too_hopeful() -> None:
    many = [roller(f"s{size}", node(8), size, 60, (0, 1)) for size in (1, 2, 4)]

    assert gpus_for_all(many) >= 60 * 7
    assert stuck(many, 10_000) == ()
