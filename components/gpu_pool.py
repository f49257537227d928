"""GPU nodes that Karpenter buys when pods ask for them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pulumi
from pulumi_kubernetes.apiextensions import CustomResource

from catalog import amis
from components.gpu_pool_specs import (
    KEEP_BUSY_NODES,
    POOL_LABEL,
    WEIGHTS,
    Budget,
    Capacity,
    disruption,
    node_class_spec,
    node_pool_spec,
    requirements,
    reservation_terms,
    rung_names,
    rungs,
)

# nodeadm parses this document; the gate turns on SOCI parallel pull and unpack of images.
_FAST_IMAGE_PULL = """apiVersion: node.eks.aws/v1alpha1
kind: NodeConfig
spec:
  featureGates:
    FastImagePull: true
"""
# Karpenter drains and ends every node before a NodePool is gone; that takes as long as the pods' grace.
_DELETE_TIMEOUT = "60m"


@dataclass(frozen=True, kw_only=True)
class RootVolume:
    """The encrypted gp3 root disk. `throughput_mibps` is MiB/s; gp3 needs one IOPS for each 0.25 MiB/s.

    The defaults hold inference images of 10-20 GiB, pulled at the 600 MiB/s that nodeadm asks for
    (nodeadm/doc/examples.md). On instances with NVMe, RAID0 moves images there.
    """

    size_gib: int = 200
    iops: int = 4000
    throughput_mibps: int = 600

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
    `cluster_name` is the value of the tag `karpenter.sh/discovery` on subnets, security groups and, when
    `reservation_ids` is empty, capacity reservations. `node_role` is the name of the nodes' IAM role.
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
    root_volume: RootVolume = field(default_factory=RootVolume)
    ami_alias: str = amis.AL2023
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
        self.node_pools = self._node_pools(name, args, child)
        self.name = pulumi.Output.from_input(name)
        self.node_selector = pulumi.Output.from_input({POOL_LABEL: name})
        self.register_outputs({"name": self.name, "node_selector": self.node_selector})

    def _node_class(self, name: str, args: GpuPoolArgs, child: pulumi.ResourceOptions) -> CustomResource:
        spec = node_class_spec(
            ami_alias=args.ami_alias,
            role=args.node_role,
            discovery=args.cluster_name,
            root_volume=args.root_volume.ebs(),
            tags=args.tags,
        )
        if Capacity.RESERVED in args.capacity:
            terms = reservation_terms(args.reservation_ids, args.cluster_name)
            spec["capacityReservationSelectorTerms"] = terms
        if args.fast_image_pull:
            spec["userData"] = _FAST_IMAGE_PULL
        return CustomResource(
            f"{name}-node-class",
            api_version="karpenter.k8s.aws/v1",
            kind="EC2NodeClass",
            metadata={"name": name},
            spec=spec,
            opts=child,
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
        # A NodePool goes before its node class, whose finalizer waits for the nodes.
        after = pulumi.ResourceOptions(
            depends_on=[self.node_class], custom_timeouts=pulumi.CustomTimeouts(delete=_DELETE_TIMEOUT)
        )
        return CustomResource(
            f"{rung_name}-node-pool",
            api_version="karpenter.sh/v1",
            kind="NodePool",
            metadata={"name": rung_name},
            spec=node_pool_spec(
                pool,
                requirements=requirements(args.instance_types, capacity, args.zones),
                max_gpus=args.max_gpus,
                lifetime={
                    "expireAfter": args.expire_after,
                    "terminationGracePeriod": args.termination_grace_period,
                },
                disruption=disruption(args.consolidate_after, args.budgets),
                weight=weight,
            ),
            opts=pulumi.ResourceOptions.merge(child, after),
        )
