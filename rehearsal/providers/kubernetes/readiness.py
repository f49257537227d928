"""When a live object is ready, by kind: pure functions of the object."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, cast

from rehearsal.providers.kubernetes.client import Tree
from rehearsal.providers.kubernetes.objects import group_of, metadata


@dataclass(frozen=True, slots=True)
class Readiness:
    """``reason`` says what is missing; ``failed`` that no waiting will help."""

    ready: bool
    reason: str = ""
    failed: bool = False


_READY = Readiness(ready=True)
Check = Callable[[Tree], Readiness]


def _waiting(reason: str) -> Readiness:
    return Readiness(ready=False, reason=reason)


def _failed(reason: str) -> Readiness:
    return Readiness(ready=False, reason=reason, failed=True)


def _part(live: Tree, name: str) -> Tree:
    found = live.get(name)
    return cast(Tree, found) if isinstance(found, dict) else {}


def condition(live: Tree, kind: str) -> Tree:
    """Return the status condition of this type; empty where there is none."""
    conditions = cast(list[Tree], _part(live, "status").get("conditions") or [])
    return next((entry for entry in conditions if entry.get("type") == kind), {})


def _holds(live: Tree, kind: str) -> bool:
    return condition(live, kind).get("status") == "True"


def _observed(live: Tree) -> bool:
    return int(_part(live, "status").get("observedGeneration") or 0) >= int(
        metadata(live).get("generation") or 0
    )


def _count(tree: Tree, name: str) -> int:
    return int(tree.get(name) or 0)


def _replicas(live: Tree) -> int:
    wanted: Any = _part(live, "spec").get("replicas")
    return 1 if wanted is None else int(wanted)


def _deployment(live: Tree) -> Readiness:
    status, want = _part(live, "status"), _replicas(live)
    progressing = condition(live, "Progressing")
    if _part(live, "spec").get("paused"):
        return _READY
    if not _observed(live):
        return _waiting("the controller has not seen it yet")
    if progressing.get("reason") == "ProgressDeadlineExceeded":
        return _failed(str(progressing.get("message", "its progress deadline passed")))
    updated, available = _count(status, "updatedReplicas"), _count(status, "availableReplicas")
    if updated < want or _count(status, "replicas") > updated or available < want:
        return _waiting(f"{min(updated, available)} of {want} pods are ready")
    return _READY


def _stateful_set(live: Tree) -> Readiness:
    status, spec, want = _part(live, "status"), _part(live, "spec"), _replicas(live)
    if not _observed(live):
        return _waiting("the controller has not seen it yet")
    strategy = _part(spec, "updateStrategy")
    rolls = strategy.get("type") != "OnDelete" and not _part(strategy, "rollingUpdate").get("partition")
    updated = _count(status, "updatedReplicas") if rolls else want
    ready = min(updated, _count(status, "readyReplicas"))
    return _READY if ready >= want else _waiting(f"{ready} of {want} pods are ready")


def _daemon_set(live: Tree) -> Readiness:
    status = _part(live, "status")
    if not _observed(live):
        return _waiting("the controller has not seen it yet")
    want = _count(status, "desiredNumberScheduled")
    rolls = _part(_part(live, "spec"), "updateStrategy").get("type") != "OnDelete"
    updated = _count(status, "updatedNumberScheduled") if rolls else want
    ready = min(updated, _count(status, "numberReady"))
    return _READY if ready >= want else _waiting(f"{ready} of {want} pods are ready")


def _job(live: Tree) -> Readiness:
    failure = condition(live, "Failed")
    if failure.get("status") == "True":
        return _failed(f"{failure.get('reason', 'Failed')}: {failure.get('message', '')}".strip(": "))
    if _part(live, "spec").get("suspend") or _holds(live, "Complete"):
        return _READY
    return _waiting("it has not completed")


def _pod(live: Tree) -> Readiness:
    phase = str(_part(live, "status").get("phase", ""))
    if phase == "Failed":
        return _failed("the pod failed")
    if phase == "Succeeded" or _holds(live, "Ready"):
        return _READY
    message = condition(live, "PodScheduled").get("message")
    return _waiting(str(message or f"the pod is {phase or 'Pending'}"))


def _claim(live: Tree) -> Readiness:
    phase = str(_part(live, "status").get("phase", "Pending"))
    if phase == "Lost":
        return _failed("its volume is lost")
    return _READY if phase == "Bound" else _waiting(f"the claim is {phase}")


def _namespace(live: Tree) -> Readiness:
    phase = str(_part(live, "status").get("phase", ""))
    return _READY if phase == "Active" else _waiting(f"the namespace is {phase or 'new'}")


def _crd(live: Tree) -> Readiness:
    names = condition(live, "NamesAccepted")
    if names.get("status") == "False" and names.get("reason") != "Accepting":
        return _failed(str(names.get("message", "its names are taken")))
    return _READY if _holds(live, "Established") else _waiting("it is not established")


_CHECKS: dict[tuple[str, str], Check] = {
    ("", "Namespace"): _namespace,
    ("", "PersistentVolumeClaim"): _claim,
    ("", "Pod"): _pod,
    ("apiextensions.k8s.io", "CustomResourceDefinition"): _crd,
    ("apps", "DaemonSet"): _daemon_set,
    ("apps", "Deployment"): _deployment,
    ("apps", "StatefulSet"): _stateful_set,
    ("batch", "Job"): _job,
}


def readiness(live: Tree) -> Readiness:
    """Tell whether a live object is ready; a kind nobody waits for always is."""
    check = _CHECKS.get((group_of(str(live.get("apiVersion", ""))), str(live.get("kind", ""))))
    return check(live) if check else _READY
