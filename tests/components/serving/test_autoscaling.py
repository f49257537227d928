"""A server is measured where it stands, and scaled on what it measures."""

from dataclasses import replace
from typing import Any

from components.serving import ScalingArgs, ScalingPolicy
from tests.components.recorder import Recording
from tests.components.serving.examples import OPTIONS, server, spec, triton, vllm


def _scaling(recording: Recording) -> dict[str, Any]:
    return spec(recording.one("kubernetes:keda.sh/v1alpha1:ScaledObject"))


def _triggers(recording: Recording) -> dict[str, dict[str, Any]]:
    return {trigger["name"]: trigger["metadata"] for trigger in _scaling(recording)["triggers"]}


def test_vllm_scales_on_its_queue_and_its_cache() -> None:
    triggers = _triggers(vllm(waiting_requests=8, kv_cache_usage=0.75))

    assert triggers["waiting-requests"] == {
        "serverAddress": "http://prometheus.monitoring:9090",
        "query": 'sum(vllm:num_requests_waiting{job="inference/qwen"}) or vector(0)',
        "threshold": "8",
        "activationThreshold": "0",
        "ignoreNullValues": "false",
    }
    assert triggers["kv-cache-usage"]["query"].startswith("sum(vllm:kv_cache_usage_perc{")
    assert triggers["kv-cache-usage"]["threshold"] == "0.75"


def test_vllm_scales_before_requests_wait() -> None:
    options = replace(OPTIONS, max_num_seqs=16)
    trigger = _triggers(vllm(options=options, busy_slots=0.75))["busy-slots"]

    assert trigger["query"] == 'sum(vllm:num_requests_running{job="inference/qwen"}) or vector(0)'
    assert trigger["threshold"] == "12"


def test_triton_scales_on_pending_requests() -> None:
    (trigger,) = _triggers(triton(pending_requests=20)).values()

    assert trigger["query"] == 'sum(nv_inference_pending_request_count{job="inference/vision"}) or vector(0)'
    assert trigger["threshold"] == "20"


def test_a_sum_is_shared_out_over_replicas() -> None:
    assert {trigger["metricType"] for trigger in _scaling(vllm())["triggers"]} == {"AverageValue"}


def test_the_scale_target_is_the_deployment_within_its_bounds() -> None:
    recording = vllm(min_replicas=2, max_replicas=20)
    scaling = _scaling(recording)

    assert scaling["scaleTargetRef"]["name"] == "qwen"
    assert (scaling["minReplicaCount"], scaling["maxReplicaCount"]) == (2, 20)
    assert (scaling["pollingInterval"], scaling["cooldownPeriod"]) == (15, 300)


def test_growth_is_quick_and_shrinking_slow() -> None:
    behavior = _scaling(vllm())["advanced"]["horizontalPodAutoscalerConfig"]["behavior"]

    assert behavior["scaleUp"] == {
        "stabilizationWindowSeconds": 0,
        "selectPolicy": "Max",
        "policies": [
            {"type": "Percent", "value": 50, "periodSeconds": 60},
            {"type": "Pods", "value": 4, "periodSeconds": 60},
        ],
    }
    assert behavior["scaleDown"] == {
        "stabilizationWindowSeconds": 300,
        "selectPolicy": "Max",
        "policies": [{"type": "Percent", "value": 25, "periodSeconds": 120}],
    }


def test_blind_scaling_keeps_at_least_the_fallback() -> None:
    slow = ScalingPolicy(percent=10, period_seconds=60, stabilization_seconds=60)
    args = ScalingArgs(
        prometheus_address="http://p:9090", fallback_replicas=3, failure_threshold=5, scale_up=slow
    )
    scaling = _scaling(vllm(scaling=args))

    assert scaling["fallback"] == {
        "failureThreshold": 5,
        "replicas": 3,
        "behavior": "currentReplicasIfHigher",
    }


def test_the_monitor_scrapes_a_port_that_the_pod_has() -> None:
    for recording in (vllm(), triton()):
        monitor = spec(recording.one("kubernetes:monitoring.coreos.com/v1:PodMonitor"))
        (endpoint,) = monitor["podMetricsEndpoints"]

        assert endpoint["port"] in {port["name"] for port in server(recording)["ports"]}
        assert (endpoint["path"], endpoint["interval"]) == ("/metrics", "15s")
