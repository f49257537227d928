"""An API server that answers from a list of objects, with KEDA's annotation at work."""

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from rehearsal.control_plane import Api

ROOT = Path(__file__).parents[2]

Object = dict[str, Any]
_PAUSED = "autoscaling.keda.sh/paused-replicas"
_KINDS = {
    "/apis/keda.sh/v1alpha1/scaledobjects": "ScaledObject",
    "/apis/apps/v1/deployments": "Deployment",
    "/apis/autoscaling/v2/horizontalpodautoscalers": "HorizontalPodAutoscaler",
    "/api/v1/events": "Event",
    "/apis/leaderworkerset.x-k8s.io/v1/leaderworkersets": "LeaderWorkerSet",
}


class ScriptedApi(Api):
    """One ScaledObject of one Deployment, and what is around them. `held` is every number KEDA was told."""

    def __init__(self, *objects: Object) -> None:
        self._objects = objects
        self.held: list[str | None] = []

    def items(self, path: str, **_: str) -> list[Object]:
        return [one for one in self._objects if one["kind"] == _KINDS[path]]

    def each(self, function: Callable[[Any], Any], arguments: Iterable[Any]) -> list[Any]:
        return [function(argument) for argument in arguments]

    def merge(self, path: str, body: Object) -> Object:
        assert path == "/apis/keda.sh/v1alpha1/namespaces/inference/scaledobjects/web"
        value = body["metadata"]["annotations"][_PAUSED]
        self.held.append(value)
        for one in self._objects:
            if one["kind"] == "ScaledObject":
                one["metadata"]["annotations"] = {} if value is None else {_PAUSED: value}
            if one["kind"] == "Deployment" and value is not None:
                one["spec"]["replicas"] = int(value)
        return {}


def scaled_object(
    *,
    name: str = "web",
    fewest: int = 1,
    trigger: str = "prometheus",
    held: str | None = None,
    ready: str = "",
) -> Object:
    condition = {"type": "Ready", "status": "False" if ready else "True", "message": ready}
    return {
        "kind": "ScaledObject",
        "metadata": {
            "namespace": "inference",
            "name": name,
            "uid": "one",
            "annotations": {_PAUSED: held} if held is not None else {},
        },
        "spec": {
            "scaleTargetRef": {"name": name},
            "minReplicaCount": fewest,
            "maxReplicaCount": 5,
            "triggers": [{"type": trigger}],
        },
        "status": {"hpaName": f"keda-hpa-{name}", "conditions": [condition]},
    }


def of_groups(scaled: Object) -> Object:
    """The same ScaledObject for a LeaderWorkerSet, as KEDA has looked it up."""
    group, version, kind = "leaderworkerset.x-k8s.io", "v1", "LeaderWorkerSet"
    scaled["spec"]["scaleTargetRef"] = {
        "apiVersion": f"{group}/{version}",
        "kind": kind,
        "name": "web-groups",
    }
    found = {"group": group, "version": version, "kind": kind, "resource": "leaderworkersets"}
    scaled["status"]["scaleTargetGVKR"] = found
    return scaled


def groups(*, replicas: int) -> Object:
    metadata = {"namespace": "inference", "name": "web-groups"}
    return {"kind": "LeaderWorkerSet", "metadata": metadata, "spec": {"replicas": replicas}}


def deployment(*, replicas: int) -> Object:
    metadata = {"namespace": "inference", "name": "web"}
    return {"kind": "Deployment", "metadata": metadata, "spec": {"replicas": replicas}}


def hpa(*, namespace: str = "inference") -> Object:
    return {
        "kind": "HorizontalPodAutoscaler",
        "metadata": {"namespace": namespace, "name": "keda-hpa-web"},
        "spec": {},
    }


def warning(message: str, *, uid: str = "one") -> Object:
    return {"kind": "Event", "involvedObject": {"uid": uid}, "message": message}
