"""Stands in for LeaderWorkerSet's operator: pods for each group, and the status that an HPA reads.

The operator itself cannot run here: its webhooks write into each pod which one it is, and webhooks are off.
Source: sigs.k8s.io/lws v0.9.0, pkg/controllers/leaderworkerset_controller.go.
"""

import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Self

from rehearsal.control_plane import Api
from rehearsal.control_plane.api import ApiError, Json

GROUPS = "leaderworkerset.x-k8s.io/v1"
_NAME = "leaderworkerset.sigs.k8s.io/name"
_RANK = "leaderworkerset.sigs.k8s.io/worker-index"
_LOOK_EVERY_SECONDS = 0.5


@dataclass(kw_only=True)
class LeaderWorkerSets:
    """A thread that keeps a Deployment of leaders and one of workers for each LeaderWorkerSet of `api`."""

    api: Api
    _stopped: threading.Event = field(default_factory=threading.Event, init=False, repr=False)
    _thread: threading.Thread | None = field(default=None, init=False, repr=False)

    def start(self) -> Self:
        """Start it. Safe to call twice."""
        if self._thread is None:
            self._stopped.clear()
            self._thread = threading.Thread(target=self._run, name="leader-worker-sets", daemon=True)
            self._thread.start()
        return self

    def stop(self) -> None:
        """End it; its Deployments go with their LeaderWorkerSets. Safe to call twice."""
        if self._thread is not None:
            self._stopped.set()
            self._thread.join()
            self._thread = None

    def _run(self) -> None:
        while not self._stopped.wait(_LOOK_EVERY_SECONDS):
            for group in self.api.items(f"/apis/{GROUPS}/leaderworkersets"):
                # One that is deleted meanwhile, or whose namespace is, takes nothing any more.
                try:
                    self._follow(group)
                except ApiError:
                    continue

    def _follow(self, group: Json) -> None:
        if group["metadata"].get("deletionTimestamp"):
            return
        for deployment in deployments(group):
            meta = deployment["metadata"]
            path = f"/apis/apps/v1/namespaces/{meta['namespace']}/deployments/{meta['name']}"
            self.api.apply(path, deployment)
        meta = group["metadata"]
        path = f"/apis/{GROUPS}/namespaces/{meta['namespace']}/leaderworkersets/{meta['name']}/status"
        self.api.merge(path, {"status": status(group)})


def size(group: Json) -> int:
    """Return how many pods form one replica, also of what is no group."""
    return int(group["spec"].get("leaderWorkerTemplate", {}).get("size", 1))


def replicas(group: Json) -> int:
    """Return how many replicas there shall be."""
    return int(group["spec"].get("replicas", 1))


def status(group: Json) -> Json:
    """Return the status that the scale subresource shows."""
    count = replicas(group)
    selector = f"{_NAME}={group['metadata']['name']},{_RANK}=0"
    return {"replicas": count, "readyReplicas": count, "updatedReplicas": count, "hpaPodSelector": selector}


def deployments(group: Json) -> Iterator[Json]:
    """Return the Deployments that stand for a group's pods, with its own templates: leaders, then workers."""
    template, count = group["spec"]["leaderWorkerTemplate"], replicas(group)
    workers = template["workerTemplate"]
    yield _deployment(group, "leader", template.get("leaderTemplate") or workers, count)
    if size(group) > 1:
        yield _deployment(group, "worker", workers, count * (size(group) - 1))


def _deployment(group: Json, part: str, template: Json, count: int) -> Json:
    meta = group["metadata"]
    own = {_NAME: meta["name"], _RANK: "0" if part == "leader" else "1"}
    pods = template.get("metadata", {})
    owner = {
        "apiVersion": group["apiVersion"],
        "kind": group["kind"],
        "name": meta["name"],
        "uid": meta["uid"],
        "controller": True,
    }
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {
            "name": f"{meta['name']}-{part}",
            "namespace": meta["namespace"],
            "ownerReferences": [owner],
        },
        "spec": {
            "replicas": count,
            "selector": {"matchLabels": own},
            "template": {
                "metadata": {
                    "annotations": pods.get("annotations") or {},
                    "labels": {**(pods.get("labels") or {}), **own},
                },
                "spec": template["spec"],
            },
        },
    }
