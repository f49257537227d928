"""Placeholder pods: they hold a place on a node for software that does not run in a rehearsal."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, cast

from rehearsal.providers.kubernetes.client import Tree

MANAGED_BY = "rehearsal"
PAUSE_IMAGE = "registry.k8s.io/pause:3.10.1"
# A controller adds up to 11 characters to a StatefulSet's name, in a label of at most 63.
_LONGEST_NAME = 52


@dataclass(frozen=True, slots=True, kw_only=True)
class Placement:
    """Where the pods may go, in the API's own form."""

    node_selector: Tree = field(default_factory=dict[str, Any])
    tolerations: list[Any] = field(default_factory=list[Any])
    affinity: Tree = field(default_factory=dict[str, Any])


@dataclass(frozen=True, slots=True, kw_only=True)
class Placeholder:
    """A workload to stand in for; ``stands_for`` becomes labels, ``resources`` is the API's own form."""

    kind: str
    name: str
    namespace: str
    stands_for: Mapping[str, str]
    replicas: int = 1
    resources: Tree = field(default_factory=dict[str, Any])
    placement: Placement = field(default_factory=Placement)


def shortened(name: str) -> str:
    """Return a name that every workload kind takes."""
    return name[:_LONGEST_NAME].rstrip("-.")


def value_at(tree: Mapping[str, Any], path: str) -> Any:
    """Return the value at a dotted path; None where the path is empty or leads nowhere."""
    found: Any = tree
    for key in path.split(".") if path else ():
        found = cast(Tree, found).get(key) if isinstance(found, dict) else None
    return found if path else None


def placeholder_object(placeholder: Placeholder) -> Tree:
    """Return the Deployment, StatefulSet or DaemonSet."""
    labels = {"app.kubernetes.io/managed-by": MANAGED_BY, **placeholder.stands_for}
    selector = {**placeholder.stands_for, "rehearsal/workload": placeholder.name}
    spec: Tree = {
        "selector": {"matchLabels": selector},
        "template": {"metadata": {"labels": labels | selector}, "spec": _pod_spec(placeholder)},
    }
    if placeholder.kind != "DaemonSet":
        spec["replicas"] = placeholder.replicas
    if placeholder.kind == "StatefulSet":
        spec |= {"serviceName": placeholder.name, "podManagementPolicy": "Parallel"}
    return {
        "apiVersion": "apps/v1",
        "kind": placeholder.kind,
        "metadata": {
            "name": placeholder.name,
            "namespace": placeholder.namespace,
            "labels": labels | selector,
        },
        "spec": spec,
    }


def _pod_spec(placeholder: Placeholder) -> Tree:
    """Return pods that the strictest Pod Security level lets in."""
    placement = placeholder.placement
    spec: Tree = {
        "automountServiceAccountToken": False,
        "enableServiceLinks": False,
        "securityContext": {"runAsNonRoot": True, "seccompProfile": {"type": "RuntimeDefault"}},
        "nodeSelector": placement.node_selector,
        "tolerations": placement.tolerations,
        "affinity": placement.affinity,
        # No kubelet ends the pods of a node that is gone; with any grace they would wait for it.
        "terminationGracePeriodSeconds": 0,
        "containers": [
            {
                "name": "placeholder",
                "image": PAUSE_IMAGE,
                "resources": placeholder.resources,
                "securityContext": {
                    "allowPrivilegeEscalation": False,
                    "capabilities": {"drop": ["ALL"]},
                    "readOnlyRootFilesystem": True,
                },
            }
        ],
    }
    return {key: value for key, value in spec.items() if value not in ({}, [])}
