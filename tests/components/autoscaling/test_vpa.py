"""A VPA recommends, acts within bounds where asked to, and never fights an HPA."""

from typing import Any

import pulumi_kubernetes as k8s
import pytest

from catalog.charts import VERTICAL_POD_AUTOSCALER
from components.autoscaling.vpa import (
    SERVICE_BOUNDS,
    Bounds,
    Resource,
    UpdateMode,
    VerticalScaling,
    VerticalScalingArgs,
)
from components.vertical_pod_autoscaler import vpa_values
from tests.components.objects import spec
from tests.components.recorder import Recording, record
from tests.golden.stacks import record_program
from tests.stacks import values_of

VPA = "kubernetes:autoscaling.k8s.io/v1:VerticalPodAutoscaler"
ACTING = {"mode": UpdateMode.IN_PLACE_OR_RECREATE, "bounds": SERVICE_BOUNDS}


def scaling(**changes: Any) -> Recording:
    def program() -> None:
        values: dict[str, Any] = {
            "provider": k8s.Provider("provider", kubeconfig="{}", cluster_identifier="test"),
            "namespace": "apps",
            "deployment": "api",
            **changes,
        }
        VerticalScaling("api", VerticalScalingArgs(**values))

    return record(program)


def test_by_default_it_only_recommends() -> None:
    vpa = spec(scaling().one(VPA))

    assert vpa["updatePolicy"] == {"updateMode": "Off"}
    assert vpa["targetRef"] == {"apiVersion": "apps/v1", "kind": "Deployment", "name": "api"}
    assert "maxAllowed" not in vpa["resourcePolicy"]["containerPolicies"][0]


def test_a_service_is_resized_in_place_within_bounds() -> None:
    vpa = spec(scaling(**ACTING, container="api").one(VPA))

    assert vpa["updatePolicy"] == {"updateMode": "InPlaceOrRecreate"}
    assert vpa["resourcePolicy"]["containerPolicies"] == [
        {
            "containerName": "api",
            "controlledResources": ["cpu", "memory"],
            "controlledValues": "RequestsAndLimits",
            "minAllowed": {"cpu": "2", "memory": "8Gi"},
            "maxAllowed": {"cpu": "8", "memory": "64Gi"},
        }
    ]


def test_beside_an_hpa_on_cpu_it_is_refused_unless_it_leaves_cpu_alone_or_only_recommends() -> None:
    with pytest.raises(ValueError, match="resources: an HPA scales on cpu already"):
        scaling(**ACTING, hpa_resources=[Resource.CPU])

    memory = spec(scaling(**ACTING, resources=[Resource.MEMORY], hpa_resources=[Resource.CPU]).one(VPA))
    assert memory["resourcePolicy"]["containerPolicies"][0]["controlledResources"] == ["memory"]
    assert scaling(hpa_resources=[Resource.CPU]).one(VPA)


def test_acting_without_bounds_is_refused() -> None:
    with pytest.raises(ValueError, match="bounds: InPlaceOrRecreate without them"):
        scaling(mode=UpdateMode.IN_PLACE_OR_RECREATE)


@pytest.mark.parametrize("changes", [{"min_cpu": 9}, {"min_cpu": 0}, {"min_memory_gib": 65}])
def test_bounds_that_nothing_lies_between_are_refused(changes: dict[str, int]) -> None:
    with pytest.raises(ValueError, match="must be above 0"):
        Bounds(**{"min_cpu": 2, "max_cpu": 8, "min_memory_gib": 8, "max_memory_gib": 64, **changes})


def test_recommendations_need_neither_webhook_nor_updater() -> None:
    quiet, acting = vpa_values(updates=False), vpa_values(updates=True)
    running = {
        key: quiet[key].get("enabled", True) for key in ("recommender", "updater", "admissionController")
    }

    assert running == {"recommender": True, "updater": False, "admissionController": False}
    assert acting["updater"]["enabled"] is acting["admissionController"]["enabled"] is True
    assert quiet["crds"]["keep"] is False
    for workload in VERTICAL_POD_AUTOSCALER.workloads:
        key = workload.replicas_path.partition(".")[0]
        assert acting[key]["resources"]["requests"].keys() == {"cpu", "memory"}


def test_a_stack_that_asks_gets_a_recommendation_for_each_server_and_no_change() -> None:
    recording = record_program(values_of("scaling"), stack="scaling")
    release = recording.one("kubernetes:helm.sh/v3:Release", "vertical-pod-autoscaler-release")
    watched = {spec(one)["targetRef"]["name"]: spec(one)["updatePolicy"] for one in recording.of_type(VPA)}

    assert watched == {name: {"updateMode": "Off"} for name in ("chat", "batch", "vision")}
    assert all(recording.depends(one, release) for one in recording.of_type(VPA))
    without = record_program(
        {**values_of("scaling"), "inference-platform:verticalAutoscaling": {}}, stack="scaling"
    )
    assert without.of_type(VPA) == []


def test_a_server_of_several_nodes_is_watched_by_its_own_kind() -> None:
    values = {**values_of("engines"), "inference-platform:verticalAutoscaling": {"enabled": True}}
    recording = record_program(values, stack="engines", secrets=["inference-platform:hfToken"])
    groups = recording.of_type("kubernetes:leaderworkerset.x-k8s.io/v1:LeaderWorkerSet")
    watched = {
        (ref["kind"], ref["name"]) for ref in (spec(one)["targetRef"] for one in recording.of_type(VPA))
    }

    assert groups
    assert {("LeaderWorkerSet", one.inputs["metadata"]["name"]) for one in groups} <= watched
