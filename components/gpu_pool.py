"""GPU nodes that Karpenter buys when pods ask for them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pulumi
from pulumi_kubernetes.apiextensions import CustomResource

from catalog import amis, volumes
from catalog.instances import Instance, instances
from components import gpu_user_data
from components.gpu_pool_specs import (
    BUILT_IN_PLUGIN,
    KEEP_BUSY_NODES,
    POOL_LABEL,
    WEIGHTS,
    Budget,
    Capacity,
    OperatingSystem,
    disruption,
    node_class_spec,
    node_pool_spec,
    requirements,
    reservation_terms,
    rung_names,
    rungs,
)
from components.gpu_sharing import Cut, MigCut, MigStrategy, limits, overlay_specs

_AMIS = {OperatingSystem.AL2023: amis.AL2023, OperatingSystem.BOTTLEROCKET: amis.BOTTLEROCKET}
# Karpenter drains and ends every node before a NodePool is gone; that takes as long as the pods' grace.
_DELETE_TIMEOUT = "60m"


@dataclass(frozen=True, kw_only=True)
class RootVolume:
    """The encrypted gp3 root disk. `throughput_mibps` is MiB/s; gp3 needs one IOPS for each 0.25 MiB/s.

    The defaults hold inference images of 10-20 GiB, pulled at the 600 MiB/s that nodeadm asks for
    (nodeadm/doc/examples.md). On instances with NVMe, RAID0 moves images there.
    """

    size_gib: int = volumes.GPU_ROOT_GIB
    iops: int = volumes.GPU_ROOT_IOPS
    throughput_mibps: int = volumes.GPU_ROOT_MIBPS

    def ebs(self) -> dict[str, Any]:
        """Return the block device as EC2NodeClass spells it."""
        return {
            "volumeType": "gp3",
            "volumeSize": f"{self.size_gib}Gi",
            "iops": self.iops,
            "throughput": self.throughput_mibps,
            "encrypted": True,
            "deleteOnTermination": True,
        }


@dataclass(frozen=True, kw_only=True)
class GpuPoolArgs:
    """What to buy, how much, and when to give it back. Durations are Kubernetes strings ("5m", "336h").

    `capacity` is in order of preference. `max_gpus` bounds each NodePool, see GpuPool. No `zones` means all.
    `cut` says how every GPU is shared; without it each is whole. `cluster_name` is the value of the tag
    `karpenter.sh/discovery` on subnets, security groups and, when neither `reservation_ids` nor
    `reservation_tags` say which, capacity reservations. `node_role` is the name of the nodes' IAM role.
    `depends_on` names what must stand while the pool does: the Karpenter controller and its CRDs.
    """

    instance_types: Sequence[str]
    capacity: Sequence[Capacity]
    max_gpus: int
    node_role: pulumi.Input[str]
    cluster_name: pulumi.Input[str]
    provider: pulumi.ProviderResource
    depends_on: Sequence[pulumi.Resource] = ()
    zones: Sequence[str] = ()
    consolidate_after: str = "5m"
    expire_after: str = "336h"
    termination_grace_period: str = "1h"
    budgets: Sequence[Budget] = KEEP_BUSY_NODES
    reservation_ids: Sequence[str] = ()
    reservation_tags: Mapping[str, str] = field(default_factory=dict[str, str])
    cut: Cut | None = None
    operating_system: OperatingSystem = OperatingSystem.AL2023
    root_volume: RootVolume = field(default_factory=RootVolume)
    fast_image_pull: bool = False
    tags: Mapping[str, str] = field(default_factory=dict[str, str])

    def __post_init__(self) -> None:
        """Raise ValueError when the pool could never hold a node."""
        if not self.instance_types or not self.capacity:
            raise ValueError("a GPU pool needs at least one instance type and one kind of capacity")
        if len(set(self.capacity)) != len(self.capacity):
            raise ValueError(f"capacity: {', '.join(self.capacity)} names a kind twice; name each once")
        if self.max_gpus < 1:
            raise ValueError(f"max_gpus: {self.max_gpus} allows no node; set it to 1 or more")
        if self.cut is not None and self.max_gpus < (fewest := min(self.gpus_by_type.values())):
            raise ValueError(f"max_gpus: {self.max_gpus} allows no node of {fewest} GPUs; raise it to that")
        if self.operating_system == OperatingSystem.BOTTLEROCKET and not self._bottlerocket_can_cut():
            raise ValueError(
                "cut: Bottlerocket's device plugin takes slices for GPUs; use the strategy single, or AL2023"
            )

    def _bottlerocket_can_cut(self) -> bool:
        return not isinstance(self.cut, MigCut) or self.cut.strategy == MigStrategy.SINGLE

    @property
    def gpus_by_type(self) -> dict[str, int]:
        """GPUs of each instance type."""
        return {name: self._instance(name).gpus for name in self.instance_types}

    @property
    def user_data(self) -> str | None:
        """What nodes are told at boot, if anything."""
        if self.operating_system == OperatingSystem.AL2023:
            return gpu_user_data.al2023(self.cut, fast_image_pull=self.fast_image_pull)
        gpu = self._instance(self.instance_types[0])
        return gpu_user_data.bottlerocket(self.cut, amis.BOTTLEROCKET_GPUS.get((gpu.gpu, gpu.vram_mib)))

    @property
    def node_labels(self) -> dict[str, str]:
        """Labels of the nodes beside the pool's own: they steer the device plugin."""
        if self.operating_system == OperatingSystem.BOTTLEROCKET:
            return dict(BUILT_IN_PLUGIN)
        return self.cut.labels() if self.cut else {}

    @staticmethod
    def _instance(name: str) -> Instance:
        if name not in instances():
            raise ValueError(f"instance_types: {name} is not in the catalogue; add its row to instances.csv")
        return instances()[name]


class GpuPool(pulumi.ComponentResource):
    """An EC2NodeClass and the NodePools that buy from it.

    Karpenter itself goes from reserved to spot to on-demand, so an order of preference that agrees is one
    NodePool and `max_gpus` bounds the pool exactly (but for Karpenter's own overrun while nodes start).
    Another order, such as on-demand before spot, is a ladder: one NodePool a rung, tried by weight. Karpenter
    has no limit over several NodePools, so each rung may hold `max_gpus`; what bounds the whole pool then is
    demand, the maximum replicas of the models placed on it. A pod asks for `node_selector` and tolerates the
    taint `nvidia.com/gpu`.

        pool = GpuPool("l4", GpuPoolArgs(
            instance_types=["g6.xlarge", "g6.2xlarge"],
            capacity=[Capacity.SPOT, Capacity.ON_DEMAND],
            max_gpus=4,
            node_role=cluster.node_role_name,
            cluster_name=cluster.name,
            provider=cluster.provider,
            depends_on=[karpenter],
        ))
    """

    name: pulumi.Output[str]
    """The pool's name, the value of the node label `inference-platform/pool`."""
    node_selector: pulumi.Output[Mapping[str, str]]
    """The labels by which pods choose the pool's nodes."""

    def __init__(self, name: str, args: GpuPoolArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("inference-platform:index:GpuPool", name, None, opts)
        child = pulumi.ResourceOptions(parent=self, provider=args.provider, depends_on=list(args.depends_on))
        self.node_class = self._node_class(name, args, child)
        self.overlays = self._overlays(name, args, child)
        self.node_pools = self._node_pools(name, args, child)
        self.name = pulumi.Output.from_input(name)
        self.node_selector = pulumi.Output.from_input({POOL_LABEL: name})
        self.register_outputs({"name": self.name, "node_selector": self.node_selector})

    def _node_class(self, name: str, args: GpuPoolArgs, child: pulumi.ResourceOptions) -> CustomResource:
        spec = node_class_spec(
            ami_alias=_AMIS[args.operating_system],
            role=args.node_role,
            discovery=args.cluster_name,
            root_volume=args.root_volume.ebs(),
            tags=args.tags,
        )
        if Capacity.RESERVED in args.capacity:
            terms = reservation_terms(args.reservation_ids, args.reservation_tags, args.cluster_name)
            spec["capacityReservationSelectorTerms"] = terms
        if args.user_data:
            spec["userData"] = args.user_data
        return CustomResource(
            f"{name}-node-class",
            api_version="karpenter.k8s.aws/v1",
            kind="EC2NodeClass",
            metadata={"name": name},
            spec=spec,
            opts=child,
        )

    def _overlays(
        self, name: str, args: GpuPoolArgs, child: pulumi.ResourceOptions
    ) -> tuple[CustomResource, ...]:
        """Make one NodeOverlay for each size of node, so that Karpenter knows what a cut node will have."""
        if args.cut is None:
            return ()
        specs = overlay_specs(args.cut, rung_names(name, rungs(args.capacity)), args.gpus_by_type)
        return tuple(
            CustomResource(
                f"{name}-{gpus}-gpu-overlay",
                api_version="karpenter.sh/v1alpha1",
                kind="NodeOverlay",
                metadata={"name": f"{name}-{gpus}-gpu"},
                spec=spec,
                opts=child,
            )
            for gpus, spec in specs.items()
        )

    def _node_pools(
        self, name: str, args: GpuPoolArgs, child: pulumi.ResourceOptions
    ) -> tuple[CustomResource, ...]:
        ladder = rungs(args.capacity)
        names = rung_names(name, ladder)
        weights = WEIGHTS if len(ladder) > 1 else (None,)
        return tuple(
            self._node_pool(rung_name, name, args, (rung, weight), child)
            for rung_name, rung, weight in zip(names, ladder, weights, strict=False)
        )

    def _node_pool(
        self,
        rung_name: str,
        pool: str,
        args: GpuPoolArgs,
        rung: tuple[Sequence[Capacity], int | None],
        child: pulumi.ResourceOptions,
    ) -> CustomResource:
        capacity, weight = rung
        # A NodePool goes before its node class, whose finalizer waits for the nodes. Without its overlay it would
        # buy a node with whole GPUs.
        after = pulumi.ResourceOptions(
            depends_on=[self.node_class, *self.overlays],
            custom_timeouts=pulumi.CustomTimeouts(delete=_DELETE_TIMEOUT),
        )
        return CustomResource(
            f"{rung_name}-node-pool",
            api_version="karpenter.sh/v1",
            kind="NodePool",
            metadata={"name": rung_name},
            spec=node_pool_spec(
                pool,
                requirements=requirements(args.instance_types, capacity, args.zones),
                labels=args.node_labels,
                limits=_limits(args),
                lifetime={
                    "expireAfter": args.expire_after,
                    "terminationGracePeriod": args.termination_grace_period,
                },
                disruption=disruption(args.consolidate_after, args.budgets),
                weight=weight,
            ),
            opts=pulumi.ResourceOptions.merge(child, after),
        )


def _limits(args: GpuPoolArgs) -> dict[str, str]:
    fewest = min(args.gpus_by_type.values()) if args.cut else 1
    return limits(args.cut, max_gpus=args.max_gpus, fewest_on_a_node=fewest)
