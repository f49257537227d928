"""Turns what settings say of slices, shares and warm room into components' arguments: a mapping and no more."""

from catalog.gpus import gpu_of
from catalog.instances import instances
from catalog.mig import profiles
from components.gpu_sharing import Cut, MigCut, MigStrategy, SharedCut, Sharing
from components.serving.pod import requests
from components.warm_headroom import Headroom
from components.wiring import CommonArgs
from planning.servers import ServerPlan
from settings import fields
from settings.pools import GpuPoolSettings

_SHARING = {
    fields.SharingStrategy.TIME_SLICING: Sharing.TIME_SLICING,
    fields.SharingStrategy.MPS: Sharing.MPS,
}


def cut_of(pool: GpuPoolSettings) -> Cut | None:
    """Return how a pool's GPUs are cut; None for whole ones."""
    if pool.mig is not None:
        gpu = gpu_of(instances()[pool.instance_types[0]])
        per_gpu = profiles(gpu.name)[pool.mig].max_instances
        return MigCut(profile=pool.mig, per_gpu=per_gpu, strategy=MigStrategy(pool.mig_strategy.value))
    if pool.sharing is not None:
        return SharedCut(strategy=_SHARING[pool.sharing.strategy], per_gpu=pool.sharing.replicas)
    return None


def headroom(plan: ServerPlan, common: CommonArgs) -> Headroom:
    """Return the room to keep warm beside a server: what its own replicas ask for, on each of their nodes."""
    asked = requests(
        gpus={common["gpu_resource"]: common["gpus"]},
        cpu=common["cpu"],
        memory_gib=common["memory_gib"],
        cache=common["cache"],
    )
    return Headroom(
        server=plan.name,
        replicas=plan.buffer * plan.nodes,
        requests=asked,
        node_selector=common["node_selector"],
    )
