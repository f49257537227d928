from typing import Any

import pytest

from rehearsal.providers.kubernetes.readiness import readiness


def live(
    api_version: str, kind: str, *, generation: int = 1, spec: Any = None, **status: Any
) -> dict[str, Any]:
    return {
        "apiVersion": api_version,
        "kind": kind,
        "metadata": {"generation": generation},
        "spec": spec or {},
        "status": status,
    }


def condition(kind: str, status: str = "True", **rest: str) -> dict[str, str]:
    return {"type": kind, "status": status, **rest}


ROLLED_OUT = {"observedGeneration": 1, "replicas": 2, "updatedReplicas": 2, "availableReplicas": 2}
DAEMONS = {
    "observedGeneration": 1,
    "desiredNumberScheduled": 2,
    "updatedNumberScheduled": 2,
    "numberReady": 2,
}
REPLICAS = {"replicas": 2}


@pytest.mark.parametrize(
    ("tree", "ready"),
    [
        (live("apps/v1", "Deployment", spec=REPLICAS, **ROLLED_OUT), True),
        (live("apps/v1", "Deployment", spec=REPLICAS, generation=2, **ROLLED_OUT), False),
        (live("apps/v1", "Deployment", spec=REPLICAS, **{**ROLLED_OUT, "availableReplicas": 1}), False),
        (live("apps/v1", "Deployment", spec=REPLICAS, **{**ROLLED_OUT, "updatedReplicas": 1}), False),
        (live("apps/v1", "Deployment", spec=REPLICAS, **{**ROLLED_OUT, "replicas": 3}), False),
        (live("apps/v1", "Deployment", spec={"replicas": 0}, observedGeneration=1), True),
        (live("apps/v1", "Deployment", observedGeneration=1), False),
        (live("apps/v1", "Deployment", spec={"paused": True}), True),
        (live("apps/v1", "StatefulSet", observedGeneration=1, readyReplicas=1, updatedReplicas=1), True),
        (live("apps/v1", "StatefulSet", observedGeneration=1, readyReplicas=1, updatedReplicas=0), False),
        (
            live(
                "apps/v1",
                "StatefulSet",
                spec={"updateStrategy": {"type": "OnDelete"}},
                observedGeneration=1,
                readyReplicas=1,
            ),
            True,
        ),
        (live("apps/v1", "DaemonSet", **DAEMONS), True),
        (live("apps/v1", "DaemonSet", **{**DAEMONS, "numberReady": 1}), False),
        (live("apps/v1", "DaemonSet", observedGeneration=1), True),
        (live("apps/v1", "DaemonSet"), False),
        (live("batch/v1", "Job", conditions=[condition("Complete")]), True),
        (live("batch/v1", "Job", active=1), False),
        (live("batch/v1", "Job", spec={"suspend": True}), True),
        (live("v1", "Pod", phase="Running", conditions=[condition("Ready")]), True),
        (live("v1", "Pod", phase="Running", conditions=[condition("Ready", "False")]), False),
        (live("v1", "Pod", phase="Succeeded"), True),
        (live("v1", "Namespace", phase="Active"), True),
        (live("v1", "Namespace", phase="Terminating"), False),
        (live("v1", "PersistentVolumeClaim", phase="Bound"), True),
        (live("v1", "PersistentVolumeClaim", phase="Pending"), False),
        (
            live(
                "apiextensions.k8s.io/v1", "CustomResourceDefinition", conditions=[condition("Established")]
            ),
            True,
        ),
        (live("apiextensions.k8s.io/v1", "CustomResourceDefinition"), False),
        (live("v1", "ConfigMap"), True),
        (live("example.com/v1", "Deployment"), True),
    ],
)
def test_ready(tree: dict[str, Any], ready: bool) -> None:  # noqa: FBT001 - a column of the table
    state = readiness(tree)
    assert state.ready is ready
    assert not state.failed
    assert ready or state.reason


@pytest.mark.parametrize(
    ("tree", "reason"),
    [
        (
            live(
                "apps/v1",
                "Deployment",
                observedGeneration=1,
                conditions=[
                    condition("Progressing", "False", reason="ProgressDeadlineExceeded", message="too late")
                ],
            ),
            "too late",
        ),
        (
            live(
                "batch/v1",
                "Job",
                conditions=[condition("Failed", reason="BackoffLimitExceeded", message="6 times")],
            ),
            "BackoffLimitExceeded: 6 times",
        ),
        (live("v1", "Pod", phase="Failed"), "failed"),
        (live("v1", "PersistentVolumeClaim", phase="Lost"), "lost"),
    ],
)
def test_what_no_waiting_helps(tree: dict[str, Any], reason: str) -> None:
    state = readiness(tree)
    assert state.failed
    assert reason in state.reason


def test_the_reason_counts_the_pods() -> None:
    state = readiness(
        live("apps/v1", "Deployment", spec={"replicas": 3}, observedGeneration=1, updatedReplicas=3)
    )
    assert state.reason == "0 of 3 pods are ready"
