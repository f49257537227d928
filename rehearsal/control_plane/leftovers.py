"""What a run left in the API server, against a snapshot taken before it."""

import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from rehearsal.control_plane.api import Api, ApiError, Json

_DISCOVERY = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList"
_METADATA_ONLY = "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1"
_GONE = frozenset({404, 405})
_POLL_SECONDS = 0.25

IGNORED_KINDS: Mapping[tuple[str, str], str] = {
    ("", "events"): "a log, which expires by itself",
    ("events.k8s.io", "events"): "the same log once more",
    ("", "componentstatuses"): "no object, but a view of the components",
    ("", "endpoints"): "made and removed with its Service",
    ("discovery.k8s.io", "endpointslices"): "made and removed with its Service",
    ("networking.k8s.io", "ipaddresses"): "made and removed with its Service",
    (
        "coordination.k8s.io",
        "leases",
    ): "heartbeats of nodes and controllers, which their makers renew or drop",
}
"""Kinds, as (API group, resource), that no run is answerable for, each with the reason."""

IGNORED_NAMES: Mapping[tuple[str, str], str] = {
    ("configmaps", "kube-root-ca.crt"): "Kubernetes puts one in every namespace, a moment after it is made",
    ("serviceaccounts", "default"): "the same",
    ("configmaps", "extension-apiserver-authentication"): "the API server publishes its own settings",
    ("configmaps", "kube-apiserver-legacy-service-account-token-tracking"): "the same",
}
"""Objects, as (resource, name), that Kubernetes makes by itself at a time of its own choosing."""

IGNORED_LABELS: Mapping[str, str] = {
    "kube-aggregator.kubernetes.io/automanaged": "an APIService that follows its CRD",
    "kubernetes.io/bootstrapping": "a role that the API server makes when it starts",
}
"""Labels of objects that Kubernetes makes by itself, each with the reason."""


@dataclass(frozen=True, order=True)
class ObjectRef:
    """One object. ``namespace`` is empty for objects of the whole cluster; ``group`` for the core API."""

    group: str
    kind: str
    namespace: str
    name: str
    uid: str

    def __str__(self) -> str:
        kind = f"{self.kind}.{self.group}" if self.group else self.kind
        return f"{kind} {self.namespace}/{self.name}" if self.namespace else f"{kind} {self.name}"


@dataclass(frozen=True)
class _Resource:
    group: str
    version: str
    name: str
    kind: str

    @property
    def full_name(self) -> str:
        return f"{self.name}.{self.group}"

    @property
    def path(self) -> str:
        root = f"/apis/{self.group}" if self.group else "/api"
        return f"{root}/{self.version}/{self.name}"


def snapshot_objects(api: Api, *, custom: bool = True) -> frozenset[ObjectRef]:
    """Return every object of every kind that can be listed, but for those that no run answers for.

    A control plane that was just started holds no custom resources, and the server needs seconds to
    open the storage of so many kinds: without ``custom`` their lists are left out.
    """
    left_out = frozenset[str]() if custom else _custom_kinds(api)
    resources = [resource for resource in _resources(api) if resource.full_name not in left_out]
    lists = api.each(lambda resource: _objects(api, resource), resources)
    return frozenset(found for objects in lists for found in objects)


def leftovers(api: Api, baseline: Iterable[ObjectRef], settle_seconds: float = 0.0) -> tuple[ObjectRef, ...]:
    """Return the objects that are not in ``baseline``, sorted.

    Kubernetes collects garbage a little later: up to ``settle_seconds`` are given to what is left to
    go. An object that was deleted and made again counts as new.
    """
    known = frozenset(baseline)
    deadline = time.monotonic() + settle_seconds
    left = snapshot_objects(api) - known
    while left and time.monotonic() < deadline:
        time.sleep(_POLL_SECONDS)
        left = snapshot_objects(api) - known
    return tuple(sorted(left))


def _resources(api: Api) -> list[_Resource]:
    """Return every kind that can be listed, each in its preferred version."""
    groups = [group for root in ("/api", "/apis") for group in api.get(root, accept=_DISCOVERY)["items"]]
    found = [
        _Resource(
            group["metadata"].get("name", ""), version["version"], resource["resource"], _kind(resource)
        )
        for group in groups
        for version in group["versions"]
        for resource in version.get("resources", [])
        if "list" in resource["verbs"]
    ]
    # Versions come in order of preference, so that the first of a kind counts.
    preferred: dict[tuple[str, str], _Resource] = {}
    for resource in found:
        preferred.setdefault((resource.group, resource.name), resource)
    return [resource for key, resource in preferred.items() if key not in IGNORED_KINDS]


def _custom_kinds(api: Api) -> frozenset[str]:
    """Return the kinds that CRDs define, as "resource.group", which is the name of each CRD."""
    path = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions"
    return frozenset(crd["metadata"]["name"] for crd in api.get(path, accept=_METADATA_ONLY)["items"] or [])


def _kind(resource: Json) -> str:
    return str(resource["responseKind"]["kind"])


def _objects(api: Api, resource: _Resource) -> list[ObjectRef]:
    try:
        # An empty list of some kinds is null.
        items: list[Json] = api.get(resource.path, accept=_METADATA_ONLY)["items"] or []
    except ApiError as error:
        # A kind whose CRD went away in the meantime has no objects any more.
        if error.status in _GONE:
            return []
        raise
    return [_ref(resource, item["metadata"]) for item in items if not _ignored(resource, item["metadata"])]


def _ref(resource: _Resource, metadata: Json) -> ObjectRef:
    return ObjectRef(
        resource.group, resource.kind, metadata.get("namespace", ""), metadata["name"], metadata["uid"]
    )


def _ignored(resource: _Resource, metadata: Json) -> bool:
    known_name = (resource.name, metadata["name"]) in IGNORED_NAMES and not resource.group
    return known_name or not IGNORED_LABELS.keys().isdisjoint(metadata.get("labels", {}))
