"""Typed resources and custom resources: each is one object of the API server."""

import threading
import time
from dataclasses import dataclass

from rehearsal.providers.base import (
    Created,
    PartialError,
    Properties,
    ProviderError,
    request_timeout_seconds,
)
from rehearsal.providers.kubernetes.client import ApiError, Tree
from rehearsal.providers.kubernetes.cluster import Cluster, UnknownKindError
from rehearsal.providers.kubernetes.objects import (
    PATCH_FORCE,
    SKIP_AWAIT,
    TIMEOUT,
    ObjectRef,
    annotation,
    metadata,
    outputs_of,
    to_apply,
)
from rehearsal.providers.kubernetes.operators import stand_ins
from rehearsal.providers.kubernetes.previewing import already_exists
from rehearsal.providers.kubernetes.refreshing import live_inputs
from rehearsal.providers.kubernetes.rejections import lacks_endpoint, refused
from rehearsal.providers.kubernetes.waiting import Waiter, WaitError

# A CRD's paths answer a moment after the CRD says it is established.
_NEW_ENDPOINT_SECONDS = 5.0
_NEW_ENDPOINT_PAUSE_SECONDS = 0.25


@dataclass(frozen=True, slots=True)
class Patience:
    """How long to wait for an object, in seconds.

    ``default_seconds`` holds where neither ``customTimeouts`` nor the annotation
    pulumi.com/timeoutSeconds says otherwise (600, as pulumi-kubernetes); nothing waits
    longer than ``longest_seconds``.
    """

    default_seconds: float = 600.0
    longest_seconds: float = float("inf")

    def seconds_for(self, tree: Tree) -> float:
        """Return how long to wait for this object."""
        noted = annotation(tree, TIMEOUT)
        asked = request_timeout_seconds() or (float(noted) if noted.isdigit() else self.default_seconds)
        return min(asked, self.longest_seconds)


class TypedResources:
    """Creates, reads, updates and deletes objects, and waits for them."""

    def __init__(self, cluster: Cluster, patience: Patience, cancelled: threading.Event) -> None:
        self.cluster = cluster
        self.patience = patience
        self.waiter = Waiter(cluster, cancelled)

    def create(self, inputs: Properties) -> Created:
        """Create the object; raises ProviderError, and PartialError where it is not ready in time."""
        api_version, kind = str(inputs["apiVersion"]), str(inputs["kind"])
        try:
            self.cluster.awaited_resource(api_version, kind)
        except UnknownKindError as error:
            raise ProviderError(f"{kind} {metadata(inputs).get('name')}: {error.message}") from None
        ref = self.cluster.ref(inputs)
        if annotation(inputs, PATCH_FORCE) != "true" and self.cluster.find(ref) is not None:
            raise already_exists(ref)
        return Created(ref.id, self._apply_and_wait(ref, inputs))

    def update(self, resource_id: str, inputs: Properties) -> Properties:
        """Apply the new inputs; raises as ``create`` does."""
        ref = self.ref(str(inputs["apiVersion"]), str(inputs["kind"]), resource_id)
        return self._apply_and_wait(ref, inputs)

    def read(self, api_version: str, kind: str, resource_id: str, inputs: Properties) -> Created | None:
        """Return the live object, or None when it is gone."""
        if self.cluster.discovery.find(api_version, kind) is None:
            return None
        ref = self.ref(api_version, kind, resource_id)
        live = self.cluster.find(ref)
        if live is None:
            return None
        return Created(ref.id, outputs_of(live), live_inputs(self.cluster, ref, inputs, live))

    def delete(self, api_version: str, kind: str, resource_id: str, inputs: Properties) -> None:
        """Delete the object and wait until it is gone; raises ProviderError when it stays."""
        if self.cluster.discovery.find(api_version, kind) is None:
            return
        self.delete_object(self.ref(api_version, kind, resource_id), inputs)

    def delete_object(self, ref: ObjectRef, inputs: Properties) -> None:
        """Delete one object and wait until it is gone; ``inputs`` may hold a timeout."""
        if self.request_deletion(ref) and annotation(inputs, SKIP_AWAIT) != "true":
            self.waiter.until_gone(ref, self.patience.seconds_for(inputs))

    def request_deletion(self, ref: ObjectRef) -> bool:
        """Ask for one object's deletion; tell whether it still has to be waited for."""
        try:
            return self.cluster.delete(ref)
        except ApiError as error:
            raise ProviderError(f"{ref}: the API server does not delete it: {error.message}") from None

    def ref(self, api_version: str, kind: str, resource_id: str) -> ObjectRef:
        """Return the reference behind a Pulumi id."""
        resource = self.cluster.resource(api_version, kind)
        namespace, _, name = resource_id.rpartition("/")
        if resource.namespaced and not namespace:
            namespace = self.cluster.default_namespace
        return ObjectRef(api_version, kind, namespace, name)

    def apply(self, ref: ObjectRef, tree: Tree, *, force: bool) -> Tree:
        """Apply an object and return it live. Raises ProviderError with the server's reason."""
        until = time.monotonic() + _NEW_ENDPOINT_SECONDS
        while True:
            try:
                return self.cluster.apply(ref, to_apply(tree), force=force).live
            except ApiError as error:
                if not lacks_endpoint(error) or time.monotonic() > until:
                    raise refused(ref, error, tree) from None
            time.sleep(_NEW_ENDPOINT_PAUSE_SECONDS)

    def wait(self, ref: ObjectRef, live: Tree, tree: Tree, seconds: float | None = None) -> Tree:
        """Return the object once it is ready; ``seconds`` overrules its own timeout. Raises WaitError."""
        if annotation(tree, SKIP_AWAIT) == "true" or self._binds_on_use(ref, live):
            return live
        patience = self.patience.seconds_for(tree) if seconds is None else seconds
        return self.waiter.until_ready(ref, live, patience)

    def _apply_and_wait(self, ref: ObjectRef, inputs: Properties) -> Properties:
        live = self.apply(ref, inputs, force=annotation(inputs, PATCH_FORCE) == "true")
        try:
            for child in stand_ins(live):
                self.apply(self.cluster.ref(child), child, force=True)
            return outputs_of(self.wait(ref, live, inputs))
        except WaitError as error:
            raise PartialError(error.message, ref.id, outputs_of(error.live or live)) from None
        except ProviderError as error:
            raise PartialError(error.message, ref.id, outputs_of(live)) from None

    def _binds_on_use(self, ref: ObjectRef, live: Tree) -> bool:
        """Tell whether this is a claim that stays unbound until a pod uses it."""
        if ref.kind != "PersistentVolumeClaim":
            return False
        name = (live.get("spec") or {}).get("storageClassName")
        found = self.cluster.client.find(f"/apis/storage.k8s.io/v1/storageclasses/{name}") if name else None
        return (found or {}).get("volumeBindingMode") == "WaitForFirstConsumer"
