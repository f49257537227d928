"""What replicas on several nodes need: LeaderWorkerSet, and the device plugin of their network, EFA."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pulumi

from catalog.charts import EFA_DEVICE_PLUGIN, LEADER_WORKER_SET
from catalog.efa import EFA_INTERFACES
from components.gpu_pool_specs import GPU_PRESENT_LABEL, GPU_RESOURCE
from components.helm import install
from components.namespace import namespace

_SMALL = {"requests": {"cpu": "100m", "memory": "256Mi"}, "limits": {"memory": "1Gi"}}


@dataclass(frozen=True, kw_only=True)
class MultiNodeArgs:
    """How many controllers stand by; one at a time is active. `depends_on` names what must stand first."""

    provider: pulumi.ProviderResource
    replicas: int = 2
    depends_on: Sequence[pulumi.Resource] = ()


def leader_worker_set_values(replicas: int) -> dict[str, Any]:
    """Return the LeaderWorkerSet chart's Helm values. Its webhooks bring certificates of their own."""
    return {"replicaCount": replicas, "resources": _SMALL}


def efa_values() -> dict[str, Any]:
    """Return the EFA plugin's Helm values: GPU nodes of the types that have it, whatever their taint."""
    return {
        "supportedInstanceLabels": {
            "keys": ["node.kubernetes.io/instance-type"],
            "values": list(EFA_INTERFACES),
        },
        "nodeSelector": {GPU_PRESENT_LABEL: "true"},
        "resources": {"requests": {"cpu": "10m", "memory": "20Mi"}, "limits": {"memory": "64Mi"}},
        "tolerations": [{"key": GPU_RESOURCE, "operator": "Exists", "effect": "NoSchedule"}],
    }


class MultiNode(pulumi.ComponentResource):
    """The LeaderWorkerSet operator, and the EFA device plugin on every GPU node that has EFA.

    What makes LeaderWorkerSets depends on it: then their pods are gone before the operator is.

        multi_node = MultiNode("multi-node", MultiNodeArgs(provider=cluster.provider))
    """

    namespace: pulumi.Output[str]
    """The namespace of the operator."""

    def __init__(self, name: str, args: MultiNodeArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("inference-platform:index:MultiNode", name, None, opts)
        child = pulumi.ResourceOptions(parent=self, provider=args.provider, depends_on=list(args.depends_on))
        self.namespace = self._operator(name, args, child)
        self._device_plugin(name, child)
        self.register_outputs({"namespace": self.namespace})

    def _operator(self, name: str, args: MultiNodeArgs, child: pulumi.ResourceOptions) -> pulumi.Output[str]:
        chart = LEADER_WORKER_SET
        space = namespace(f"{name}-namespace", named=chart.namespace, pod_security="baseline", opts=child)
        install(
            f"{name}-leader-worker-set",
            chart,
            namespace=space.metadata["name"],
            values=leader_worker_set_values(args.replicas),
            release_name="lws",
            opts=child,
        )
        return space.metadata["name"]

    def _device_plugin(self, name: str, child: pulumi.ResourceOptions) -> None:
        # It is on the host's network and reads the host's devices.
        chart = EFA_DEVICE_PLUGIN
        space = namespace(
            f"{name}-efa-namespace", named=chart.namespace, pod_security="privileged", opts=child
        )
        install(
            f"{name}-efa-device-plugin",
            chart,
            namespace=space.metadata["name"],
            values=efa_values(),
            release_name=chart.name,
            opts=child,
        )
