import threading
from typing import Any, cast

import pytest

from rehearsal.providers.kubernetes.cluster import Cluster
from rehearsal.providers.kubernetes.objects import ObjectRef
from rehearsal.providers.kubernetes.waiting import Waiter, WaitError

POD = ObjectRef("v1", "Pod", "play", "toy")


def pod(phase: str) -> dict[str, Any]:
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"namespace": "play", "name": "toy"},
        "status": {"phase": phase},
    }


class OneKind:
    """A cluster of pods that lists what it is told to, look by look; it is its own client and resource."""

    def __init__(self, *looks: list[dict[str, Any]]) -> None:
        self._looks = list(looks)

    @property
    def client(self) -> "OneKind":
        return self

    def resource(self, *_: str) -> "OneKind":
        return self

    def path(self, *_: str) -> str:
        return "/pods"

    def get(self, _: str) -> dict[str, Any]:
        return {"items": self._looks.pop(0)}


class Clock(threading.Event):
    """Counts the pauses and takes none."""

    pauses = 0

    def wait(self, timeout: float | None = None) -> bool:
        del timeout
        self.pauses += 1
        return False


def waiting(*looks: list[dict[str, Any]]) -> tuple[Waiter, Clock]:
    clock = Clock()
    return Waiter(cast(Cluster, OneKind(*looks)), clock), clock


def test_what_became_ready_in_the_meantime_is_not_waited_for() -> None:
    waiter, clock = waiting([pod("Succeeded")])
    assert waiter.until_ready(POD, pod("Pending"), 60) == pod("Succeeded")
    assert clock.pauses == 0


def test_what_is_not_ready_is_looked_at_again_after_a_pause(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("rehearsal.providers.kubernetes.waiting._LOOK_SECONDS", 0.0)
    waiter, clock = waiting([pod("Pending")], [pod("Pending")], [pod("Succeeded")])
    assert waiter.until_ready(POD, pod("Pending"), 60) == pod("Succeeded")
    assert clock.pauses == 2


def test_what_was_deleted_is_not_waited_for() -> None:
    waiter, _ = waiting([])
    with pytest.raises(WaitError, match="was deleted"):
        waiter.until_ready(POD, pod("Pending"), 60)
