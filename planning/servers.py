"""What one served thing needs: its share of a node, memory, cache, times and rollout."""

import math
from dataclasses import dataclass

from catalog.models import MODELS
from planning.need import GpuNeed, need_of, pool_resource
from planning.nodes import Share, share_of
from planning.startup import startup_seconds
from settings.models import ModelSettings, TritonRepositorySettings
from settings.pools import GpuPoolSettings
from settings.references import Served, pools_for
from settings.stack import Settings

_GIB = 2**30
# vLLM's workers exchange tensors through shared memory; the production stack's chart gives 20 GiB.
_SHM_GIB_ALONE = 2
_SHM_GIB_PARALLEL = 16
# Compiled kernels and temporary files beside the weights.
_CACHE_EXTRA_GIB = 20
_SHUTDOWN_SECONDS = 120


@dataclass(frozen=True, kw_only=True)
class ServerPlan:
    """What the plan gives one server. GiB and seconds; `cpu_milli` in thousandths of a CPU.

    `path` is where it stands in the stack file, `pool` the GPU pool it runs in, `gpu_resource` what Kubernetes
    calls what `need` asks for. A replica has that on each of `nodes`.
    """

    name: str
    path: str
    pool: str
    route: str
    need: GpuNeed
    gpu_resource: str
    weights_gib: float
    share: Share
    shm_gib: int
    cache_gib: int
    startup_seconds: int
    shutdown_seconds: int
    min_replicas: int
    max_replicas: int
    nodes: int = 1

    @property
    def gpus(self) -> int:
        """GPUs, or slices of them, of one replica."""
        return self.need.count

    @property
    def node_gpus(self) -> int:
        """GPUs of the nodes it needs with all replicas: a half-filled node counts whole."""
        return (
            math.ceil(self.max_replicas * self.nodes / self.share.replicas_per_node)
            * self.share.instance.gpus
        )


def plan_server(served: Served, settings: Settings) -> ServerPlan:
    """Plan one model or Triton repository of checked settings."""
    thing = served.settings
    nodes = thing.nodes if isinstance(thing, ModelSettings) else 1
    pool: GpuPoolSettings = pools_for(thing, settings.gpu_pools)[0]
    need = need_of(thing.gpu)
    share = share_of(pool, need)
    weights = weights_gib(thing)
    shm = _SHM_GIB_PARALLEL if need.count > 1 else _SHM_GIB_ALONE
    return ServerPlan(
        name=thing.name,
        path=served.path,
        pool=pool.name,
        route=served.route,
        need=need,
        gpu_resource=pool_resource(pool),
        weights_gib=weights,
        share=share,
        shm_gib=min(shm, share.memory_gib // 4),
        cache_gib=math.ceil(weights) + _CACHE_EXTRA_GIB,
        startup_seconds=startup_seconds(weights),
        shutdown_seconds=_SHUTDOWN_SECONDS,
        min_replicas=thing.replicas.min,
        max_replicas=thing.replicas.max,
        nodes=nodes,
    )


def weights_gib(thing: ModelSettings | TritonRepositorySettings) -> float:
    """Return the size of what must be loaded, in GiB: as set, else as catalogued."""
    if isinstance(thing, TritonRepositorySettings):
        return thing.repository_gib
    if thing.weights_gib is not None:
        return thing.weights_gib
    return (thing.card or MODELS[thing.source]).weight_bytes / _GIB
