"""Small objects and waits that the live tests share."""

import time
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from rehearsal.control_plane import Api
from rehearsal.control_plane.observe import Pod, pods

T = TypeVar("T")


def until(look: Callable[[], T | None], seconds: float = 90.0) -> T:
    """Look again and again until something is there, and return it."""
    deadline = time.monotonic() + seconds
    while not (found := look()):
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.1)
    return found


def add_pod(
    api: Api, name: str, *, gpus: int = 0, annotations: Mapping[str, str] | None = None, **spec: Any
) -> None:
    amounts = {"cpu": "1", "memory": "1Gi"} | ({"nvidia.com/gpu": str(gpus)} if gpus else {})
    body = {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": name, "namespace": "default", "annotations": dict(annotations or {})},
        "spec": {
            "containers": [
                {"name": "main", "image": "none", "resources": {"requests": amounts, "limits": amounts}}
            ],
            "tolerations": [{"key": "nvidia.com/gpu", "operator": "Exists"}],
            **spec,
        },
    }
    api.apply(_pod_path(name), body)


def remove_pod(api: Api, name: str) -> None:
    api.delete(_pod_path(name), gracePeriodSeconds=0)


def the_pod(api: Api, name: str) -> Pod | None:
    return next((pod for pod in pods(api) if pod.name == name), None)


def ready_pod(api: Api, name: str) -> Pod | None:
    pod = the_pod(api, name)
    return pod if pod and pod.ready else None


def _pod_path(name: str) -> str:
    return f"/api/v1/namespaces/default/pods/{name}"
