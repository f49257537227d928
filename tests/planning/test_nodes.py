"""A replica's share of a node: the cheapest type that holds its GPUs, cut evenly by GPUs."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.instances import instances
from planning.need import GpuNeed
from planning.nodes import DAEMONSET_CPU_MILLI, DAEMONSET_MEMORY_MIB, cheapest, nodes_for, share_of
from settings.pools import GpuPoolSettings

GPU_TYPES = sorted(name for name, instance in instances().items() if instance.gpus)


def pool(*types: str) -> GpuPoolSettings:
    return GpuPoolSettings.model_validate({"name": "pool", "instanceTypes": types, "maxGpus": 8})


def gpu(kind: str, count: int = 1) -> GpuNeed:
    return GpuNeed(type=kind, count=count)


def test_the_cheapest_type_with_enough_gpus_is_planned_for() -> None:
    types = ("g6.48xlarge", "g6.2xlarge", "g6.12xlarge", "g6.xlarge")

    assert cheapest(pool(*types), gpu("l4")).instance.name == "g6.xlarge"
    assert cheapest(pool(*types), gpu("l4", 2)).instance.name == "g6.12xlarge"
    assert cheapest(pool(*types), gpu("l4", 8)).instance.name == "g6.48xlarge"


def test_a_type_without_a_list_price_comes_last() -> None:
    unpriced = next(one for one in instances().values() if one.gpus and one.usd_per_hour is None)
    priced = next(one for one in instances().values() if one.gpu == unpriced.gpu and one.usd_per_hour)

    assert cheapest(pool(unpriced.name, priced.name), gpu(unpriced.gpu)).instance == priced
    assert cheapest(pool(unpriced.name), gpu(unpriced.gpu)).instance == unpriced


def test_the_order_of_types_does_not_matter() -> None:
    assert share_of(pool("g6.xlarge", "g6.12xlarge"), gpu("l4")) == share_of(
        pool("g6.12xlarge", "g6.xlarge"), gpu("l4")
    )


def test_one_gpu_of_an_xlarge_gets_what_daemonsets_leave() -> None:
    share = share_of(pool("g6.xlarge"), gpu("l4"))

    # 3920 - 600 thousandths of a CPU, down to a hundred; (14162 - 1536) MiB, down to a GiB.
    assert (share.cpu_milli, share.memory_gib, share.replicas_per_node) == (3300, 12, 1)


@pytest.mark.parametrize(("count", "per_node"), [(1, 8), (2, 4), (3, 2), (4, 2), (5, 1), (8, 1)])
def test_a_node_holds_as_many_replicas_as_its_gpus_allow(count: int, per_node: int) -> None:
    assert share_of(pool("g6.48xlarge"), gpu("l4", count)).replicas_per_node == per_node


@given(st.sampled_from(GPU_TYPES), st.data())
def test_replicas_and_daemonsets_fit_every_node_together(name: str, data: st.DataObject) -> None:
    instance = instances()[name]
    count = data.draw(st.integers(1, instance.gpus))
    share = share_of(pool(name), gpu(instance.gpu, count))

    assert share.cpu_milli > 0
    assert share.memory_gib > 0
    assert share.replicas_per_node * count <= instance.gpus
    assert share.replicas_per_node * share.cpu_milli + DAEMONSET_CPU_MILLI <= instance.alloc_cpu_milli
    memory = share.replicas_per_node * share.memory_gib * 1024 + DAEMONSET_MEMORY_MIB
    assert memory <= instance.alloc_memory_mib


@given(st.integers(0, 100), st.integers(1, 8))
def test_nodes_hold_all_replicas_and_none_is_needless(replicas: int, count: int) -> None:
    share = share_of(pool("g6.48xlarge"), gpu("l4", count))
    nodes = nodes_for(replicas, share)

    assert nodes * share.replicas_per_node >= replicas
    assert nodes == 0 or (nodes - 1) * share.replicas_per_node < replicas
