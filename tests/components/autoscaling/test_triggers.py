"""Triggers say to KEDA what they mean, in words it knows, and never hold a password."""

from typing import Any

import pytest

from components.autoscaling.triggers import Trigger, wakes
from components.serving import CronTrigger, PrometheusTrigger, RabbitmqTrigger, ScalingArgs
from tests.components.objects import SCALED_OBJECT
from tests.components.recorder import Recording
from tests.components.serving.examples import spec, vllm

AUTHENTICATION = "kubernetes:keda.sh/v1alpha1:TriggerAuthentication"

CRON = CronTrigger(
    name="office", timezone="Asia/Shanghai", start="0 8 * * 1-5", end="0 20 * * 1-5", desired_replicas=10
)
QUEUE = RabbitmqTrigger(name="jobs", queue="jobs", messages=20)
METRIC = PrometheusTrigger(name="tokens", query="sum(tokens) or vector(0)", threshold=1234567, activation=2.5)

# Read from the scalers' structs: KEDA 2.21, pkg/scalers/{prometheus,rabbitmq,cron}_scaler.go, `order=triggerMetadata`.
KNOWN = {
    "prometheus": {
        "serverAddress",
        "query",
        "queryParameters",
        "threshold",
        "activationThreshold",
        "namespace",
        "customHeaders",
        "ignoreNullValues",
        "unsafeSsl",
        "timeout",
        "authModes",
    },
    "rabbitmq": {
        "queueName",
        "mode",
        "queueLength",
        "value",
        "activationValue",
        "host",
        "protocol",
        "vhostName",
        "useRegex",
        "excludeUnacknowledged",
        "pageSize",
        "operation",
        "timeout",
        "unsafeSsl",
    },
    "cron": {"start", "end", "timezone", "desiredReplicas"},
}


def scaled(*triggers: Trigger, **changes: Any) -> Recording:
    queue = any(isinstance(one, RabbitmqTrigger) for one in triggers)
    scaling = ScalingArgs(
        prometheus_address="http://p:9090",
        fallback_replicas=1,
        triggers=triggers,
        rabbitmq_secret="rabbitmq-connection" if queue else None,
    )
    return vllm(scaling=scaling, max_replicas=50, **changes)


def triggers(recording: Recording) -> list[dict[str, Any]]:
    return spec(recording.one(SCALED_OBJECT))["triggers"]


def test_triggers_come_beside_the_engines_own() -> None:
    names = [one["name"] for one in triggers(scaled(CRON, QUEUE, METRIC))]

    assert names == ["busy-slots", "waiting-requests", "kv-cache-usage", "office", "jobs", "tokens"]


def test_keda_knows_every_parameter() -> None:
    given = triggers(scaled(CRON, QUEUE, METRIC))

    assert {one["type"] for one in given} == set(KNOWN)
    assert [
        (one["name"], key) for one in given for key in one["metadata"] if key not in KNOWN[one["type"]]
    ] == []
    assert all(isinstance(value, str) for one in given for value in one["metadata"].values())


def test_a_queue_is_asked_over_http_so_that_work_in_hand_counts() -> None:
    trigger = triggers(scaled(QUEUE))[-1]

    assert trigger["metadata"] == {
        "protocol": "http",
        "queueName": "jobs",
        "vhostName": "/",
        "mode": "QueueLength",
        "value": "20",
        "activationValue": "0",
    }
    assert trigger["authenticationRef"] == {"name": "qwen-rabbitmq"}


def test_the_queues_password_is_read_from_its_secret_by_keda() -> None:
    recording = scaled(QUEUE)
    authentication = recording.one(AUTHENTICATION)

    assert authentication.inputs["metadata"]["name"] == "qwen-rabbitmq"
    assert spec(authentication) == {
        "secretTargetRef": [
            {"parameter": "host", "name": "rabbitmq-connection", "key": "management-url"},
            {"parameter": "username", "name": "rabbitmq-connection", "key": "username"},
            {"parameter": "password", "name": "rabbitmq-connection", "key": "password"},
        ]
    }
    assert recording.depends(recording.one(SCALED_OBJECT), authentication)


def test_without_a_queue_nothing_is_authenticated() -> None:
    assert scaled(CRON, METRIC).of_type(AUTHENTICATION) == []


def test_the_clock_asks_for_replicas_and_the_hpa_for_one_each() -> None:
    trigger = triggers(scaled(CRON))[-1]

    assert trigger["metadata"] == {
        "timezone": "Asia/Shanghai",
        "start": "0 8 * * 1-5",
        "end": "0 20 * * 1-5",
        "desiredReplicas": "10",
    }
    assert trigger["metricType"] == "AverageValue"


def test_a_threshold_loses_no_digit() -> None:
    metadata = triggers(scaled(METRIC))[-1]["metadata"]

    assert (metadata["threshold"], metadata["activationThreshold"]) == ("1234567", "2.5")


@pytest.mark.parametrize("trigger", [CRON, QUEUE])
def test_a_trigger_that_sees_work_from_outside_allows_zero_replicas(trigger: Trigger) -> None:
    assert wakes(trigger)
    recording = scaled(trigger, min_replicas=0)
    scaling = spec(recording.one(SCALED_OBJECT))

    assert scaling["minReplicaCount"] == 0
    # A server that waits at zero still stays up as long as it takes to start once.
    assert scaling["initialCooldownPeriod"] > 905
    assert scaling["fallback"]["replicas"] == 1
    # Pulumi would wait for a pod behind it.
    service = recording.one("kubernetes:core/v1:Service").inputs["metadata"]
    assert service["annotations"] == {"pulumi.com/skipAwait": "true"}


def test_a_metric_of_its_own_wakes_no_server() -> None:
    with pytest.raises(ValueError, match="min_replicas: 0 needs a trigger"):
        scaled(METRIC, min_replicas=0)


def test_a_queue_without_a_secret_and_a_fallback_to_nothing_are_refused() -> None:
    with pytest.raises(ValueError, match="rabbitmq_secret: is missing"):
        ScalingArgs(prometheus_address="http://p:9090", fallback_replicas=1, triggers=[QUEUE])
    with pytest.raises(ValueError, match="fallback_replicas: 0"):
        ScalingArgs(prometheus_address="http://p:9090", fallback_replicas=0)
