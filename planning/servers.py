"""What one served thing needs: its share of a node, memory, cache, times and rollout."""

import math
from dataclasses import dataclass

from planning.fit import Fit
from planning.need import GpuNeed, pool_resource
from planning.nodes import Share
from planning.placement.result import Placed
from planning.sizes import cache_gib, expected_replicas, nodes_per_replica, weights_gib
from planning.startup import ColdStart, cold_start
from settings.models import ModelSettings
from settings.rollout import RolloutSettings, seconds

# vLLM's workers exchange tensors through shared memory; the production stack's chart gives 20 GiB.
_SHM_GIB_ALONE = 2
_SHM_GIB_PARALLEL = 16
_SHUTDOWN_SECONDS = 120


@dataclass(frozen=True, kw_only=True)
class ServerPlan:
    """What the plan gives one server. GiB and seconds; `cpu_milli` in thousandths of a CPU.

    `buffer` is how many replicas' room placeholder pods keep.

    `path` is where it stands in the stack file, `pool` the GPU pool it runs in, `gpu_resource` what Kubernetes
    calls what `need` asks for. A replica has that on each of `nodes`, the stages of its pipeline.
    `gpu_memory_utilization` is the part of each GPU that it may take, of a shared GPU only its turn's; 0 for Triton,
    which takes what it needs. `max_num_batched_tokens` is what one step may take, 0 where the engine is not vLLM.
    `fit` is what its memory was found to hold. `rollout` and `ready_within_seconds` are what the settings ask for.
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
    cold_start: ColdStart
    shutdown_seconds: int
    min_replicas: int
    max_replicas: int
    expected_replicas: int
    tensor_parallel: int
    max_num_seqs: int
    max_num_batched_tokens: int
    gpu_memory_utilization: float
    fit: Fit
    nodes: int = 1
    buffer: int = 0
    rollout: RolloutSettings | None = None
    ready_within_seconds: int | None = None

    @property
    def gpus(self) -> int:
        """GPUs, or slices of them, of one replica."""
        return self.need.count

    @property
    def startup_seconds(self) -> int:
        """Seconds a container may take to become ready."""
        return self.cold_start.startup_limit

    @property
    def pipeline_parallel(self) -> int:
        """Stages of the pipeline: one on each node."""
        return self.nodes

    @property
    def most_pods(self) -> int:
        """Pods of all replicas, a pod on each of a replica's nodes, and of placeholders."""
        return (self.max_replicas + self.buffer) * self.nodes

    @property
    def node_gpus(self) -> int:
        """GPUs of the nodes it needs with all replicas and its buffer: a half-filled node counts whole."""
        return math.ceil(self.most_pods / self.share.replicas_per_node) * self.share.instance.gpus


def plan_server(placed: Placed) -> ServerPlan:
    """Plan one model or Triton repository where it was placed."""
    thing, way = placed.item.settings, placed.way
    assert way.memory is not None  # noqa: S101  what is placed was judged
    model = thing if isinstance(thing, ModelSettings) else None
    weights = weights_gib(thing)
    shm = _SHM_GIB_PARALLEL if way.count > 1 else _SHM_GIB_ALONE
    return ServerPlan(
        name=thing.name,
        path=placed.item.path,
        pool=placed.pool.name,
        route=placed.item.route,
        need=GpuNeed(type=way.cut.instance.gpu, count=way.count, mig=way.cut.mig, share=way.cut.share),
        gpu_resource=pool_resource(placed.pool),
        weights_gib=weights,
        share=way.share,
        shm_gib=min(shm, way.share.memory_gib // 4),
        cache_gib=cache_gib(thing),
        cold_start=cold_start(thing, weights, way.cut.instance),
        shutdown_seconds=_SHUTDOWN_SECONDS,
        min_replicas=thing.replicas.min,
        max_replicas=thing.replicas.max,
        expected_replicas=expected_replicas(thing),
        tensor_parallel=way.count,
        nodes=nodes_per_replica(thing),
        max_num_seqs=model.concurrency if model else 0,
        max_num_batched_tokens=way.memory.step_tokens,
        gpu_memory_utilization=round(model.gpu_memory_utilization * way.cut.share, 4) if model else 0.0,
        fit=way.memory.fit,
        buffer=thing.replicas.buffer,
        rollout=thing.rollout,
        ready_within_seconds=seconds(thing.ready_within) if thing.ready_within else None,
    )
