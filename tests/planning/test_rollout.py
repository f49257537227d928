"""A rolling update is only planned where it can finish; a limit that lets none finish is named."""

from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from planning.rollout import ADD_FIRST, REMOVE_FIRST
from settings import SettingsError
from tests.planning.servers import NODE_GPUS, model, plan


def refused(
    *models: dict[str, object], instance: str = "g6.xlarge", max_gpus: int, **pool: object
) -> tuple[str, ...]:
    with pytest.raises(SettingsError) as caught:
        plan(*models, instance=instance, max_gpus=max_gpus, **pool)
    return caught.value.problems


def test_a_spare_gpu_lets_the_new_pod_come_first() -> None:
    assert plan(model("chat", 2, 4), max_gpus=5).rollouts == {"chat": ADD_FIRST}


def test_without_a_spare_gpu_an_old_pod_goes_first() -> None:
    assert plan(model("chat", 2, 4), max_gpus=4).rollouts == {"chat": REMOVE_FIRST}


def test_a_limit_below_what_the_replicas_need_is_refused_with_its_parts() -> None:
    (line,) = refused(model("chat", 2, 4), model("draft", 1, 3), max_gpus=6)

    assert line == (
        "gpuPools[0].maxGpus: 6 GPUs do not hold all replicas (models[0] 4, models[1] 3; 7 together). "
        "Set gpuPools[0].maxGpus >= 7, or lower replicas.max."
    )


def test_a_lone_replica_that_would_go_before_the_new_one_serves_is_refused() -> None:
    (line,) = refused(model("chat", 1, 4), max_gpus=4)

    assert line == (
        "gpuPools[0].maxGpus: 4 leaves no GPU to roll out models[0] (chat), whose one replica would go before the "
        "new one serves. Set gpuPools[0].maxGpus >= 5, or models[0].replicas.min >= 2."
    )


def test_a_server_that_goes_to_zero_is_replaced_as_a_lone_replica_is() -> None:
    office = {
        "type": "cron",
        "timezone": "UTC",
        "start": "0 8 * * *",
        "end": "0 9 * * *",
        "desiredReplicas": 4,
    }
    napping = model("chat", 0, 4, scaling={"triggers": [office]})

    (line,) = refused(napping, max_gpus=4)
    assert line.startswith("gpuPools[0].maxGpus: 4 leaves no GPU to roll out models[0] (chat)")
    assert plan(napping, max_gpus=5).rollouts == {"chat": ADD_FIRST}


def test_each_lone_replica_is_named_and_the_others_are_not() -> None:
    lines = refused(model("a", 1, 1), model("b", 2, 2), model("c", 1, 2), max_gpus=5)

    assert [line.partition("roll out ")[2].partition(",")[0] for line in lines] == [
        "models[0] (a)",
        "models[2] (c)",
    ]


def test_following_the_advice_helps() -> None:
    assert plan(model("chat", 1, 4), max_gpus=5).rollouts == {"chat": ADD_FIRST}
    assert plan(model("chat", 2, 4), max_gpus=4).rollouts == {"chat": REMOVE_FIRST}


def test_half_filled_nodes_count_whole() -> None:
    (line,) = refused(model("chat", 2, 5), instance="g6.12xlarge", max_gpus=7)

    assert "(models[0] 8; 8 together)" in line


def test_a_free_place_on_a_half_filled_node_takes_the_new_pod() -> None:
    assert plan(model("chat", 1, 3), instance="g6.12xlarge", max_gpus=4).rollouts == {"chat": ADD_FIRST}
    assert plan(model("chat", 2, 4), instance="g6.12xlarge", max_gpus=4).rollouts == {"chat": REMOVE_FIRST}


def test_a_free_place_is_anyones_of_the_same_size() -> None:
    found = plan(model("a", 2, 4), model("b", 1, 3), instance="g6.12xlarge", max_gpus=8)

    assert found.rollouts == {"a": ADD_FIRST, "b": ADD_FIRST}


def test_a_gap_that_smaller_pods_may_fill_is_a_place_for_these_alone() -> None:
    found = plan(model("a", 2, 3, gpus=2), model("b", 2, 3), instance="g6.12xlarge", max_gpus=12)

    # One GPU is always free somewhere; two on one node are not.
    assert found.rollouts == {"a": REMOVE_FIRST, "b": ADD_FIRST}


def test_a_surge_by_hand_that_can_deadlock_is_refused_with_its_cure() -> None:
    by_hand = model("chat", 2, 4, rollout={"maxSurge": 1, "maxUnavailable": 0})
    (line,) = refused(by_hand, max_gpus=4)

    assert line == (
        "models[0].rollout: maxSurge 1, maxUnavailable 0 may never finish: with all replicas running, the 4 GPUs of "
        "gpuPools[0].maxGpus leave no room that is surely chat's. Set gpuPools[0].maxGpus >= 5, or "
        "models[0].rollout: {maxSurge: 0, maxUnavailable: 1}."
    )
    assert plan(by_hand, max_gpus=5).rollouts == {"chat": ADD_FIRST}


def test_a_lone_replica_may_go_first_where_its_owner_says_so() -> None:
    by_hand = model("chat", 1, 4, rollout={"maxSurge": 0, "maxUnavailable": 1})

    assert plan(by_hand, max_gpus=4).rollouts == {"chat": REMOVE_FIRST}


def test_a_pool_of_reserved_gpus_alone_holds_no_more_than_those() -> None:
    reserved: dict[str, Any] = {
        "capacity": ["reserved"],
        "capacityReservations": ["cr-0123456789abcdef0"],
        "reservedGpus": 4,
    }

    assert plan(model("chat", 2, 4), max_gpus=10, **reserved).rollouts == {"chat": REMOVE_FIRST}
    assert plan(model("chat", 2, 3), max_gpus=10, **reserved).rollouts == {"chat": ADD_FIRST}
    (line,) = refused(model("chat", 2, 5), max_gpus=10, **reserved)
    assert line.startswith("gpuPools[0].maxGpus: 4 GPUs do not hold all replicas")


def test_what_else_can_be_bought_goes_beyond_the_reservation() -> None:
    more: dict[str, Any] = {
        "capacity": ["reserved", "onDemand"],
        "capacityReservations": ["cr-0123456789abcdef0"],
        "reservedGpus": 2,
    }

    assert plan(model("chat", 2, 4), max_gpus=5, **more).rollouts == {"chat": ADD_FIRST}


def test_the_lone_replica_gets_the_one_spare_gpu() -> None:
    found = plan(model("one", 1, 1), model("many", 2, 4, gpus=4), instance="g6.12xlarge", max_gpus=24)

    assert found.rollouts["one"] == ADD_FIRST


@given(
    st.lists(st.tuples(st.integers(1, 4), st.integers(0, 5)), min_size=1, max_size=3),
    st.sampled_from(sorted(NODE_GPUS)),
    st.integers(1, 40),
)
def test_a_planned_rollout_never_needs_more_than_the_limit(
    sizes: list[tuple[int, int]], instance: str, max_gpus: int
) -> None:
    models = [model(f"m{i}", low, low + more) for i, (low, more) in enumerate(sizes)]
    try:
        found = plan(*models, instance=instance, max_gpus=max_gpus)
    except SettingsError:
        return
    # All need one GPU, so what counts is places: whole nodes within the limit.
    places = max_gpus // NODE_GPUS[instance] * NODE_GPUS[instance]
    largest = sum(low + more for low, more in sizes)
    for name, server in found.servers.items():
        assert largest + found.rollouts[name].max_surge <= places
        assert server.min_replicas - found.rollouts[name].max_unavailable >= 1


@given(st.integers(1, 4), st.integers(0, 6), st.sampled_from(sorted(NODE_GPUS)))
def test_more_gpus_never_make_a_good_plan_bad(low: int, more: int, instance: str) -> None:
    def works(max_gpus: int) -> bool:
        try:
            plan(model("chat", low, low + more), instance=instance, max_gpus=max_gpus)
        except SettingsError:
            return False
        return True

    outcomes = [works(max_gpus) for max_gpus in range(1, 30)]

    assert outcomes[-1]
    assert all(after or not before for before, after in pairwise(outcomes))
