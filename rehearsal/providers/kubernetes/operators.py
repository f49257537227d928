"""Custom resources whose operators do not run in a rehearsal, and the pods that stand for theirs."""

from dataclasses import dataclass
from typing import Any

from rehearsal.providers.kubernetes.client import Tree
from rehearsal.providers.kubernetes.objects import group_of, metadata
from rehearsal.providers.kubernetes.placeholders import (
    Placeholder,
    Placement,
    placeholder_object,
    shortened,
    value_at,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Operated:
    """What an operator makes of a custom resource; the paths are of the resource.

    ``requests`` hold where the resource sets none.
    """

    kind: str
    role: str
    replicas_path: str = ""
    resources_path: str = ""
    tolerations_path: str = ""
    node_selector_path: str = ""
    requests: tuple[tuple[str, str], ...] = ()


_OPERATED: dict[tuple[str, str], _Operated] = {
    # CloudNativePG: `instances` pods, placed by spec.affinity (cloudnative-pg v1.30, api/v1).
    ("postgresql.cnpg.io", "Cluster"): _Operated(
        kind="StatefulSet",
        role="instances",
        replicas_path="spec.instances",
        resources_path="spec.resources",
        tolerations_path="spec.affinity.tolerations",
        node_selector_path="spec.affinity.nodeSelector",
    ),
    # Envoy Gateway runs one proxy for a Gateway; requests from envoyproxy/gateway v1.9,
    # api/v1alpha1/shared_types.go.
    ("gateway.networking.k8s.io", "Gateway"): _Operated(
        kind="Deployment",
        role="proxy",
        requests=(("cpu", "100m"), ("memory", "512Mi")),
    ),
}


def stand_ins(live: Tree) -> list[Tree]:
    """Return the workloads to make beside a live custom resource; they go when it goes."""
    operated = _OPERATED.get((group_of(str(live.get("apiVersion", ""))), str(live.get("kind", ""))))
    return [_workload(live, operated)] if operated else []


def _workload(live: Tree, operated: _Operated) -> Tree:
    name = shortened(f"{metadata(live)['name']}-{operated.role}")
    workload = placeholder_object(
        Placeholder(
            kind=operated.kind,
            name=name,
            namespace=metadata(live)["namespace"],
            stands_for={"rehearsal/operated": f"{live['kind']}.{metadata(live)['name']}"[:63]},
            replicas=_count(value_at(live, operated.replicas_path)),
            resources=value_at(live, operated.resources_path) or {"requests": dict(operated.requests)},
            placement=Placement(
                node_selector=value_at(live, operated.node_selector_path) or {},
                tolerations=value_at(live, operated.tolerations_path) or [],
            ),
        )
    )
    workload["metadata"]["ownerReferences"] = [_owner(live)]
    return workload


def _count(value: Any) -> int:
    return 1 if value is None else int(value)


def _owner(live: Tree) -> Tree:
    return {
        "apiVersion": live["apiVersion"],
        "kind": live["kind"],
        "name": metadata(live)["name"],
        "uid": metadata(live)["uid"],
        "blockOwnerDeletion": True,
        "controller": True,
    }
