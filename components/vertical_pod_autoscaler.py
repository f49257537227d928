"""The Vertical Pod Autoscaler: recommends requests, and changes them where asked to."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pulumi
from pulumi_kubernetes.helm.v3 import Release

from catalog.charts import VERTICAL_POD_AUTOSCALER
from components.helm import install
from components.namespace import namespace

_RESOURCES = {"requests": {"cpu": "50m", "memory": "128Mi"}, "limits": {"memory": "500Mi"}}
# The chart leaves these out; the restricted Pod Security standard wants them.
_POD = {"runAsNonRoot": True, "runAsUser": 65534, "seccompProfile": {"type": "RuntimeDefault"}}
_CONTAINER = {
    "allowPrivilegeEscalation": False,
    "capabilities": {"drop": ["ALL"]},
    "readOnlyRootFilesystem": True,
}


@dataclass(frozen=True, kw_only=True)
class VerticalPodAutoscalerArgs:
    """Where it goes. `updates` installs what changes pods, too: without it there are only recommendations.

    `depends_on` names what must stand first: nodes, and metrics-server, which it learns from.
    """

    provider: pulumi.ProviderResource
    namespace: str = VERTICAL_POD_AUTOSCALER.namespace
    updates: bool = False
    depends_on: Sequence[pulumi.Resource] = ()


def vpa_values(*, updates: bool) -> dict[str, Any]:
    """Return the chart's Helm values. One of each: while it restarts, pods keep the requests they have."""
    part = {"replicas": 1, "resources": _RESOURCES, "podDisruptionBudget": {"enabled": False}}
    return {
        # The chart would leave its CRDs behind; what uses them goes before the release.
        "crds": {"enabled": True, "keep": False},
        "podSecurityContext": _POD,
        "containerSecurityContext": _CONTAINER,
        "recommender": part,
        "updater": {**part, "enabled": updates},
        "admissionController": {**part, "enabled": updates},
    }


class VerticalPodAutoscaler(pulumi.ComponentResource):
    """The VPA's chart in a namespace of its own. Its CRDs are templates, so they come and go with it.

    What makes VerticalPodAutoscaler objects depends on the component.

        vpa = VerticalPodAutoscaler("vertical-pod-autoscaler", VerticalPodAutoscalerArgs(
            provider=cluster.provider,
        ))
    """

    namespace: pulumi.Output[str]
    """The namespace of the recommender."""

    def __init__(
        self, name: str, args: VerticalPodAutoscalerArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("inference-platform:index:VerticalPodAutoscaler", name, None, opts)
        child = pulumi.ResourceOptions(parent=self, provider=args.provider, depends_on=list(args.depends_on))
        space = namespace(f"{name}-namespace", named=args.namespace, pod_security="restricted", opts=child)
        self.namespace = space.metadata["name"]
        self.release = self._release(name, args, child)
        self.register_outputs({"namespace": self.namespace})

    def _release(self, name: str, args: VerticalPodAutoscalerArgs, child: pulumi.ResourceOptions) -> Release:
        return install(
            f"{name}-release",
            VERTICAL_POD_AUTOSCALER,
            namespace=self.namespace,
            values=vpa_values(updates=args.updates),
            release_name=VERTICAL_POD_AUTOSCALER.name,
            opts=child,
        )
