"""What adds replicas, as KEDA's triggers.

Sources: the scalers of KEDA 2.21 (pkg/scalers: prometheus, rabbitmq, cron). KEDA ignores a parameter it does not
know, so tests/components/autoscaling/test_triggers.py has each scaler's parameters.
"""

from dataclasses import dataclass
from typing import Any

import pulumi


@dataclass(frozen=True, kw_only=True)
class PrometheusTrigger:
    """A PromQL `query` with one value: each replica should carry `threshold` of it.

    Above `activation` it is a reason not to be at zero replicas. It never wakes a server by its own metrics.
    """

    name: str
    query: pulumi.Input[str]
    threshold: float
    activation: float = 0


@dataclass(frozen=True, kw_only=True)
class RabbitmqTrigger:
    """Messages of a queue, waiting or being worked on: each replica should have `messages` of them."""

    name: str
    queue: str
    messages: int
    vhost: str = "/"


@dataclass(frozen=True, kw_only=True)
class CronTrigger:
    """At least `desired_replicas` from `start` to `end`: five cron fields each, in an IANA time zone."""

    name: str
    timezone: str
    start: str
    end: str
    desired_replicas: int


Trigger = PrometheusTrigger | RabbitmqTrigger | CronTrigger


def wakes(trigger: Trigger) -> bool:
    """Whether a trigger sees work while no replica runs."""
    return not isinstance(trigger, PrometheusTrigger)


def authentication_spec(secret: pulumi.Input[str]) -> dict[str, Any]:
    """Return a TriggerAuthentication's spec, with which KEDA reads RabbitMQ's address and password from `secret`.

    The Secret has the keys `management-url` (of RabbitMQ's HTTP API), `username` and `password`.
    """
    keys = {"host": "management-url", "username": "username", "password": "password"}
    return {
        "secretTargetRef": [
            {"parameter": parameter, "name": secret, "key": key} for parameter, key in keys.items()
        ]
    }


def trigger_spec(
    trigger: Trigger, prometheus_address: pulumi.Input[str], rabbitmq_authentication: str
) -> dict[str, Any]:
    """Return a trigger as it stands in a ScaledObject; `rabbitmq_authentication` names a TriggerAuthentication.

    The metric's type is AverageValue for all: the HPA divides by the replicas it wants, so what is measured is
    a total and the threshold is one replica's part.
    """
    if isinstance(trigger, PrometheusTrigger):
        return _spec("prometheus", trigger.name, _prometheus(trigger, prometheus_address))
    if isinstance(trigger, CronTrigger):
        return _spec("cron", trigger.name, _cron(trigger))
    spec = _spec("rabbitmq", trigger.name, _rabbitmq(trigger))
    return {**spec, "authenticationRef": {"name": rabbitmq_authentication}}


def cpu_spec(name: str, percent: int) -> dict[str, Any]:
    """Return the trigger that keeps pods at `percent` of the CPU they request, which metrics-server measures."""
    return {"type": "cpu", "name": name, "metricType": "Utilization", "metadata": {"value": str(percent)}}


def _spec(kind: str, name: str, metadata: dict[str, Any]) -> dict[str, Any]:
    return {"type": kind, "name": name, "metricType": "AverageValue", "metadata": metadata}


def _prometheus(trigger: PrometheusTrigger, address: pulumi.Input[str]) -> dict[str, Any]:
    return {
        "serverAddress": address,
        "query": trigger.query,
        "threshold": f"{trigger.threshold:.15g}",
        "activationThreshold": f"{trigger.activation:.15g}",
        # An empty answer is an error and counts towards the fallback; KEDA would take it for 0.
        "ignoreNullValues": "false",
    }


def _rabbitmq(trigger: RabbitmqTrigger) -> dict[str, Any]:
    """Over HTTP: AMQP tells only what waits, so a queue would look empty while its last answers are made."""
    return {
        "protocol": "http",
        "queueName": trigger.queue,
        "vhostName": trigger.vhost,
        "mode": "QueueLength",
        "value": str(trigger.messages),
        "activationValue": "0",
    }


def _cron(trigger: CronTrigger) -> dict[str, Any]:
    return {
        "timezone": trigger.timezone,
        "start": trigger.start,
        "end": trigger.end,
        "desiredReplicas": str(trigger.desired_replicas),
    }
