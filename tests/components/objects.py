"""Reads recorded Kubernetes objects: kinds, labels, Helm values, and every value in a tree."""

from collections.abc import Iterator, Mapping
from typing import Any

from tests.components.recorder import Recorded, Recording

DEPLOYMENT = "kubernetes:apps/v1:Deployment"
JOB = "kubernetes:batch/v1:Job"
LEADER_WORKER_SET = "kubernetes:leaderworkerset.x-k8s.io/v1:LeaderWorkerSet"
NAMESPACE = "kubernetes:core/v1:Namespace"
NODE_POOL = "kubernetes:karpenter.sh/v1:NodePool"
POD_MONITOR = "kubernetes:monitoring.coreos.com/v1:PodMonitor"
PROVIDER = "pulumi:providers:kubernetes"
RELEASE = "kubernetes:helm.sh/v3:Release"
SCALED_OBJECT = "kubernetes:keda.sh/v1alpha1:ScaledObject"
SERVICE = "kubernetes:core/v1:Service"
STATEFUL_SET = "kubernetes:apps/v1:StatefulSet"


def objects(recording: Recording) -> list[Recorded]:
    """Return everything that lives in the cluster, Helm releases included."""
    return [one for one in recording.resources if one.type.startswith("kubernetes:")]


def spec(resource: Recorded) -> dict[str, Any]:
    """Return an object's spec."""
    return resource.inputs["spec"]


def name_of(resource: Recorded) -> str:
    """Return an object's own name in the cluster."""
    return resource.inputs["metadata"]["name"]


def namespace_of(resource: Recorded) -> str | None:
    """Return the namespace of an object or a release; None if it has none."""
    if resource.type == RELEASE:
        return resource.inputs["namespace"]
    return resource.inputs.get("metadata", {}).get("namespace")


def pod(server: Recorded) -> dict[str, Any]:
    """Return the pod template of a Deployment or Job, or of the leader of a LeaderWorkerSet with its own label."""
    if server.type != LEADER_WORKER_SET:
        return spec(server)["template"]
    leader = spec(server)["leaderWorkerTemplate"]["leaderTemplate"]
    labels = {**leader["metadata"]["labels"], "leaderworkerset.sigs.k8s.io/worker-index": "0"}
    return {**leader, "metadata": {**leader["metadata"], "labels": labels}}


def servers(deployment: Recorded) -> list[dict[str, Any]]:
    """Return all containers of a Deployment's pods."""
    pods = pod(deployment)["spec"]
    return [*pods["containers"], *(pods.get("initContainers") or [])]


def selects(selector: Mapping[str, str], deployment: Recorded) -> bool:
    """Say whether a label selector chooses the pods of a Deployment."""
    return bool(selector) and selector.items() <= pod(deployment)["metadata"]["labels"].items()


def leaves(tree: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """Return every value of a tree with its path, such as `spec.containers.0.image`."""
    if not isinstance(tree, dict | list):
        yield path, tree
        return
    items = tree.items() if isinstance(tree, dict) else enumerate(tree)
    for key, value in items:
        yield from leaves(value, f"{path}.{key}" if path else str(key))


def public(resource: Recorded) -> dict[str, Any]:
    """Return the inputs that are not secret."""
    return {key: value for key, value in resource.inputs.items() if key not in resource.secret_inputs}
