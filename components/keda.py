"""KEDA: scales workloads on what their metrics say."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pulumi
from pulumi_kubernetes.helm.v3 import Release

from catalog.charts import KEDA
from components.helm import install
from components.namespace import namespace

# Requests are the chart's own; the operator's limit grows with the number of ScaledObjects it watches.
_RESOURCES = {"requests": {"cpu": "100m", "memory": "128Mi"}, "limits": {"memory": "1000Mi"}}


@dataclass(frozen=True, kw_only=True)
class KedaArgs:
    """Where KEDA goes. More `replicas` shorten a fail-over; one at a time is active.

    `depends_on` names what must stand first, such as the nodes it runs on.
    """

    provider: pulumi.ProviderResource
    namespace: str = KEDA.namespace
    replicas: int = 1
    depends_on: Sequence[pulumi.Resource] = ()


def keda_values(replicas: int) -> dict[str, Any]:
    """Return the chart's Helm values."""
    values: dict[str, Any] = {
        "crds": {"install": True},
        "operator": {"replicaCount": replicas},
        "metricsServer": {"replicaCount": replicas},
        "webhooks": {"replicaCount": replicas},
        "resources": {"operator": _RESOURCES, "metricServer": _RESOURCES, "webhooks": _RESOURCES},
        # KEDA ignores a misspelt trigger parameter; with this it says so in an event.
        "env": [{"name": "KEDA_CHECK_UNEXPECTED_SCALERS_PARAMS", "value": "enabled"}],
    }
    if replicas > 1:
        budget = {"maxUnavailable": 1}
        values["podDisruptionBudget"] = {"operator": budget, "metricServer": budget, "webhooks": budget}
    return values


class Keda(pulumi.ComponentResource):
    """The KEDA chart in a namespace of its own. Its CRDs are templates, so they come and go with it.

    What makes ScaledObjects depends on the component, or `release`: then their finalizers are run before
    the operator goes.

        keda = Keda("keda", KedaArgs(provider=cluster.provider))
    """

    namespace: pulumi.Output[str]
    """The namespace of the operator and its metrics server."""

    def __init__(self, name: str, args: KedaArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("inference-platform:index:Keda", name, None, opts)
        child = pulumi.ResourceOptions(parent=self, provider=args.provider, depends_on=list(args.depends_on))
        space = namespace(f"{name}-namespace", named=args.namespace, pod_security="restricted", opts=child)
        self.namespace = space.metadata["name"]
        self.release = self._release(name, args, child)
        self.register_outputs({"namespace": self.namespace})

    def _release(self, name: str, args: KedaArgs, child: pulumi.ResourceOptions) -> Release:
        return install(
            f"{name}-release",
            KEDA,
            namespace=self.namespace,
            values=keda_values(args.replicas),
            release_name=KEDA.name,
            opts=child,
        )
