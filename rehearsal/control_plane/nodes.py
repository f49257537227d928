"""Fake nodes that stand for managed node groups."""

import hashlib
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from catalog.instances import Instance
from rehearsal.control_plane.api import Api, Json

GROUP_LABEL = "eks.amazonaws.com/nodegroup"
"""The label EKS puts on the nodes of a managed node group."""

_POLL_SECONDS = 0.1


class NodesNotReadyError(Exception):
    """Fake nodes did not become Ready; the text names them."""


@dataclass(frozen=True, kw_only=True)
class NodeGroup:
    """``count`` nodes of one instance type, spread over ``zones`` in turn.

    ``taints`` are Kubernetes taints (key, value, effect). ``disk_gib`` is the root volume in GiB,
    all of it given to pods as ephemeral storage.
    """

    name: str
    instance: Instance
    count: int
    zones: Sequence[str]
    labels: Mapping[str, str] = field(default_factory=dict[str, str])
    taints: Sequence[Mapping[str, str]] = ()
    disk_gib: int = 20


class Nodes:
    """Adds and removes fake nodes that KWOK keeps Ready and that Karpenter leaves alone."""

    def __init__(self, api: Api) -> None:
        self._api = api

    def add(self, group: NodeGroup, timeout_seconds: float = 30.0) -> tuple[str, ...]:
        """Make the group's nodes, wait until they are Ready, and return their names.

        A larger ``count`` for a known group adds the missing ones. Raises NodesNotReadyError.
        """
        nodes = [_node(group, index) for index in range(group.count)]
        self._api.each(lambda node: self._api.apply(_path(node["metadata"]["name"]), node), nodes)
        self._api.each(self._give_capacity, nodes)
        names = tuple(node["metadata"]["name"] for node in nodes)
        self._wait_ready(names, timeout_seconds)
        return names

    def remove(self, group: str) -> None:
        """Remove the nodes of a group and the pods on them; an unknown group is fine."""
        for node in self._api.items("/api/v1/nodes", labelSelector=f"{GROUP_LABEL}={group}"):
            name = node["metadata"]["name"]
            pods = self._api.items("/api/v1/pods", fieldSelector=f"spec.nodeName={name}")
            # Kubernetes itself would take a minute to notice that these pods have no node.
            self._api.each(self._delete_pod, pods)
            self._api.delete(_path(name))

    def _give_capacity(self, node: Json) -> None:
        self._api.apply(f"{_path(node['metadata']['name'])}/status", node)

    def _delete_pod(self, pod: Json) -> None:
        metadata = pod["metadata"]
        path = f"/api/v1/namespaces/{metadata['namespace']}/pods/{metadata['name']}"
        self._api.delete(path, gracePeriodSeconds=0)

    def _wait_ready(self, names: Sequence[str], timeout_seconds: float) -> None:
        deadline = time.monotonic() + timeout_seconds
        while left := set(names) - self._ready():
            if time.monotonic() > deadline:
                raise NodesNotReadyError(f"not Ready after {timeout_seconds:g} s: {', '.join(sorted(left))}")
            time.sleep(_POLL_SECONDS)

    def _ready(self) -> set[str]:
        return {
            node["metadata"]["name"]
            for node in self._api.items("/api/v1/nodes")
            if any(
                condition["type"] == "Ready" and condition["status"] == "True"
                for condition in node["status"].get("conditions", [])
            )
        }


def _path(name: str) -> str:
    return f"/api/v1/nodes/{name}"


def _node(group: NodeGroup, index: int) -> Json:
    name = f"{group.name}-{index}"
    zone = group.zones[index % len(group.zones)]
    resources = _resources(group)
    return {
        "apiVersion": "v1",
        "kind": "Node",
        "metadata": {
            "name": name,
            "annotations": {"kwok.x-k8s.io/node": "fake"},
            "labels": {
                "kubernetes.io/arch": group.instance.arch,
                "kubernetes.io/hostname": name,
                "kubernetes.io/os": "linux",
                "node.kubernetes.io/instance-type": group.instance.name,
                "topology.kubernetes.io/region": zone[:-1],
                "topology.kubernetes.io/zone": zone,
                GROUP_LABEL: group.name,
                **group.labels,
            },
        },
        # An EC2 id: with KWOK's own prefix Karpenter would take the node for one of its own.
        "spec": {
            "providerID": f"aws:///{zone}/{_instance_id(name)}",
            "taints": [dict(t) for t in group.taints],
        },
        "status": {"capacity": resources, "allocatable": resources},
    }


def _instance_id(name: str) -> str:
    return f"i-{hashlib.sha256(name.encode()).hexdigest()[:17]}"


def _resources(group: NodeGroup) -> dict[str, str]:
    """Return what pods can use; the kubelet's own share is not modelled apart."""
    instance = group.instance
    resources = {
        "cpu": f"{instance.alloc_cpu_milli}m",
        "memory": f"{instance.alloc_memory_mib}Mi",
        "pods": str(instance.pods),
        "ephemeral-storage": f"{group.disk_gib}Gi",
    }
    return resources | ({"nvidia.com/gpu": str(instance.gpus)} if instance.gpus else {})
