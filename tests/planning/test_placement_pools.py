"""Pools of the stack file win: what they are given is checked, and what is not given is the fewest that do."""

from typing import Any

import pytest

from planning.plan import Plan, make_plan
from settings import SettingsError
from tests.planning.stacks import CHAT, EMBEDDING, LARGE, model, stack


def pool(*types: str, name: str = "pool", max_gpus: int = 64, **more: Any) -> dict[str, Any]:
    return {"name": name, "instanceTypes": list(types), "maxGpus": max_gpus, **more}


def plan(one: dict[str, Any], *pools: dict[str, Any], **sections: Any) -> Plan:
    return make_plan(stack(one, gpuPools=list(pools), **sections))


def refused(one: dict[str, Any], *pools: dict[str, Any], **sections: Any) -> tuple[str, ...]:
    with pytest.raises(SettingsError) as caught:
        plan(one, *pools, **sections)
    return caught.value.problems


def test_a_cache_too_small_for_one_request_is_refused_with_the_longest_and_with_more_gpus() -> None:
    asked = model("large", LARGE, gpu={"count": 4}, maxModelLen=131_072)
    (line,) = refused(asked, pool("g6e.12xlarge", "g6e.48xlarge"))

    start = "models[0].maxModelLen: 131072 needs 10.0 GiB of KV cache for one request; 4 x l40s leaves "
    assert line.startswith(start)
    left = float(line.removeprefix(start).partition(". ")[0])
    assert left < 10
    longest = int(line.partition("maxModelLen <= ")[2].partition(",")[0])
    assert line.endswith(f"Set maxModelLen <= {longest}, or gpu: {{count: 8}}.")
    # Following either piece of advice helps.
    types = ("g6e.12xlarge", "g6e.48xlarge")
    assert plan({**asked, "maxModelLen": longest}, pool(*types)).servers["large"].fit.verdict == "fits"
    assert plan({**asked, "gpu": {"count": 8}}, pool(*types)).servers["large"].fit.verdict == "fits"


def test_a_count_that_is_not_given_is_the_smallest_that_does() -> None:
    types = ("g6.xlarge", "g6.12xlarge", "g6.48xlarge")

    small = plan(model("chat"), pool(*types))
    users = plan(model("chat", concurrency=120), pool(*types))
    assert (small.servers["chat"].gpus, small.servers["chat"].share.instance.name) == (1, "g6.xlarge")
    assert (users.servers["chat"].gpus, users.servers["chat"].share.instance.name) == (2, "g6.12xlarge")


def test_fewer_requests_than_asked_for_and_a_marginal_fit_are_warnings() -> None:
    busy = plan(model("chat", concurrency=256, gpu={"count": 1}), pool("g6.xlarge"))
    tight = plan(model("chat", maxModelLen=32_768, concurrency=1, weightsGib=17.6), pool("g6.xlarge"))

    assert [line.partition(" holds ")[0] for line in busy.warnings] == ["models[0].concurrency: 1 x l4"]
    assert any(line.startswith("models[0]: may not start") for line in tight.warnings)
    assert plan(model("chat"), pool("g6.xlarge")).warnings == ()


def test_what_the_pinned_software_does_not_run_on_is_warned_of() -> None:
    old, new = plan(model("embed", EMBEDDING), pool("g4dn.xlarge")), plan(model("chat"), pool("g7.2xlarge"))

    assert "compute capability 7.5" in old.warnings[-1]
    assert "driver 595" in new.warnings[-1]


def test_a_node_with_too_little_beside_its_gpu_is_refused() -> None:
    eighth = model("embed", EMBEDDING, concurrency=1, gpu={"share": 0.125})
    (line,) = refused(eighth, pool("g6.xlarge", sharing={"replicas": 8}))

    assert line == (
        "models[0]: g6.xlarge leaves a replica 0.4 CPUs of the 1.5 it needs. "
        "Choose a larger instance type in pool pool."
    )


def test_slices_share_out_the_node() -> None:
    found = plan(model("embed", EMBEDDING, gpu={"mig": "1g.10gb"}), pool("p5.4xlarge", mig="1g.10gb"))

    server = found.servers["embed"]
    assert (server.gpu_resource, server.share.replicas_per_node) == ("nvidia.com/mig-1g.10gb", 7)
    assert server.share.cpu_milli == (15890 - 600) // 7 // 100 * 100


def test_the_pools_of_the_file_bound_what_counts_against_quotas() -> None:
    free = plan(model("chat", low=2, high=5), pool("g6.xlarge", max_gpus=6))
    tight = plan(model("chat", low=2, high=5), pool("g6.xlarge", max_gpus=5))

    assert [use.vcpus for use in free.quotas] == [24]
    assert [use.vcpus for use in tight.quotas] == [20]
    lines = refused(model("chat", low=2, high=5), pool("g6.xlarge", max_gpus=6), quotas={"onDemandG": 20})
    assert [line.partition(":")[0] for line in lines] == ["quotas.onDemandG"]


def test_a_pool_that_no_zone_offers_is_refused() -> None:
    nowhere = {"unavailable": {"us-east-1a": ["g6.xlarge"], "us-east-1b": ["g6.xlarge"]}}

    (line,) = refused(model("chat", CHAT), pool("g6.xlarge"), placement=nowhere)

    assert line == (
        "models[0].pool: no zone of pool offers its instance types. "
        "Change placement.unavailable, or the pool's zones or instanceTypes."
    )
    assert plan(model("chat"), pool("g6.xlarge"), placement={"unavailable": {"us-east-1a": ["g6.xlarge"]}})
