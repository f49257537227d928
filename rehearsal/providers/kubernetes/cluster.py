"""One cluster: find, apply, get and delete single objects."""

import time
from dataclasses import dataclass

from rehearsal.providers.base import ProviderError
from rehearsal.providers.kubernetes.client import ApiError, Client, Tree, current_context
from rehearsal.providers.kubernetes.discovery import Discovery, Resource
from rehearsal.providers.kubernetes.objects import ObjectRef, metadata

FIELD_MANAGER = "pulumi-kubernetes-rehearsal"

NOT_FOUND = 404
_CREATED = 201
# A CRD is served a moment after it is established.
_NEW_KIND_SECONDS = 10.0
_NEW_KIND_PAUSE_SECONDS = 0.25

# Nothing hangs below these, so waiting for the garbage collector would only take time.
_CHILDLESS = frozenset(
    {
        "ClusterRole",
        "ClusterRoleBinding",
        "ConfigMap",
        "LimitRange",
        "NetworkPolicy",
        "PodDisruptionBudget",
        "PriorityClass",
        "ResourceQuota",
        "Role",
        "RoleBinding",
        "Secret",
        "ServiceAccount",
        "StorageClass",
    }
)


class UnknownKindError(ProviderError):
    """The API server does not serve the kind (yet)."""

    def __init__(self, api_version: str, kind: str) -> None:
        super().__init__(f"the API server knows no kind {kind} in {api_version}; is its CRD installed?")


@dataclass(frozen=True, slots=True)
class Applied:
    """What the server made of an object; ``created`` is False where it was there before."""

    live: Tree
    created: bool


class Cluster:
    """Objects of one API server; safe for many threads."""

    def __init__(self, kubeconfig: Tree, namespace: str = "") -> None:
        self.client = Client(kubeconfig)
        self.discovery = Discovery(self.client)
        self.default_namespace = namespace or str(current_context(kubeconfig).get("namespace") or "default")

    def resource(self, api_version: str, kind: str) -> Resource:
        """Return where the kind is served; raises UnknownKindError."""
        found = self.discovery.find(api_version, kind)
        if found is None:
            raise UnknownKindError(api_version, kind)
        return found

    def awaited_resource(self, api_version: str, kind: str) -> Resource:
        """Return where the kind is served; gives a new CRD some seconds to appear."""
        until = time.monotonic() + _NEW_KIND_SECONDS
        while True:
            try:
                return self.resource(api_version, kind)
            except UnknownKindError:
                if time.monotonic() > until:
                    raise
            time.sleep(_NEW_KIND_PAUSE_SECONDS)

    def ref(self, tree: Tree) -> ObjectRef:
        """Return the reference of an object that has a name; raises UnknownKindError."""
        resource = self.resource(str(tree["apiVersion"]), str(tree["kind"]))
        meta = metadata(tree)
        namespace = str(meta.get("namespace") or self.default_namespace) if resource.namespaced else ""
        return ObjectRef(resource.api_version, resource.kind, namespace, str(meta["name"]))

    def path(self, ref: ObjectRef) -> str:
        """Return the object's path on the server."""
        return self.resource(ref.api_version, ref.kind).path(ref.namespace, ref.name)

    def find(self, ref: ObjectRef) -> Tree | None:
        """Return the live object; None where it, or its whole kind, is gone. Raises ApiError."""
        try:
            return self.client.find(self.path(ref))
        except UnknownKindError:
            return None

    def apply(self, ref: ObjectRef, tree: Tree, *, dry_run: bool = False, force: bool = False) -> Applied:
        """Apply the object server-side; fields its kind does not know are refused. Raises ApiError."""
        query = {"fieldManager": FIELD_MANAGER, "fieldValidation": "Strict", "force": str(force).lower()}
        if dry_run:
            query["dryRun"] = "All"
        meta = {**metadata(tree), "name": ref.name}
        if ref.namespace:
            meta["namespace"] = ref.namespace
        reply = self.client.request(
            "PATCH",
            self.path(ref),
            query=query,
            body={**tree, "metadata": meta},
            content_type="application/apply-patch+yaml",
        )
        return Applied(reply.body, reply.status == _CREATED)

    def delete(self, ref: ObjectRef) -> bool:
        """Ask for the object's deletion; tell whether one has to wait for it. Raises ApiError."""
        policy = "Background" if ref.kind in _CHILDLESS else "Foreground"
        try:
            answer = self.client.request(
                "DELETE",
                self.path(ref),
                body={"propagationPolicy": policy, "kind": "DeleteOptions", "apiVersion": "v1"},
            )
        except UnknownKindError:
            return False
        except ApiError as error:
            if error.status == NOT_FOUND:
                return False
            raise
        # The server answers with a Status when the object is gone, with the object when it is not.
        return answer.body.get("kind") != "Status"

    def close(self) -> None:
        """Drop the connections."""
        self.client.close()
