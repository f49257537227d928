"""Replicas of a service that needs no GPU of its own to be counted: an HPA, made by hand or by KEDA."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pulumi
from pulumi_kubernetes.apiextensions import CustomResource
from pulumi_kubernetes.autoscaling.v2 import (
    CrossVersionObjectReferenceArgs,
    HorizontalPodAutoscaler,
    HorizontalPodAutoscalerBehaviorArgs,
    HorizontalPodAutoscalerSpecArgs,
    HPAScalingPolicyArgs,
    HPAScalingRulesArgs,
    MetricSpecArgs,
    MetricTargetArgs,
    ResourceMetricSourceArgs,
)
from pulumi_kubernetes.meta.v1 import ObjectMetaArgs

from components.autoscaling.policy import SCALE_DOWN, SCALE_UP, ScalingPolicy, behavior
from components.autoscaling.triggers import PrometheusTrigger, cpu_spec, trigger_spec


@dataclass(frozen=True, kw_only=True)
class HorizontalScalingArgs:
    """How many replicas `deployment` has: `min_replicas` to `max_replicas`.

    `cpu_percent` is the share of its CPU requests that pods should use; None leaves CPU alone. `triggers` are
    what Prometheus measures besides, at `prometheus_address`. With triggers KEDA must stand: name it in
    `depends_on`, and the Deployment's `replicas` must not be set anywhere.
    """

    provider: pulumi.ProviderResource
    namespace: pulumi.Input[str]
    deployment: pulumi.Input[str]
    min_replicas: int
    max_replicas: int
    cpu_percent: int | None = 70
    triggers: Sequence[PrometheusTrigger] = ()
    prometheus_address: pulumi.Input[str] | None = None
    scale_up: ScalingPolicy = SCALE_UP
    scale_down: ScalingPolicy = SCALE_DOWN
    depends_on: Sequence[pulumi.Resource] = ()

    def __post_init__(self) -> None:
        """Raise ValueError for numbers no HPA takes, or for nothing to scale on."""
        if not 1 <= self.min_replicas <= self.max_replicas:
            raise ValueError(
                f"min_replicas: {self.min_replicas} must be from 1 to max_replicas ({self.max_replicas})"
            )
        if self.cpu_percent is None and not self.triggers:
            raise ValueError("cpu_percent: is None and there are no triggers: nothing to scale on; set one")
        if self.triggers and self.prometheus_address is None:
            raise ValueError("prometheus_address: is missing, and triggers are asked of it; set it")


def gpu_utilization(namespace: str, deployment: str, *, percent: float = 80) -> PrometheusTrigger:
    """Return the trigger that keeps a service's GPUs at `percent`, as the DCGM exporter measures them.

    Resource metrics know CPU and memory only: an HPA on `nvidia.com/gpu` never gets a value. A GPU that is cut
    into MIG slices has no such gauge.
    """
    gauge = f'DCGM_FI_DEV_GPU_UTIL{{namespace="{namespace}",pod=~"{deployment}-.+"}}'
    return PrometheusTrigger(name="gpu-utilization", query=f"sum({gauge}) or vector(0)", threshold=percent)


def requests_per_second(counter: str, *, each: float = 100) -> PrometheusTrigger:
    """Return the trigger for `each` requests a second and replica; `counter` is a PromQL selector."""
    query = f"sum(rate({counter}[1m])) or vector(0)"
    return PrometheusTrigger(name="requests-per-second", query=query, threshold=each)


class HorizontalScaling(pulumi.ComponentResource):
    """One HPA for a Deployment, whatever it scales on: two of them would fight.

    On CPU alone it is a plain HorizontalPodAutoscaler. What else it scales on comes from the one server of
    external metrics that a cluster can have, which is KEDA's: then it is a ScaledObject, with CPU among its
    triggers, and KEDA makes the HPA.

        HorizontalScaling("api", HorizontalScalingArgs(
            provider=cluster.provider,
            namespace="apps",
            deployment="api",
            min_replicas=2,
            max_replicas=20,
            triggers=[requests_per_second('http_requests_total{job="apps/api"}')],
            prometheus_address=monitoring.prometheus_address,
            depends_on=[keda],
        ))
    """

    hpa_name: pulumi.Output[str]
    """Name of the HorizontalPodAutoscaler."""

    def __init__(
        self, name: str, args: HorizontalScalingArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("inference-platform:index:HorizontalScaling", name, None, opts)
        child = pulumi.ResourceOptions(parent=self, provider=args.provider, depends_on=list(args.depends_on))
        metadata = ObjectMetaArgs(name=name, namespace=args.namespace)
        if args.triggers:
            CustomResource(
                f"{name}-scaled-object",
                api_version="keda.sh/v1alpha1",
                kind="ScaledObject",
                metadata=metadata,
                spec=scaled_object_spec(args),
                opts=child,
            )
        else:
            HorizontalPodAutoscaler(f"{name}-hpa", metadata=metadata, spec=hpa_spec(args), opts=child)
        self.hpa_name = pulumi.Output.from_input(f"keda-hpa-{name}" if args.triggers else name)
        self.register_outputs({"hpa_name": self.hpa_name})


def hpa_spec(args: HorizontalScalingArgs) -> HorizontalPodAutoscalerSpecArgs:
    """Return the spec of a plain HPA."""
    target = MetricTargetArgs(type="Utilization", average_utilization=args.cpu_percent)
    cpu = ResourceMetricSourceArgs(name="cpu", target=target)
    return HorizontalPodAutoscalerSpecArgs(
        scale_target_ref=CrossVersionObjectReferenceArgs(
            api_version="apps/v1", kind="Deployment", name=args.deployment
        ),
        min_replicas=args.min_replicas,
        max_replicas=args.max_replicas,
        metrics=[MetricSpecArgs(type="Resource", resource=cpu)],
        behavior=HorizontalPodAutoscalerBehaviorArgs(
            scale_up=_rules(args.scale_up), scale_down=_rules(args.scale_down)
        ),
    )


def _rules(policy: ScalingPolicy) -> HPAScalingRulesArgs:
    return HPAScalingRulesArgs(
        stabilization_window_seconds=policy.stabilization_seconds,
        select_policy="Max",
        policies=[
            HPAScalingPolicyArgs(type=kind, value=value, period_seconds=policy.period_seconds)
            for kind, value in policy.amounts()
        ],
    )


def scaled_object_spec(args: HorizontalScalingArgs) -> dict[str, Any]:
    """Return the spec of the ScaledObject that KEDA makes the HPA from."""
    address = args.prometheus_address or ""
    cpu = [] if args.cpu_percent is None else [cpu_spec("cpu", args.cpu_percent)]
    return {
        "scaleTargetRef": {"apiVersion": "apps/v1", "kind": "Deployment", "name": args.deployment},
        "minReplicaCount": args.min_replicas,
        "maxReplicaCount": args.max_replicas,
        "pollingInterval": 15,
        "fallback": {
            "failureThreshold": 3,
            "replicas": args.min_replicas,
            "behavior": "currentReplicasIfHigher",
        },
        "advanced": {"horizontalPodAutoscalerConfig": {"behavior": behavior(args.scale_up, args.scale_down)}},
        "triggers": [*cpu, *(trigger_spec(one, address, "") for one in args.triggers)],
    }
