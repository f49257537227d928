"""The built-in ``kubernetes`` provider."""

import threading
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.metadata import version
from typing import Any

import yaml

from rehearsal.providers.base import (
    Checked,
    Created,
    Diff,
    Properties,
    Provider,
    ProviderError,
    changed_properties,
    contains_unknown,
)
from rehearsal.providers.kubernetes.client import Tree, parse_kubeconfig
from rehearsal.providers.kubernetes.cluster import Cluster
from rehearsal.providers.kubernetes.diffing import diff_objects
from rehearsal.providers.kubernetes.immutable import Mutability
from rehearsal.providers.kubernetes.objects import gvk_of_token, named
from rehearsal.providers.kubernetes.previewing import preview_create, preview_update
from rehearsal.providers.kubernetes.release_backend import ReleaseBackend, named_release, release_id
from rehearsal.providers.kubernetes.typed import Patience, TypedResources

RELEASE = "kubernetes:helm.sh/v3:Release"


@dataclass(frozen=True, slots=True)
class _Connection:
    """A cluster, and the configuration it was reached with."""

    kubeconfig: Tree
    namespace: str
    objects: TypedResources


class KubernetesProvider(Provider):
    """Applies every object to a real API server, as pulumi-kubernetes does.

    All provider resources of a program share this object, and requests do not say which of
    them they belong to: a program in a rehearsal has one cluster, and the last kubeconfig holds.
    """

    name = "kubernetes"

    def __init__(self, releases: ReleaseBackend, patience: Patience | None = None) -> None:
        self.version = version("pulumi-kubernetes")
        self._releases = releases
        self._patience = patience or Patience()
        self._mutability = Mutability()
        self._cancelled = threading.Event()
        self._lock = threading.Lock()
        self._last: _Connection | None = None

    def configure(self, inputs: Properties) -> None:
        """Connect to the cluster of ``kubeconfig``; without a known one, keep what there was."""
        self._cancelled.clear()
        self._mutability = Mutability(
            config_maps=bool(inputs.get("enableConfigMapMutable")),
            secrets=bool(inputs.get("enableSecretMutable")),
        )
        kubeconfig = inputs.get("kubeconfig")
        if not kubeconfig or contains_unknown(kubeconfig) or contains_unknown(inputs.get("namespace")):
            return
        namespace = str(inputs.get("namespace") or "")
        with self._lock:
            self._connect(parse_kubeconfig(kubeconfig), namespace)

    def check(self, kind: str, urn: str, olds: Properties, news: Properties) -> Checked:
        """Give the object its name."""
        if kind == RELEASE:
            return Checked(named_release(urn, olds, news))
        api_version, own_kind = gvk_of_token(kind)
        return Checked(named(urn, olds, {"apiVersion": api_version, "kind": own_kind, **news}))

    def diff(
        self,
        kind: str,
        resource_id: str,
        old_inputs: Properties,
        old_outputs: Properties,
        news: Properties,
        ignore_changes: Sequence[str],
    ) -> Diff:
        """Compare inputs, and say what cannot change in place."""
        del resource_id, old_outputs, ignore_changes  # the engine put ignored values back already
        if kind != RELEASE:
            return diff_objects(old_inputs, news, self._mutability)
        changed = changed_properties(old_inputs, news)
        return Diff(changed, tuple(name for name in changed if name in ("name", "namespace")))

    def diff_config(self, old_inputs: Properties, news: Properties) -> Diff:
        """Replace all objects where they are of another cluster: its identifier tells, else its server."""
        old, new = old_inputs.get("clusterIdentifier"), news.get("clusterIdentifier")
        changed = changed_properties(old_inputs, news)
        if old and new:
            return Diff(changed, ("clusterIdentifier",) if old != new else ())
        moved = _servers(old_inputs.get("kubeconfig")) != _servers(news.get("kubeconfig"))
        return Diff(changed, ("kubeconfig",) if moved else ())

    def create(self, kind: str, urn: str, inputs: Properties, *, preview: bool) -> Created:
        """Create the object and wait for it; in a preview, ask the server in a dry run."""
        del urn
        if not preview:
            if kind == RELEASE:
                outputs = self._releases.install(self._objects(), inputs)
                return Created(release_id(outputs), outputs)
            return self._objects().create(inputs)
        if kind == RELEASE or self._last is None:
            return Created("", inputs)
        return Created("", preview_create(self._objects().cluster, inputs))

    def read(
        self, kind: str, urn: str, resource_id: str, inputs: Properties, state: Properties
    ) -> Created | None:
        """Return the live object."""
        del urn
        if kind == RELEASE:
            return Created(resource_id, state) if self._releases.is_there(self._objects(), state) else None
        api_version, own_kind = gvk_of_token(kind)
        return self._objects().read(api_version, own_kind, resource_id, inputs)

    def update(  # noqa: PLR0913 - the fields of Pulumi's own request
        self,
        kind: str,
        urn: str,
        resource_id: str,
        olds: Properties,
        old_inputs: Properties,
        news: Properties,
        *,
        preview: bool,
    ) -> Properties:
        """Apply the new inputs and wait; in a preview, ask the server in a dry run."""
        del urn, old_inputs
        if not preview:
            if kind == RELEASE:
                return self._releases.upgrade(self._objects(), news, olds)
            return self._objects().update(resource_id, news)
        if kind == RELEASE or self._last is None:
            return news
        return preview_update(self._objects().cluster, news)

    def delete(self, kind: str, urn: str, resource_id: str, outputs: Properties, inputs: Properties) -> None:
        """Delete the object and wait until it is gone."""
        del urn
        if kind == RELEASE:
            self._releases.uninstall(self._objects(), outputs)
            return
        api_version, own_kind = gvk_of_token(kind)
        self._objects().delete(api_version, own_kind, resource_id, inputs)

    def invoke(self, token: str, args: Properties) -> Properties:
        """Decode YAML text into objects; the official provider's other functions are not here."""
        if token != "kubernetes:yaml:decode":  # noqa: S105 - a function's token
            return super().invoke(token, args)
        return {"result": [tree for tree in yaml.safe_load_all(str(args.get("text", ""))) if tree]}

    def cancel(self) -> None:
        """End every wait within a moment."""
        self._cancelled.set()

    def _connect(self, kubeconfig: Tree, namespace: str) -> None:
        last = self._last
        if last is not None and (last.kubeconfig, last.namespace) == (kubeconfig, namespace):
            return
        cluster = Cluster(kubeconfig, namespace)
        objects = TypedResources(cluster, self._patience, self._cancelled)
        self._last = _Connection(kubeconfig, namespace, objects)

    def _objects(self) -> TypedResources:
        if self._last is None:
            raise ProviderError(
                "the kubernetes provider has no kubeconfig: a rehearsal never uses your own KUBECONFIG,"
                " so give every Kubernetes resource the provider of its cluster"
            )
        return self._last.objects


def _servers(kubeconfig: Any) -> list[Any]:
    """Return the servers of a kubeconfig; nothing where it is missing or unknown."""
    if not kubeconfig or contains_unknown(kubeconfig):
        return []
    clusters = parse_kubeconfig(kubeconfig)["clusters"]
    return [(entry.get("cluster") or {}).get("server") for entry in clusters]
