"""How a server is measured and scaled: its PodMonitor and ScaledObject.

Sources: KEDA 2.21 (`keda.sh/v1alpha1`, prometheus scaler) and prometheus-operator 0.93 (`PodMonitor`).
"""

from typing import Any

import pulumi

from components.serving import timing
from components.serving.args import ScalingPolicy
from components.serving.workload import Trigger, Workload


def pod_monitor_spec(workload: Workload) -> dict[str, Any]:
    """Return the PodMonitor's spec. Its `job` label is `<namespace>/<server>`, which `query` selects by."""
    return {
        "selector": {"matchLabels": workload.selector},
        "podMetricsEndpoints": [
            {"port": workload.engine.metrics_port, "path": "/metrics", "interval": "15s"}
        ],
    }


def query(workload: Workload, trigger: Trigger) -> pulumi.Output[str]:
    """Return the PromQL sum of a gauge over all replicas; 0 while none reports it.

    The HPA divides a sum by the replicas, so a threshold is what each one should carry.
    """
    job = pulumi.Output.concat(workload.args.namespace, "/", workload.name)
    return pulumi.Output.concat("sum(", trigger.metric, '{job="', job, '"}) or vector(0)')


def scaled_object_spec(workload: Workload) -> dict[str, Any]:
    """Return the ScaledObject's spec.

    When Prometheus does not answer, KEDA falls back to a fixed number of replicas, never to fewer than run.
    """
    args, scaling = workload.args, workload.args.scaling
    return {
        "scaleTargetRef": {"apiVersion": "apps/v1", "kind": "Deployment", "name": workload.name},
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
            "horizontalPodAutoscalerConfig": {
                "behavior": {"scaleUp": _policy(scaling.scale_up), "scaleDown": _policy(scaling.scale_down)}
            }
        },
        "triggers": [_trigger(workload, trigger) for trigger in workload.engine.triggers],
    }


def _trigger(workload: Workload, trigger: Trigger) -> dict[str, Any]:
    return {
        "type": "prometheus",
        "name": trigger.name,
        "metricType": "AverageValue",
        "metadata": {
            "serverAddress": workload.args.scaling.prometheus_address,
            "query": query(workload, trigger),
            "threshold": f"{trigger.threshold:g}",
            # An empty answer is an error and counts towards the fallback; KEDA would take it for 0.
            "ignoreNullValues": "false",
        },
    }


def _policy(policy: ScalingPolicy) -> dict[str, Any]:
    return {
        "stabilizationWindowSeconds": policy.stabilization_seconds,
        "policies": [{"type": "Percent", "value": policy.percent, "periodSeconds": policy.period_seconds}],
    }
