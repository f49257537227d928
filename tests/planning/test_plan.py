"""A plan follows from the settings alone; what cannot work is named, all of it at once."""

import random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from planning.plan import make_plan
from settings import Settings, SettingsError, from_values, read_stack
from tests.planning.servers import model, stack
from tests.settings.stacks import ROOT, Change, changed, put, settings, valid


def refused(config: Settings) -> tuple[str, ...]:
    with pytest.raises(SettingsError) as caught:
        make_plan(config)
    return caught.value.problems


def shuffled(value: Any, rng: random.Random) -> Any:
    """The same value with the keys of every mapping in another order."""
    if isinstance(value, dict):
        keys = list(value)
        rng.shuffle(keys)
        return {key: shuffled(value[key], rng) for key in keys}
    return [shuffled(item, rng) for item in value] if isinstance(value, list) else value


@pytest.mark.parametrize("name", ["dev", "prod"])
def test_the_shipped_stacks_have_plans(name: str) -> None:
    config = read_stack(ROOT, name).settings
    plan = make_plan(config)

    assert list(plan.servers) == [
        *(m.name for m in config.models),
        *(t.name for t in config.triton_repositories),
    ]
    assert set(plan.rollouts) == set(plan.servers)


def test_the_production_model_runs_tensor_parallel_and_adds_pods_first() -> None:
    plan = make_plan(read_stack(ROOT, "prod").settings)

    assert plan.servers["qwen2-5-72b"].gpus == 2
    assert plan.rollouts["qwen2-5-72b"].max_unavailable == 0


@given(st.randoms(use_true_random=False))
def test_the_order_of_keys_in_the_file_changes_nothing(rng: random.Random) -> None:
    one = make_plan(from_values(valid()).settings)
    other = make_plan(from_values(shuffled(valid(), rng)).settings)

    assert one == other
    assert repr(one) == repr(other)


def test_what_is_set_goes_before_what_is_catalogued() -> None:
    plan = make_plan(settings(put("models.0.weightsGib", 4.5), put("tritonRepositories.0.repositoryGib", 7)))

    assert plan.servers["chat"].weights_gib == 4.5
    assert plan.servers["ranking"].weights_gib == 7
    assert plan.servers["llama"].weights_gib == pytest.approx(14.96, abs=0.01)


def test_only_tensor_parallel_gets_much_shared_memory_and_never_over_a_quarter() -> None:
    servers = make_plan(settings()).servers

    assert (servers["chat"].shm_gib, servers["llama"].shm_gib) == (2, 16)
    assert all(server.shm_gib <= server.share.memory_gib / 4 for server in servers.values())


@pytest.mark.parametrize(
    ("change", "line"),
    [
        (
            put("cluster.network.cidr", "10.0.0.0/24"),
            "cluster.network.cidr: 10.0.0.0/24 is too small for 2 zones. Use /20 or larger.",
        ),
        (
            put("cluster.network.cidr", "10.0.0.0/8"),
            "cluster.network.cidr: 10.0.0.0/8 is larger than AWS allows a VPC to be. Use /16 or smaller.",
        ),
        (
            put("cluster.network.zones", ["us-east-1a", "us-east-1a"]),
            "cluster.network.zones: us-east-1a appears 2 times. Name it once.",
        ),
    ],
)
def test_a_network_that_cannot_be_cut_is_refused(change: Change, line: str) -> None:
    assert refused(from_values(changed(change)).settings) == (line,)


def test_weights_that_the_gpus_cannot_hold_are_refused() -> None:
    lines = refused(stack(model("big", 1, 1, source="Qwen/Qwen2.5-32B-Instruct")))

    assert lines == (
        "models[0].gpu: 61.0 GiB of weights do not fit 1 x l4 (22.0 GiB each). Use gpu: {count: 4}.",
    )


def test_more_gpus_hold_larger_weights() -> None:
    four = model("big", 1, 1, gpus=4, source="Qwen/Qwen2.5-32B-Instruct")

    assert make_plan(stack(four, instance="g6.12xlarge")).servers["big"].gpus == 4


def test_a_cache_that_the_local_disk_cannot_hold_is_refused() -> None:
    lines = refused(settings(put("tritonRepositories.0.repositoryGib", 220)))

    # 220 GiB do not fit the GPU either; of the g6.xlarge's 250 GB the kubelet and images take their part.
    assert lines[-1] == (
        "tritonRepositories[0]: g6.xlarge leaves a replica 178 GiB of disk of the 249 it needs. "
        "Choose a larger instance type in pool small."
    )


def test_problems_of_network_limits_and_sizes_come_together() -> None:
    lines = refused(
        settings(
            put("cluster.network.cidr", "10.0.0.0/28"),
            put("gpuPools.0.maxGpus", 3),
            put("gpuPools.1.maxGpus", 1),
            put("models.0.weightsGib", 30),
        )
    )

    assert [line.partition(":")[0] for line in lines] == [
        "cluster.network.cidr",
        "gpuPools[0].maxGpus",
        "gpuPools[1].maxGpus",
        "models[0].gpu",
    ]
