"""What every model server is told, whatever its engine."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import pulumi

from components.autoscaling.policy import SCALE_DOWN, SCALE_UP, ScalingPolicy
from components.autoscaling.triggers import RabbitmqTrigger, Trigger, wakes
from components.gpu_pool_specs import GPU_RESOURCE


@dataclass(frozen=True, kw_only=True)
class NvmeCache:
    """At most `size_gib` of weights and compiled kernels on the node's own NVMe disks, gone with the pod."""

    size_gib: int


@dataclass(frozen=True, kw_only=True)
class PvcCache:
    """Weights and compiled kernels on persistent volumes of `size_gib` each.

    `shared` is one ReadWriteMany claim for all replicas, which outlives them: the class must be of that kind,
    such as EFS. Otherwise each replica has a claim of its own, which works with EBS and goes with the pod.
    """

    storage_class: str
    size_gib: int
    shared: bool = False


Cache = NvmeCache | PvcCache


@dataclass(frozen=True, kw_only=True)
class ScalingArgs:
    """How KEDA scales a server. Seconds throughout; `prometheus_address` is an URL KEDA can reach.

    `triggers` come beside the engine's own; of all of them the one that asks for most replicas wins. A
    RabbitmqTrigger needs `rabbitmq_secret`, a Secret in the server's namespace: see `authentication_spec`.
    After `failure_threshold` failed queries in a row there are at least `fallback_replicas`, or as many as
    before if those were more. `cooldown_seconds` is how long no trigger may see work before the last replica
    goes; it means nothing unless `min_replicas` is 0.
    """

    prometheus_address: pulumi.Input[str]
    fallback_replicas: int
    triggers: Sequence[Trigger] = ()
    rabbitmq_secret: pulumi.Input[str] | None = None
    failure_threshold: int = 3
    polling_seconds: int = 15
    cooldown_seconds: int = 300
    scale_up: ScalingPolicy = SCALE_UP
    scale_down: ScalingPolicy = SCALE_DOWN

    def __post_init__(self) -> None:
        """Raise ValueError for a fallback that would leave nothing running, or a queue that nobody may ask."""
        if self.fallback_replicas < 1:
            raise ValueError(
                f"fallback_replicas: {self.fallback_replicas} would let a server go while nobody can tell whether "
                "it has work; set it to 1 or more"
            )
        if self.rabbitmq_secret is None and any(isinstance(one, RabbitmqTrigger) for one in self.triggers):
            raise ValueError("rabbitmq_secret: is missing, and a RabbitmqTrigger needs it; name the Secret")


@dataclass(frozen=True, kw_only=True)
class ModelServerArgs:
    """One replica's needs, how many replicas there are, and how they start, stop and scale.

    `gpus` is a replica's GPUs, requested as `gpu_resource`. `cpu` is a Kubernetes quantity, requested and not
    limited. `memory_gib` is requested and limited; `shm_gib` counts towards it.
    Times in seconds: `startup_seconds` is the budget from container start to ready; `provision_seconds` that
    of a node's boot and the image pull before it; `drain_seconds` how long a stopping pod still takes
    requests while endpoints forget it; `shutdown_seconds` how long requests in flight may then take.
    With `spread_over_nodes` replicas prefer different nodes. Turn it off where a node holds several:
    Karpenter reads the preference as a demand first, and would buy a node for each.
    `depends_on` names what must stand while the server does: KEDA, prometheus-operator's CRDs, the GPU pool.
    """

    namespace: pulumi.Input[str]
    provider: pulumi.ProviderResource
    node_selector: pulumi.Input[Mapping[str, pulumi.Input[str]]]
    gpus: int
    cpu: str
    memory_gib: int
    shm_gib: int
    cache: Cache
    startup_seconds: int
    min_replicas: int
    max_replicas: int
    scaling: ScalingArgs
    gateway_namespace: pulumi.Input[str]
    monitoring_namespace: pulumi.Input[str]
    gpu_resource: str = GPU_RESOURCE
    provision_seconds: int = 900
    drain_seconds: int = 10
    shutdown_seconds: int = 120
    max_surge: int = 1
    max_unavailable: int = 0
    spread_over_nodes: bool = True
    labels: Mapping[str, str] = field(default_factory=dict[str, str])
    depends_on: Sequence[pulumi.Resource] = ()

    def __post_init__(self) -> None:
        """Raise ValueError for numbers no Deployment or ScaledObject could hold."""
        if not 0 <= self.min_replicas <= self.max_replicas or self.max_replicas < 1:
            raise ValueError(
                f"min_replicas: {self.min_replicas} must be from 0 to max_replicas ({self.max_replicas}), "
                "and that at least 1"
            )
        if self.min_replicas == 0 and not any(map(wakes, self.scaling.triggers)):
            raise ValueError(
                "min_replicas: 0 needs a trigger that sees work while no replica runs (RabbitmqTrigger or "
                "CronTrigger): no metric of a server can wake it from zero"
            )
        if self.max_surge + self.max_unavailable < 1:
            raise ValueError("max_surge and max_unavailable are both 0: no rollout could begin; set one to 1")
        if self.shm_gib >= self.memory_gib:
            raise ValueError(
                f"shm_gib: {self.shm_gib} leaves nothing of memory_gib ({self.memory_gib}): shared memory "
                "counts towards it; raise memory_gib"
            )
