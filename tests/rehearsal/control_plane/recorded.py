"""Puts recorded resources of the program's own components on a live control plane."""

from collections.abc import Iterator, Mapping
from typing import Any

from rehearsal.control_plane import Api
from rehearsal.karpenter import kwok_node_class_ref
from tests.components.recorder import Recorded, Recording

_PATHS = {
    "kubernetes:karpenter.sh/v1:NodePool": ("karpenter.sh/v1", "nodepools"),
    "kubernetes:karpenter.sh/v1alpha1:NodeOverlay": ("karpenter.sh/v1alpha1", "nodeoverlays"),
    "kubernetes:scheduling.k8s.io/v1:PriorityClass": ("scheduling.k8s.io/v1", "priorityclasses"),
}


def apply_all(api: Api, recording: Recording, *types: str) -> list[str]:
    """Apply every recorded resource of these types, in this order; return their paths."""
    return [_apply(api, one) for kind in types for one in recording.of_type(kind)]


def apply_deployment(api: Api, recorded: Recorded) -> str:
    """Apply a recorded Deployment to the namespace `default`; return its path."""
    metadata = {**recorded.inputs["metadata"], "namespace": "default"}
    path = f"/apis/apps/v1/namespaces/default/deployments/{metadata['name']}"
    body = {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": metadata,
        "spec": recorded.inputs["spec"],
    }
    api.apply(path, body)
    return path


def deployment(
    api: Api, name: str, replicas: int, requests: Mapping[str, str], selector: Mapping[str, str]
) -> str:
    """Run `replicas` pods that ask for `requests` on nodes of `selector`; return the Deployment's path."""
    labels = {"app.kubernetes.io/instance": name}
    limits = {key: value for key, value in requests.items() if key != "cpu"}
    pod = {
        "containers": [
            {"name": "main", "image": "none", "resources": {"requests": dict(requests), "limits": limits}}
        ],
        "nodeSelector": dict(selector),
        "tolerations": [{"key": "nvidia.com/gpu", "operator": "Exists"}],
        "terminationGracePeriodSeconds": 0,
    }
    body = {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": name, "namespace": "default"},
        "spec": {
            "replicas": replicas,
            "selector": {"matchLabels": labels},
            "template": {"metadata": {"labels": labels}, "spec": pod},
        },
    }
    path = f"/apis/apps/v1/namespaces/default/deployments/{name}"
    api.apply(path, body)
    return path


def remove_all(api: Api, paths: list[str]) -> None:
    """Delete what was applied, the last first."""
    for path in reversed(paths):
        api.delete(path, propagationPolicy="Background")


def _apply(api: Api, recorded: Recorded) -> str:
    version, plural = _PATHS[recorded.type]
    body = {"apiVersion": version, "kind": recorded.type.rpartition(":")[2], **dict(_content(recorded))}
    path = f"/apis/{version}/{plural}/{recorded.inputs['metadata']['name']}"
    api.apply(path, body)
    return path


def _content(recorded: Recorded) -> Iterator[tuple[str, Any]]:
    for key, value in recorded.inputs.items():
        if key in ("apiVersion", "kind"):
            continue
        if key == "spec" and "template" in value:
            template = value["template"]
            node = {**template["spec"], "nodeClassRef": kwok_node_class_ref()}
            yield key, {**value, "template": {**template, "spec": node}}
        else:
            yield key, value
