from decimal import Decimal
from typing import Any

import pytest

from rehearsal.control_plane import Api, observe


class RecordedApi(Api):
    """Answers lists from a table, as the API server would."""

    def __init__(self, lists: dict[str, list[dict[str, Any]]]) -> None:
        self._lists = lists

    def items(self, path: str, **query: str) -> list[dict[str, Any]]:
        found = self._lists.get(path, [])
        if query.get("fieldSelector", "").startswith("spec.nodeName=,"):
            return [item for item in found if "nodeName" not in item["spec"]]
        return found


def pod(name: str, *, labels: dict[str, str] | None = None, **spec: Any) -> dict[str, Any]:
    return {
        "metadata": {"namespace": "models", "name": name, "uid": f"uid-{name}", "labels": labels or {}},
        "spec": {"containers": [], **spec},
        "status": {"phase": "Pending"},
    }


def container(**requests: str) -> dict[str, Any]:
    return {
        "resources": {
            "requests": {key.replace("gpu", "nvidia.com/gpu"): value for key, value in requests.items()}
        }
    }


def service(name: str, selector: dict[str, str] | None, namespace: str = "models") -> dict[str, Any]:
    return {
        "metadata": {"namespace": namespace, "name": name},
        "spec": {"selector": selector} if selector else {},
    }


@pytest.mark.parametrize(
    ("init", "expected"),
    [
        ([], {"cpu": Decimal("1.5"), "memory": Decimal(2**30), "nvidia.com/gpu": Decimal(4)}),
        ([container(cpu="8")], {"cpu": Decimal(8), "memory": Decimal(2**30), "nvidia.com/gpu": Decimal(4)}),
        (
            [container(cpu="1") | {"restartPolicy": "Always"}],
            {"cpu": Decimal("2.5"), "memory": Decimal(2**30), "nvidia.com/gpu": Decimal(4)},
        ),
    ],
    ids=["containers", "one init container asks for more", "a sidecar adds"],
)
def test_requests_are_what_the_scheduler_reserves(
    init: list[dict[str, Any]], expected: dict[str, Decimal]
) -> None:
    containers = [container(cpu="1", gpu="4", memory="1Gi"), container(cpu="500m"), {}]
    api = RecordedApi({"/api/v1/pods": [pod("llm", containers=containers, initContainers=init)]})
    (found,) = observe.pods(api)
    assert found.requests == expected
    assert found.gpus == 4


def test_a_pending_pod_comes_with_what_scheduler_and_karpenter_say() -> None:
    waiting = pod("llm")
    waiting["status"]["conditions"] = [{"type": "PodScheduled", "status": "False", "message": "0/2 nodes"}]
    events = [
        {"involvedObject": {"uid": "uid-llm"}, "message": "no instance type"},
        {"involvedObject": {"uid": "uid-other"}, "message": "not this"},
    ]
    api = RecordedApi({"/api/v1/pods": [waiting, pod("placed", nodeName="n")], "/api/v1/events": events})
    (found,) = observe.pending_pods(api)
    assert found.pod.name == "llm"
    assert found.scheduler == "0/2 nodes"
    assert found.karpenter == ("no instance type",)


def test_a_service_counts_as_empty_only_where_nothing_matches_in_its_own_namespace() -> None:
    services = [
        service("found", {"app": "llm"}),
        service("typo", {"app": "lmm"}),
        service("half", {"app": "llm", "tier": "gpu"}),
        service("elsewhere", {"app": "llm"}, namespace="data"),
        service("external", None),
    ]
    api = RecordedApi({"/api/v1/pods": [pod("llm", labels={"app": "llm"})], "/api/v1/services": services})
    assert [found.name for found in observe.services_without_pods(api)] == ["typo", "half", "elsewhere"]


def test_a_service_of_a_deployment_at_zero_replicas_is_not_lost() -> None:
    def deployment(replicas: int) -> dict[str, Any]:
        template = {"metadata": {"labels": {"app": "llm"}}}
        return {"metadata": {"namespace": "models"}, "spec": {"replicas": replicas, "template": template}}

    for replicas, lost in ((0, []), (1, ["llm"])):
        api = RecordedApi(
            {
                "/api/v1/pods": [],
                "/api/v1/services": [service("llm", {"app": "llm"})],
                "/apis/apps/v1/deployments": [deployment(replicas)],
            }
        )
        assert [found.name for found in observe.services_without_pods(api)] == lost


def test_slices_and_shares_count_as_gpus_do_under_their_own_names() -> None:
    amounts = {
        "cpu": "8",
        "nvidia.com/gpu": "0",
        "nvidia.com/mig-3g.40gb": "16",
        "nvidia.com/gpu.memory": "4",
    }
    node = {"metadata": {"name": "one", "labels": {}}, "status": {"allocatable": amounts}}
    shared = {"resources": {"requests": {"nvidia.com/gpu.shared": "1"}}}
    api = RecordedApi({"/api/v1/nodes": [node], "/api/v1/pods": [pod("a", containers=[shared])]})

    (found,), (asking,) = observe.nodes(api), observe.pods(api)
    assert (found.gpu_parts, found.gpus) == ({"nvidia.com/mig-3g.40gb": 16}, 16)
    assert (asking.gpu_parts, asking.gpus) == ({"nvidia.com/gpu.shared": 1}, 1)
