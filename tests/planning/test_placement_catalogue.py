"""What the plan chooses is what trying everything in the whole catalogue finds, by other code."""

import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from catalog.gpus import gpu_of
from catalog.instances import Instance, instances
from catalog.mig import profiles
from catalog.models import MODELS
from planning.fit import FitRequest, Verdict, fit
from planning.nodes import (
    DAEMONSET_CPU_MILLI,
    DAEMONSET_MEMORY_MIB,
    DAEMONSET_PODS,
    Cut,
    host_problem,
    share_on,
)
from planning.plan import Plan, make_plan
from settings import SettingsError
from settings.pools import SharingSettings
from tests.planning.stacks import CHAT, EMBEDDING, LARGE, model, stack

SOURCES = [CHAT, LARGE, EMBEDDING, "Qwen/Qwen2.5-14B-Instruct", "microsoft/phi-4"]
CONTEXTS = [4096, 8192, 16_384]


@dataclass(frozen=True)
class Spot:
    """A place for a replica: so many of the `units` into which a node is cut."""

    instance: Instance
    mig: str | None
    turns: int
    count: int

    @property
    def units(self) -> int:
        per_gpu = profiles(gpu_of(self.instance).name)[self.mig].max_instances if self.mig else self.turns
        return self.instance.gpus * per_gpu

    @property
    def kind(self) -> tuple[str, str, int]:
        return self.instance.name, self.mig or "", self.turns


def spots(placement: dict[str, Any]) -> Iterator[Spot]:
    """Every number of units of every cut of every instance type that can be bought."""
    families = placement.get("instanceFamilies")
    for one in instances().values():
        family = one.name.split(".")[0]
        if not one.gpus or one.usd_per_hour is None or one.arch != "amd64" or family == "g7":
            continue
        if families and family not in families:
            continue
        # vLLM pads vocabularies to multiples of 64 and divides them: tensor parallel over 3, 5 or 7 fails.
        yield from (Spot(one, None, 1, count) for count in (1, 2, 4, 8) if count <= one.gpus)
        if placement.get("allowMig"):
            yield from (Spot(one, profile, 1, 1) for profile in profiles(gpu_of(one).name))
        if placement.get("allowSharing"):
            yield from (Spot(one, None, turns, 1) for turns in (2, 3, 4, 6, 8))


def works(spot: Spot, asked: dict[str, Any]) -> bool:
    """Whether a replica starts there, holds its requests, and has what it needs beside GPUs."""
    known = MODELS[asked["source"]]
    if known.heads % spot.count or (known.kv_heads % spot.count and spot.count % known.kv_heads):
        return False
    gpu = gpu_of(spot.instance)
    if gpu.capability < 8.0:
        return False

    def fitted(tokens: int) -> Any:
        return fit(
            FitRequest(
                model=known,
                gpu=gpu,
                tensor_parallel=spot.count,
                mig=spot.mig,
                share=1 / spot.turns,
                max_model_len=tokens,
                max_num_seqs=asked["concurrency"],
            )
        )

    if fitted(asked["maxModelLen"]).verdict is not Verdict.FITS:
        return False
    if fitted(min(2048, asked["maxModelLen"])).max_concurrency < asked["concurrency"]:
        return False
    node, part = spot.instance, spot.count / spot.units
    cpu = (node.alloc_cpu_milli - DAEMONSET_CPU_MILLI) * part // 100 * 100
    memory = (node.alloc_memory_mib - DAEMONSET_MEMORY_MIB) * part // 1024
    disk = (int(node.nvme_gb * 10**9 / 2**30 * 0.9) - 31) * part
    more = spot.count - 1
    return (
        cpu >= 1500 + 500 * more
        and memory >= 6 + 2 * more
        and disk >= -(-known.weight_bytes // 2**30) + 29
        and spot.units // spot.count <= node.pods - DAEMONSET_PODS
    )


def packed(sizes: list[int], capacity: int) -> int:
    """Nodes that the largest first fill, each in the first with room."""
    room: list[int] = []
    for size in sorted(sizes, reverse=True):
        place = next((i for i, free in enumerate(room) if free >= size), None)
        if place is None:
            room.append(capacity - size)
        else:
            room[place] -= size
    return len(room)


def cheapest(asked: list[dict[str, Any]], placement: dict[str, Any]) -> tuple[int, int] | None:
    """Micro-dollars and GPUs of the best assignment, by trying all; None where something fits nowhere."""
    ways = [[spot for spot in spots(placement) if works(spot, one)] for one in asked]
    best: tuple[int, int] | None = None
    for picks in itertools.product(*ways):
        pods: dict[tuple[str, str, int], list[int]] = {}
        for spot, one in zip(picks, asked, strict=True):
            pods.setdefault(spot.kind, []).extend([spot.count] * one["replicas"]["min"])
        kinds = {spot.kind: spot for spot in picks}
        counts = {kind: packed(sizes, kinds[kind].units) for kind, sizes in pods.items()}
        usd = sum(
            round((kinds[kind].instance.usd_per_hour or 0) * 10**6) * count for kind, count in counts.items()
        )
        gpus = sum(kinds[kind].instance.gpus * count for kind, count in counts.items())
        best = min(best or (usd, gpus), (usd, gpus))
    return best


def bought(plan: Plan) -> tuple[int, int]:
    """Micro-dollars and GPUs of the nodes that a plan's expected replicas fill."""
    usd = gpus = 0
    for pool in plan.pools:
        mine = [server for server in plan.servers.values() if server.pool == pool.name]
        instance = mine[0].share.instance
        per_gpu = pool.sharing.replicas if pool.sharing else 1
        if pool.mig:
            per_gpu = profiles(gpu_of(instance).name)[pool.mig].max_instances
        sizes = [server.gpus for server in mine for _ in range(server.expected_replicas)]
        count = packed(sizes, instance.gpus * per_gpu)
        usd += round((instance.usd_per_hour or 0) * 10**6) * count
        gpus += instance.gpus * count
    return usd, gpus


def asked_for(source: str, context: int, concurrency: int, replicas: int) -> dict[str, Any]:
    """A model of the stack file with so many replicas."""
    return model("x", source, low=replicas, high=replicas, maxModelLen=context, concurrency=concurrency)


asked_models = st.builds(
    asked_for,
    st.sampled_from(SOURCES),
    st.sampled_from(CONTEXTS),
    st.sampled_from([1, 16, 64, 200]),
    st.integers(1, 5),
)
cuttings = st.sampled_from(
    [{}, {"allowMig": True}, {"allowSharing": True}, {"allowMig": True, "allowSharing": True}]
)


def compare(asked: list[dict[str, Any]], placement: dict[str, Any]) -> None:
    named = [{**one, "name": f"m{place}"} for place, one in enumerate(asked)]
    best = cheapest(named, placement)
    try:
        found = bought(make_plan(stack(*named, placement=placement)))
    except SettingsError:
        found = None
    assert found == best


@given(asked_models, cuttings)
@settings(max_examples=60, deadline=None)
def test_one_model_runs_where_the_whole_catalogue_is_cheapest(
    asked: dict[str, Any], placement: dict[str, Any]
) -> None:
    compare([asked], placement)


@given(st.lists(asked_models, min_size=2, max_size=2))
@settings(max_examples=15, deadline=None)
def test_two_models_run_where_the_whole_catalogue_is_cheapest_for_both(asked: list[dict[str, Any]]) -> None:
    compare(asked, {})


@given(
    st.lists(asked_models, min_size=3, max_size=3),
    st.sampled_from([["g6", "g6e"], ["g5", "g7e"], ["p5", "g6"]]),
)
@settings(max_examples=15, deadline=None)
def test_three_models_share_nodes_where_that_is_cheaper(
    asked: list[dict[str, Any]], families: list[str]
) -> None:
    compare(asked, {"instanceFamilies": families, "allowMig": True})


@pytest.mark.parametrize("source", SOURCES)
def test_some_asked_for_models_have_a_place(source: str) -> None:
    # Else the properties above would compare nothing with nothing.
    assert cheapest([model("m", source, concurrency=16)], {}) is not None


@given(st.sampled_from([one for one in instances().values() if one.gpus]), st.integers(1, 8), st.data())
def test_replicas_that_have_a_place_leave_the_node_what_it_needs(
    instance: Instance, turns: int, data: st.DataObject
) -> None:
    cut = Cut(instance=instance, sharing=SharingSettings(replicas=turns) if turns > 1 else None)
    share = share_on(cut, data.draw(st.integers(1, cut.units)))
    disk = data.draw(st.integers(0, 400))
    if host_problem(share, 1, disk) is None:
        each = share.replicas_per_node
        assert each * share.cpu_milli + DAEMONSET_CPU_MILLI <= instance.alloc_cpu_milli
        assert each * share.memory_gib * 1024 + DAEMONSET_MEMORY_MIB <= instance.alloc_memory_mib
        assert each * disk <= instance.nvme_gb * 10**9 / 2**30 or not instance.nvme_gb
        assert each + DAEMONSET_PODS <= instance.pods
