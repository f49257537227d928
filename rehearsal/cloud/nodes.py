"""EKS as the local cluster plays it: a node group's nodes, a cluster's log group."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from rehearsal.cloud.records import Record
from rehearsal.cloud.tables.network import LAUNCH_TEMPLATE, SUBNET
from rehearsal.cloud.world import World

_EFFECTS = {"NO_SCHEDULE": "NoSchedule", "NO_EXECUTE": "NoExecute", "PREFER_NO_SCHEDULE": "PreferNoSchedule"}
_DEFAULT_DISK_GIB = 20


@dataclass(frozen=True, slots=True)
class Taint:
    """A taint in Kubernetes' own words."""

    key: str
    value: str
    effect: str


@dataclass(frozen=True, slots=True)
class NodeGroupSpec:
    """Nodes to make: ``size`` of them, spread over ``zones``, each with ``disk_gib`` of root disk."""

    name: str
    cluster: str
    instance_type: str
    size: int
    labels: Mapping[str, str]
    taints: tuple[Taint, ...]
    zones: tuple[str, ...]
    disk_gib: int


class LocalCluster(Protocol):
    """The control plane that stands in for every EKS cluster of a rehearsal."""

    @property
    def endpoint(self) -> str:
        """The API server's URL."""
        ...

    @property
    def ca_data(self) -> str:
        """The certificate of its CA: PEM in base64."""
        ...

    def add_nodes(self, group: NodeGroupSpec) -> Sequence[str]:
        """Make the group's nodes and return their names; for a known group, bring them to ``group``."""
        ...

    def remove_nodes(self, group_name: str) -> None:
        """Delete the group's nodes; an unknown group is fine."""
        ...


def group_spec(world: World, record: Record) -> NodeGroupSpec:
    """Return the nodes that a node group's record asks for."""
    outputs = record.outputs
    template = _launch_template(world, outputs)
    capacity = str(outputs["capacityType"])
    labels = {
        **(outputs.get("labels") or {}),
        "eks.amazonaws.com/capacityType": capacity,
        "eks.amazonaws.com/nodegroup": outputs["nodeGroupName"],
    }
    types = outputs.get("instanceTypes") or []
    return NodeGroupSpec(
        name=outputs["nodeGroupName"],
        cluster=outputs["clusterName"],
        instance_type=template.get("instanceType") or types[0],
        size=int(outputs["scalingConfig"]["desiredSize"]),
        labels=labels,
        taints=tuple(_taint(taint) for taint in outputs.get("taints") or ()),
        zones=_zones(world, outputs["subnetIds"]),
        disk_gib=_disk_gib(template) or int(outputs.get("diskSize") or _DEFAULT_DISK_GIB),
    )


def make_nodes(world: World, local: LocalCluster, record: Record) -> None:
    """Make the nodes of a new group."""
    record.nodes = list(local.add_nodes(group_spec(world, record)))


def change_nodes(local: LocalCluster, old: NodeGroupSpec, new: NodeGroupSpec, record: Record) -> None:
    """Bring the nodes from one spec to another; fewer of them, or a new type, are made afresh."""
    if new == old:
        return
    if new.size < old.size or new.instance_type != old.instance_type:
        local.remove_nodes(new.name)
    record.nodes = list(local.add_nodes(new))


def _launch_template(world: World, outputs: Mapping[str, Any]) -> Mapping[str, Any]:
    named = outputs.get("launchTemplate") or {}
    record = world.find(named.get("id") or named.get("name") or "", LAUNCH_TEMPLATE)
    return record.outputs if record else {}


def _disk_gib(template: Mapping[str, Any]) -> int:
    devices = template.get("blockDeviceMappings") or [{}]
    return int((devices[0].get("ebs") or {}).get("volumeSize") or 0)


def _taint(taint: Mapping[str, str]) -> Taint:
    return Taint(taint["key"], taint.get("value") or "", _EFFECTS.get(taint["effect"], taint["effect"]))


def _zones(world: World, subnets: Sequence[str]) -> tuple[str, ...]:
    found = [world.find(subnet, SUBNET) for subnet in subnets]
    return tuple(sorted({record.outputs["availabilityZone"] for record in found if record}))
