"""Waiting for objects: one shared look at a kind serves every object of it that is awaited."""

import threading
import time
from dataclasses import dataclass, field

from rehearsal.providers.base import ProviderError
from rehearsal.providers.kubernetes.client import ApiError, Tree
from rehearsal.providers.kubernetes.cluster import Cluster, UnknownKindError
from rehearsal.providers.kubernetes.objects import ObjectRef, metadata
from rehearsal.providers.kubernetes.podreasons import pod_reasons
from rehearsal.providers.kubernetes.readiness import condition, readiness

_LOOK_SECONDS = 0.25


class WaitError(ProviderError):
    """What was waited for did not come; ``live`` is the object as it was last seen."""

    def __init__(self, message: str, live: Tree | None = None) -> None:
        super().__init__(message)
        self.live = live


@dataclass
class _Look:
    """The objects of one kind, by (namespace, name), as of ``taken`` (monotonic seconds)."""

    lock: threading.Lock = field(default_factory=threading.Lock)
    taken: float = float("-inf")
    objects: dict[tuple[str, str], Tree] = field(default_factory=dict[tuple[str, str], Tree])


class Waiter:
    """Waits in the calling thread; safe for many."""

    def __init__(self, cluster: Cluster, cancelled: threading.Event) -> None:
        self._cluster = cluster
        self._cancelled = cancelled
        self._lock = threading.Lock()
        self._looks: dict[tuple[str, str], _Look] = {}

    def until_ready(self, ref: ObjectRef, live: Tree, timeout_seconds: float) -> Tree:
        """Return the object once it is ready. Raises WaitError when it fails, goes, or is late."""
        started = time.monotonic()
        state = readiness(live)
        while not state.ready:
            late = time.monotonic() - started > timeout_seconds
            if late or state.failed:
                raise WaitError(self._why_not(ref, live, state.reason, timeout_seconds if late else 0), live)
            # Only a look later than the apply shows what became of it. A release waits for its objects one
            # after the other: most are ready by the time it comes to them.
            seen = self._see(ref, not_before=started)
            if seen is None:
                raise WaitError(f"{ref} was deleted while Pulumi waited for it", live)
            live, state = seen, readiness(seen)
            if not state.ready:
                self._pause(ref, live)
        return live

    def until_gone(self, ref: ObjectRef, timeout_seconds: float) -> None:
        """Return once the object is gone. Raises WaitError when it stays."""
        started = time.monotonic()
        while (live := self._see(ref, not_before=started)) is not None:
            if time.monotonic() - started > timeout_seconds:
                waited = f"{timeout_seconds:.0f} s after its deletion was asked for"
                raise WaitError(f"{ref} is still there {waited}: {_holds(live)}")
            self._pause(ref, live)

    def _pause(self, ref: ObjectRef, live: Tree) -> None:
        if self._cancelled.wait(_LOOK_SECONDS):
            raise WaitError(f"{ref}: the wait was cancelled", live)

    def _see(self, ref: ObjectRef, *, not_before: float) -> Tree | None:
        with self._lock:
            look = self._looks.setdefault((ref.api_version, ref.kind), _Look())
        with look.lock:
            now = time.monotonic()
            if look.taken < not_before or now - look.taken >= _LOOK_SECONDS:
                look.objects = self._list(ref)
                # The time before the request: what the server says is at least that new.
                look.taken = now
            return look.objects.get((ref.namespace, ref.name))

    def _list(self, ref: ObjectRef) -> dict[tuple[str, str], Tree]:
        try:
            resource = self._cluster.resource(ref.api_version, ref.kind)
            listed = self._cluster.client.get(resource.path())
        except UnknownKindError:
            return {}
        except ApiError as error:
            if error.status == 404:  # noqa: PLR2004 - HTTP's own number: the kind is gone
                return {}
            raise ProviderError(f"cannot list {ref.kind} objects: {error.message}") from None
        kind = {"apiVersion": ref.api_version, "kind": ref.kind}  # a list leaves them out
        return {
            (str(metadata(item).get("namespace", "")), str(metadata(item)["name"])): item | kind
            for item in listed.get("items") or []
        }

    def _why_not(self, ref: ObjectRef, live: Tree, reason: str, waited_seconds: float) -> str:
        waited = f" after {waited_seconds:.0f} s" if waited_seconds else ""
        pods = pod_reasons(self._cluster, live)
        return f"{ref} is not ready{waited}: {reason}" + (f". {pods}" if pods else "")


def _holds(live: Tree) -> str:
    """Say what keeps a deleted object: its finalizers, or what its namespace still holds."""
    kinds = (
        "NamespaceDeletionDiscoveryFailure",
        "NamespaceDeletionContentFailure",
        "NamespaceContentRemaining",
    )
    for kind in kinds:
        found = condition(live, kind)
        if found.get("status") == "True":
            return str(found.get("message", kind))
    finalizers = metadata(live).get("finalizers") or []
    return f"finalizers {', '.join(finalizers)}" if finalizers else "no finalizer holds it"
