"""The Karpenter objects of a GPU pool, as pure functions of plain values.

Sources: Karpenter v1.14 `NodePool` (karpenter.sh/v1) and `EC2NodeClass` (karpenter.k8s.aws/v1).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise
from typing import Any

import pulumi

from components.gpu_sharing import GPU_RESOURCE

POOL_LABEL = "inference-platform/pool"
# The device plugin and DCGM exporter choose their nodes by this label; nothing else sets it before boot.
GPU_PRESENT_LABEL = "nvidia.com/gpu.present"
# On nodes whose system brings a device plugin of its own; ours stays off them.
BUILT_IN_PLUGIN = {"inference-platform/device-plugin": "built-in"}
_DISCOVERY_TAG = "karpenter.sh/discovery"
# What Karpenter gives it by default; nothing of ours is on it.
_BOTTLEROCKET_SYSTEM = "4Gi"
# Tried first to last; a fourth rung cannot occur, as there are three kinds of capacity.
WEIGHTS = (100, 50, 10)


class Capacity(StrEnum):
    """How EC2 sells a node; the values are those of the label `karpenter.sh/capacity-type`."""

    RESERVED = "reserved"
    SPOT = "spot"
    ON_DEMAND = "on-demand"


class OperatingSystem(StrEnum):
    """What nodes boot; the values are Karpenter's families of machine images."""

    AL2023 = "al2023"
    BOTTLEROCKET = "bottlerocket"


class DisruptionReason(StrEnum):
    """Why Karpenter may take a node away of its own accord."""

    DRIFTED = "Drifted"
    EMPTY = "Empty"
    UNDERUTILIZED = "Underutilized"


@dataclass(frozen=True, kw_only=True)
class Budget:
    """How many nodes Karpenter may disrupt at once: a count or a percentage, for the given reasons.

    `schedule` (cron, UTC) and `duration` ("8h") limit a budget to a window; both or neither.
    """

    nodes: str
    reasons: tuple[DisruptionReason, ...]
    schedule: str | None = None
    duration: str | None = None


# A busy GPU node is never replaced for drift or to pack pods tighter; an empty one only costs money.
KEEP_BUSY_NODES = (
    Budget(nodes="0", reasons=(DisruptionReason.DRIFTED, DisruptionReason.UNDERUTILIZED)),
    Budget(nodes="100%", reasons=(DisruptionReason.EMPTY,)),
)


def rungs(capacity: Sequence[Capacity]) -> tuple[tuple[Capacity, ...], ...]:
    """Cut an order of preference into runs that one NodePool can hold.

    Inside a NodePool Karpenter tries reserved, then spot, then on-demand; an order that agrees needs one.
    `(ON_DEMAND, SPOT)` needs two; `(RESERVED, ON_DEMAND, SPOT)` gives `((RESERVED, ON_DEMAND), (SPOT,))`.
    """
    native = list(Capacity)
    order = [native.index(kind) for kind in capacity]
    cuts = [place for place, (first, then) in enumerate(pairwise(order), start=1) if then < first]
    bounds = [0, *cuts, len(capacity)]
    return tuple(tuple(capacity[start:end]) for start, end in pairwise(bounds))


def rung_names(pool: str, ladder: Sequence[Sequence[Capacity]]) -> tuple[str, ...]:
    """Name each rung's NodePool: the pool's own name when there is one, else with its capacity after it."""
    if len(ladder) == 1:
        return (pool,)
    return tuple("-".join((pool, *rung)) for rung in ladder)


def node_pool_spec(  # noqa: PLR0913  keyword-only, and each says one thing of the pool
    pool: str,
    *,
    requirements: Sequence[Mapping[str, Any]],
    labels: Mapping[str, str],
    limits: Mapping[str, str],
    lifetime: Mapping[str, str],
    disruption: Mapping[str, Any],
    weight: int | None,
) -> dict[str, Any]:
    """Return the spec of one NodePool. `lifetime` holds expireAfter and terminationGracePeriod.

    `labels` are those of its nodes beside the pool's own.
    """
    node = {
        "nodeClassRef": {"group": "karpenter.k8s.aws", "kind": "EC2NodeClass", "name": pool},
        "requirements": list(requirements),
        # "present" is the one value that Node Feature Discovery's workers tolerate.
        "taints": [{"key": GPU_RESOURCE, "value": "present", "effect": "NoSchedule"}],
        **lifetime,
    }
    spec: dict[str, Any] = {
        "template": {"metadata": {"labels": _node_labels(pool, labels)}, "spec": node},
        "limits": dict(limits),
        "disruption": dict(disruption),
    }
    return spec if weight is None else {**spec, "weight": weight}


def _node_labels(pool: str, labels: Mapping[str, str]) -> dict[str, str]:
    return {POOL_LABEL: pool, GPU_PRESENT_LABEL: "true", **labels}


def requirements(
    instance_types: Sequence[str], capacity: Sequence[Capacity], zones: Sequence[str]
) -> list[dict[str, Any]]:
    """Return what a node must be. No zones means every zone of the cluster's subnets."""
    wanted = {
        "node.kubernetes.io/instance-type": instance_types,
        "karpenter.sh/capacity-type": [str(kind) for kind in capacity],
        "topology.kubernetes.io/zone": zones,
    }
    return [
        {"key": key, "operator": "In", "values": list(values)} for key, values in wanted.items() if values
    ]


def disruption(consolidate_after: str, budgets: Sequence[Budget]) -> dict[str, Any]:
    """Return the disruption block: only empty nodes are consolidated, within the budgets."""
    return {
        "consolidationPolicy": "WhenEmpty",
        "consolidateAfter": consolidate_after,
        "budgets": [_budget(budget) for budget in budgets],
    }


def _budget(budget: Budget) -> dict[str, Any]:
    window = {"schedule": budget.schedule, "duration": budget.duration}
    return {
        "nodes": budget.nodes,
        "reasons": [str(reason) for reason in budget.reasons],
        **{key: value for key, value in window.items() if value},
    }


def node_class_spec(
    *,
    ami_alias: str,
    role: pulumi.Input[str],
    discovery: pulumi.Input[str],
    root_volume: Mapping[str, Any],
    tags: Mapping[str, str],
) -> dict[str, Any]:
    """Return the spec of the EC2NodeClass. Subnets and security groups are found by their discovery tag."""
    found = [{"tags": {_DISCOVERY_TAG: discovery}}]
    return {
        "amiSelectorTerms": [{"alias": ami_alias}],
        "role": role,
        "subnetSelectorTerms": found,
        "securityGroupSelectorTerms": found,
        "blockDeviceMappings": _block_devices(ami_alias, root_volume),
        # The kubelet and containerd then live on the local NVMe disks, and so do model caches.
        "instanceStorePolicy": "RAID0",
        "metadataOptions": {
            "httpEndpoint": "enabled",
            "httpProtocolIPv6": "disabled",
            # One hop: a pod on the pod network cannot reach the node's own credentials.
            "httpPutResponseHopLimit": 1,
            "httpTokens": "required",
        },
        "tags": dict(tags),
    }


def _block_devices(ami_alias: str, volume: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the disks: AL2023 has one, Bottlerocket keeps images and containers on a second."""
    if ami_alias.startswith(OperatingSystem.BOTTLEROCKET):
        system = {**volume, "volumeSize": _BOTTLEROCKET_SYSTEM, "iops": 3000, "throughput": 125}
        return [
            {"deviceName": "/dev/xvda", "rootVolume": True, "ebs": system},
            {"deviceName": "/dev/xvdb", "ebs": dict(volume)},
        ]
    return [{"deviceName": "/dev/xvda", "rootVolume": True, "ebs": dict(volume)}]


def reservation_terms(
    reservation_ids: Sequence[str], tags: Mapping[str, str], discovery: pulumi.Input[str]
) -> list[dict[str, Any]]:
    """Return which capacity reservations to use: those named or tagged, else those with the cluster's tag.

    On-demand reservations and capacity blocks for ML are found alike.
    """
    named: list[dict[str, Any]] = [{"id": reservation} for reservation in reservation_ids]
    tagged: list[dict[str, Any]] = [{"tags": dict(tags)}] if tags else []
    return [*named, *tagged] or [{"tags": {_DISCOVERY_TAG: discovery}}]
