"""Looks at the server under load: its pods, its wanted replicas, the nodes that Karpenter bought."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from components.gpu_pool_specs import POOL_LABEL
from rehearsal.control_plane import Api
from rehearsal.timeline import NodeState, PodState

NODE_CLAIMS = "/apis/karpenter.sh/v1/nodeclaims"
_INSTANCE = "node.kubernetes.io/instance-type"
_ZONE = "topology.kubernetes.io/zone"


@dataclass(frozen=True, kw_only=True)
class Observer:
    """Eyes on one server of one cluster."""

    api: Api
    namespace: str
    server: str

    def pods(self) -> tuple[PodState, ...]:
        """Return the server's pods."""
        selector = f"app.kubernetes.io/instance={self.server}"
        items = self.api.items(f"/api/v1/namespaces/{self.namespace}/pods", labelSelector=selector)
        return tuple(_pod(item) for item in items)

    def wanted(self) -> int:
        """Return how many replicas the Deployment is set to."""
        path = f"/apis/apps/v1/namespaces/{self.namespace}/deployments/{self.server}"
        return int(self.api.get(path)["spec"].get("replicas", 1))

    def nodes(self) -> tuple[NodeState, ...]:
        """Return the nodes that Karpenter has bought."""
        return tuple(
            _node(item) for item in self.api.items(NODE_CLAIMS) if _INSTANCE in item["metadata"]["labels"]
        )

    def triggers(self) -> tuple[tuple[str, float], ...]:
        """Return the queries and thresholds of the ScaledObject's Prometheus triggers."""
        path = f"/apis/keda.sh/v1alpha1/namespaces/{self.namespace}/scaledobjects/{self.server}"
        data = [
            one["metadata"] for one in self.api.get(path)["spec"]["triggers"] if one["type"] == "prometheus"
        ]
        return tuple((one["query"], float(one["threshold"])) for one in data)


def asked(values: Iterable[tuple[float, float]]) -> float:
    """Return the replicas that metrics call for, of (total, threshold): the one that asks for most wins."""
    return max((total / threshold for total, threshold in values), default=0.0)


def query_path(query: str) -> str:
    """Return the path of Prometheus's API that answers a query."""
    return f"/api/v1/query?query={quote(query)}"


def query_value(answer: dict[str, Any]) -> float:
    """Return the one value of Prometheus's answer; 0 where there is none."""
    result = answer["data"]["result"]
    return float(result[0]["value"][1]) if result else 0.0


def _pod(item: dict[str, Any]) -> PodState:
    metadata = item["metadata"]
    conditions = item["status"].get("conditions") or []
    return PodState(
        name=metadata["name"],
        node=item["spec"].get("nodeName", ""),
        ready=any(one["type"] == "Ready" and one["status"] == "True" for one in conditions),
        leaving="deletionTimestamp" in metadata,
    )


def _node(item: dict[str, Any]) -> NodeState:
    labels, status = item["metadata"]["labels"], item.get("status", {})
    conditions = status.get("conditions") or []
    return NodeState(
        claim=item["metadata"]["name"],
        name=status.get("nodeName", ""),
        instance_type=labels[_INSTANCE],
        zone=labels.get(_ZONE, ""),
        ready=any(one["type"] == "Initialized" and one["status"] == "True" for one in conditions),
        pool=labels.get(POOL_LABEL, ""),
    )
