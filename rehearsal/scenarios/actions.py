"""What a scenario does to the cluster, as the cloud or a user would."""

from collections import Counter
from collections.abc import Iterable
from typing import Any

from components.gpu_pool_specs import POOL_LABEL
from components.serving.pod import DO_NOT_DISRUPT
from rehearsal.control_plane import Api, ApiError
from rehearsal.control_plane.stages import READY_AFTER_SECONDS
from rehearsal.scenarios.observer import NODE_CLAIMS, Observer
from rehearsal.timeline import NodeState

_NODES = "/api/v1/nodes"
_NODE_POOLS = "/apis/karpenter.sh/v1/nodepools"
_ZONE = "topology.kubernetes.io/zone"
_SERVERS = "app.kubernetes.io/component=model-server"
_NOT_FOUND = 404


def busiest_node(observer: Observer) -> NodeState | None:
    """Return the node with most Ready replicas, the first by name among equals; None without any."""
    counts = Counter(pod.node for pod in observer.pods() if pod.ready and pod.node)
    order = sorted(counts, key=lambda name: (-counts[name], name))
    return next((node for name in order for node in observer.nodes() if node.name == name), None)


def busiest_zone(observer: Observer) -> str:
    """Return the zone with most Ready replicas, the first by name among equals; empty without any."""
    zones = {node.name: node.zone for node in observer.nodes()}
    counts = Counter(zones.get(pod.node, "") for pod in observer.pods() if pod.ready and pod.node in zones)
    return min(counts, key=lambda zone: (-counts[zone], zone), default="")


def give_notice(api: Api, node: NodeState) -> None:
    """Begin a reclaim: on AWS's notice Karpenter deletes the NodeClaim, which drains the node."""
    api.delete(f"{NODE_CLAIMS}/{node.claim}")


def take(api: Api, nodes: Iterable[NodeState]) -> list[str]:
    """Take nodes away as EC2 does when time is up: their pods are gone at once. Return the pods' names.

    Finalizers go too: nothing is left that could be drained.
    """
    gone = list(nodes)
    # First the nodes: else the scheduler puts the pods that come instead on what is just about to go.
    for node in gone:
        for path in (f"{_NODES}/{node.name}", f"{NODE_CLAIMS}/{node.claim}"):
            _remove(api, path)
    lost: list[str] = []
    for node in gone:
        for pod in api.items("/api/v1/pods", fieldSelector=f"spec.nodeName={node.name}"):
            metadata = pod["metadata"]
            path = f"/api/v1/namespaces/{metadata['namespace']}/pods/{metadata['name']}"
            api.delete(path, gracePeriodSeconds=0)
            lost.append(metadata["name"])
    return lost


def close_zone(api: Api, zone: str) -> None:
    """Let no NodePool buy in a zone any more: EC2 would have no capacity there."""
    closed = {"key": _ZONE, "operator": "NotIn", "values": [zone]}
    for pool in api.items(_NODE_POOLS):
        requirements = [*pool["spec"]["template"]["spec"]["requirements"], closed]
        body = {"spec": {"template": {"spec": {"requirements": requirements}}}}
        api.merge(f"{_NODE_POOLS}/{pool['metadata']['name']}", body)


def hurry(api: Api) -> None:
    """Make nodes and servers that start now Ready at once: the first ones are there when a scenario begins."""
    for node in api.items(_NODES, labelSelector=POOL_LABEL):
        if READY_AFTER_SECONDS in node["metadata"].get("annotations", {}):
            body = {"metadata": {"annotations": {READY_AFTER_SECONDS: None}}}
            _quietly(api, f"{_NODES}/{node['metadata']['name']}", body)
    for pod in api.items("/api/v1/pods", labelSelector=_SERVERS):
        metadata, status = pod["metadata"], pod["status"]
        before = status.get("conditions") or []
        after = [{**one, "status": "True"} for one in before]
        path = f"/api/v1/namespaces/{metadata['namespace']}/pods/{metadata['name']}"
        if status.get("phase") == "Running" and before != after:
            _quietly(api, f"{path}/status", {"status": {"conditions": after}})
        if metadata["annotations"].get(DO_NOT_DISRUPT, "true") != "true":
            # Nobody counts it as one that still loads.
            _quietly(api, path, {"metadata": {"annotations": {DO_NOT_DISRUPT: None}}})


def _remove(api: Api, path: str) -> None:
    """Delete an object and its finalizers."""
    api.delete(path)
    _quietly(api, path, {"metadata": {"finalizers": None}})


def _quietly(api: Api, path: str, body: dict[str, Any]) -> None:
    """Change an object that may be gone by now."""
    try:
        api.merge(path, body)
    except ApiError as error:
        if error.status != _NOT_FOUND:
            raise
