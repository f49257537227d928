"""A service has one HPA: its own on CPU, KEDA's on anything else."""

from typing import Any

import pulumi_kubernetes as k8s
import pytest

from components.autoscaling.hpa import (
    HorizontalScaling,
    HorizontalScalingArgs,
    gpu_utilization,
    requests_per_second,
)
from tests.components.objects import SCALED_OBJECT, spec
from tests.components.recorder import Recording, record

HPA = "kubernetes:autoscaling/v2:HorizontalPodAutoscaler"
ASKED = {
    "triggers": [gpu_utilization("apps", "api"), requests_per_second('http_requests_total{job="apps/api"}')],
    "prometheus_address": "http://prometheus:9090",
}


def scaling(**changes: Any) -> Recording:
    def program() -> None:
        values: dict[str, Any] = {
            "provider": k8s.Provider("provider", kubeconfig="{}", cluster_identifier="test"),
            "namespace": "apps",
            "deployment": "api",
            "min_replicas": 2,
            "max_replicas": 20,
            **changes,
        }
        HorizontalScaling("api", HorizontalScalingArgs(**values))

    return record(program)


def test_on_cpu_alone_it_is_a_plain_hpa() -> None:
    recording = scaling()
    hpa = spec(recording.one(HPA))

    assert recording.of_type(SCALED_OBJECT) == []
    assert hpa["scaleTargetRef"] == {"apiVersion": "apps/v1", "kind": "Deployment", "name": "api"}
    assert (hpa["minReplicas"], hpa["maxReplicas"]) == (2, 20)
    assert hpa["metrics"] == [
        {
            "type": "Resource",
            "resource": {"name": "cpu", "target": {"type": "Utilization", "averageUtilization": 70}},
        }
    ]
    assert hpa["behavior"]["scaleDown"]["stabilizationWindowSeconds"] == 300
    assert [one["type"] for one in hpa["behavior"]["scaleUp"]["policies"]] == ["Percent", "Pods"]


def test_on_more_than_cpu_keda_makes_the_one_hpa() -> None:
    recording = scaling(**ASKED)
    scaled = spec(recording.one(SCALED_OBJECT))
    cpu, gpu, requests = scaled["triggers"]

    assert recording.of_type(HPA) == []
    assert (cpu["type"], cpu["metricType"], cpu["metadata"]) == ("cpu", "Utilization", {"value": "70"})
    assert gpu["metadata"]["threshold"] == "80"
    assert (
        gpu["metadata"]["query"] == 'sum(DCGM_FI_DEV_GPU_UTIL{namespace="apps",pod=~"api-.+"}) or vector(0)'
    )
    assert requests["metadata"]["threshold"] == "100"
    assert requests["metadata"]["query"].startswith("sum(rate(http_requests_total{")
    assert {one["metricType"] for one in (gpu, requests)} == {"AverageValue"}
    assert (scaled["minReplicaCount"], scaled["maxReplicaCount"]) == (2, 20)
    assert scaled["fallback"]["replicas"] == 2


def test_both_kinds_change_replicas_equally_fast() -> None:
    plain = spec(scaling().one(HPA))["behavior"]
    keda = spec(scaling(**ASKED).one(SCALED_OBJECT))["advanced"]["horizontalPodAutoscalerConfig"]["behavior"]

    assert plain == keda


def test_it_tells_the_name_of_its_hpa() -> None:
    for recording, name in ((scaling(), "api"), (scaling(**ASKED), "keda-hpa-api")):
        component = recording.one("inference-platform:index:HorizontalScaling")
        assert recording.registered_outputs[component.urn] == {"hpa_name": name}


def test_without_cpu_there_is_no_cpu_trigger() -> None:
    assert [
        one["type"] for one in spec(scaling(**ASKED, cpu_percent=None).one(SCALED_OBJECT))["triggers"]
    ] == [
        "prometheus",
        "prometheus",
    ]


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"min_replicas": 0}, "min_replicas: 0"),
        ({"min_replicas": 21}, r"max_replicas \(20\)"),
        ({"cpu_percent": None}, "nothing to scale on"),
        ({"triggers": ASKED["triggers"]}, "prometheus_address: is missing"),
    ],
)
def test_what_no_hpa_could_act_on_is_refused(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        scaling(**changes)
