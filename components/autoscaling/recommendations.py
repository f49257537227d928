"""Recommendations for the requests of model servers, where a stack asks for them."""

from collections.abc import Mapping

import pulumi

from components.autoscaling.vpa import VerticalScaling, VerticalScalingArgs
from components.serving import ModelServer
from components.vertical_pod_autoscaler import VerticalPodAutoscaler, VerticalPodAutoscalerArgs


def recommend(
    servers: Mapping[str, ModelServer],
    namespace: pulumi.Input[str],
    provider: pulumi.ProviderResource,
    child: pulumi.ResourceOptions,
) -> None:
    """Watch what each server uses of CPU and memory, and change nothing: a restart costs minutes."""
    installed = VerticalPodAutoscaler(
        "vertical-pod-autoscaler", VerticalPodAutoscalerArgs(provider=provider), child
    )
    for name, server in servers.items():
        version, kind, target = server.scale_target
        args = VerticalScalingArgs(
            provider=provider,
            namespace=namespace,
            deployment=target,
            api_version=version,
            kind=kind,
            depends_on=[installed],
        )
        VerticalScaling(f"{name}-requests", args, child)
