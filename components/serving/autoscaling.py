"""How a server is measured and scaled: its PodMonitor and ScaledObject.

Sources: KEDA 2.21 (`keda.sh/v1alpha1`) and prometheus-operator 0.93 (`PodMonitor`).
"""

from typing import Any

import pulumi

from components.autoscaling.policy import behavior
from components.autoscaling.triggers import PrometheusTrigger, trigger_spec
from components.serving import timing
from components.serving.workload import Workload


def pod_monitor_spec(workload: Workload) -> dict[str, Any]:
    """Return the PodMonitor's spec. Its `job` label is `<namespace>/<server>`, which `gauge_sum` selects by."""
    return {
        "selector": {"matchLabels": workload.leaders},
        "podMetricsEndpoints": [
            {"port": workload.engine.metrics_port, "path": "/metrics", "interval": "15s"}
        ],
    }


def gauge_sum(
    namespace: pulumi.Input[str], server: str, metric: str, selector: pulumi.Input[str] | None = None
) -> pulumi.Output[str]:
    """Return the PromQL sum of a server's gauge over all replicas; 0 while none reports it.

    `selector` is for a gauge that others report of the server; None: its own.

    The HPA divides a sum by the replicas, so a threshold is what each one should carry.
    """
    own = pulumi.Output.concat('job="', namespace, "/", server, '"')
    return pulumi.Output.concat("sum(", metric, "{", own if selector is None else selector, "}) or vector(0)")


def scaled_object_spec(workload: Workload) -> dict[str, Any]:
    """Return the ScaledObject's spec.

    When Prometheus does not answer, KEDA falls back to a fixed number of replicas, never to fewer than run.
    """
    args, scaling = workload.args, workload.args.scaling
    version, kind = workload.scale_target
    return {
        "scaleTargetRef": {"apiVersion": version, "kind": kind, "name": workload.scale_target_name},
        "minReplicaCount": args.min_replicas,
        "maxReplicaCount": args.max_replicas,
        "pollingInterval": scaling.polling_seconds,
        "cooldownPeriod": scaling.cooldown_seconds,
        "initialCooldownPeriod": timing.progress_deadline(args),
        "fallback": {
            "failureThreshold": scaling.failure_threshold,
            "replicas": scaling.fallback_replicas,
            "behavior": "currentReplicasIfHigher",
        },
        "advanced": {
            "horizontalPodAutoscalerConfig": {"behavior": behavior(scaling.scale_up, scaling.scale_down)}
        },
        "triggers": _triggers(workload),
    }


def authentication_name(workload: Workload) -> str:
    """Return the name of the TriggerAuthentication for RabbitMQ, which exists only if a trigger needs it."""
    return f"{workload.name}-rabbitmq"


def _triggers(workload: Workload) -> list[dict[str, Any]]:
    """Return the engine's triggers, then the caller's."""
    scaling = workload.args.scaling
    own = [
        PrometheusTrigger(
            name=one.name,
            query=gauge_sum(workload.args.namespace, workload.name, one.metric, one.selector),
            threshold=one.threshold,
        )
        for one in workload.engine.triggers
    ]
    return [
        trigger_spec(one, scaling.prometheus_address, authentication_name(workload))
        for one in (*own, *scaling.triggers)
    ]
