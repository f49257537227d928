"""The objects of a release in the cluster: applied, awaited, deleted."""

import time
from collections.abc import Mapping, Sequence
from typing import cast

from rehearsal.providers.base import request_timeout_seconds
from rehearsal.providers.kubernetes.client import Tree
from rehearsal.providers.kubernetes.cluster import Cluster
from rehearsal.providers.kubernetes.helm import Capabilities
from rehearsal.providers.kubernetes.objects import ObjectRef, metadata
from rehearsal.providers.kubernetes.typed import TypedResources

# What others live in or are made of comes first; the rest keeps the chart's order.
_FIRST = ("Namespace", "CustomResourceDefinition", "ServiceAccount", "Secret", "ConfigMap")
# As Helm does: with a CRD, or a namespace, would go things that are not the release's.
_KEPT = ("CustomResourceDefinition", "Namespace")
_CRDS = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions"


def order(tree: Tree) -> int:
    """Return the place of an object among those of its release."""
    kind = str(tree["kind"])
    return _FIRST.index(kind) if kind in _FIRST else len(_FIRST)


def capabilities(cluster: Cluster) -> Capabilities:
    """Return the cluster's version, and the API versions that charts ask for."""
    groups = cast(list[Tree], cluster.client.get("/apis").get("groups") or [])
    served = ["v1", *(str(version["groupVersion"]) for group in groups for version in group["versions"])]
    for crd in cast(list[Tree], cluster.client.get(_CRDS).get("items") or []):
        spec = cast(Tree, crd["spec"])
        served += [f"{spec['group']}/{v['name']}/{spec['names']['kind']}" for v in spec["versions"]]
    return str(cluster.client.get("/version")["gitVersion"]), served


def ensure_namespace(objects: TypedResources, name: str) -> None:
    """Make the release's namespace where there is none; it outlives the release, as Helm's does."""
    ref = ObjectRef("v1", "Namespace", "", name)
    if objects.cluster.find(ref) is None:
        objects.apply(ref, {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}}, force=False)


def apply(objects: TypedResources, namespace: str, tree: Tree) -> tuple[ObjectRef, Tree]:
    """Apply one object, in the release's namespace unless it names its own."""
    resource = objects.cluster.awaited_resource(str(tree["apiVersion"]), str(tree["kind"]))
    if resource.namespaced:
        tree = {**tree, "metadata": {"namespace": namespace, **metadata(tree)}}
    ref = objects.cluster.ref(tree)
    # Generated CRDs carry a status, which is the server's to write.
    own = {key: value for key, value in tree.items() if key != "status"}
    live = objects.apply(ref, own, force=True)
    return ref, objects.wait(ref, live, tree) if ref.kind in _FIRST else live


def wait(objects: TypedResources, made: Mapping[ObjectRef, Tree], timeout_seconds: float) -> None:
    """Wait for all objects together; customTimeouts overrule ``timeout_seconds``. Raises WaitError."""
    asked = request_timeout_seconds() or timeout_seconds
    until = time.monotonic() + min(asked, objects.patience.longest_seconds)
    for ref, live in made.items():
        objects.wait(ref, live, live, max(0.0, until - time.monotonic()))


def delete(objects: TypedResources, refs: Sequence[ObjectRef]) -> None:
    """Delete the objects, last made first, and wait; ask for every deletion before waiting for any."""
    doomed = [ref for ref in reversed(refs) if ref.kind not in _KEPT]
    for ref in doomed:
        objects.request_deletion(ref)
    for ref in doomed:
        objects.delete_object(ref, {})
