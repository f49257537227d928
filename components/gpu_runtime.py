"""What makes a GPU node useful: the NVIDIA device plugin and the DCGM exporter."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pulumi
from pulumi_kubernetes.helm.v3 import Release

from catalog.charts import DCGM_EXPORTER, NVIDIA_DEVICE_PLUGIN
from components.gpu_pool_specs import BUILT_IN_PLUGIN, GPU_PRESENT_LABEL
from components.gpu_sharing import GPU_RESOURCE, WHOLE_GPUS, Cut, plugin_configs
from components.helm import install
from components.namespace import namespace

# Any value of the taint, so that a pool may set its own.
_TOLERATIONS = [{"key": GPU_RESOURCE, "operator": "Exists", "effect": "NoSchedule"}]
# The chart's own affinity accepts labels that only Node Feature Discovery sets, which is not installed. Where the
# system has a device plugin of its own, a second one would fight it over the kubelet's socket.
_ON_GPU_NODES = {
    "nodeAffinity": {
        "requiredDuringSchedulingIgnoredDuringExecution": {
            "nodeSelectorTerms": [
                {
                    "matchExpressions": [
                        {"key": GPU_PRESENT_LABEL, "operator": "In", "values": ["true"]},
                        *(
                            {"key": key, "operator": "NotIn", "values": [value]}
                            for key, value in BUILT_IN_PLUGIN.items()
                        ),
                    ]
                }
            ]
        }
    }
}


@dataclass(frozen=True, kw_only=True)
class GpuRuntimeArgs:
    """Where the GPU runtime goes. `metrics` adds a ServiceMonitor and needs prometheus-operator's CRDs.

    `cuts` are how the pools' GPUs are shared: the device plugin takes the one that a node's label names.
    `depends_on` names what must stand first, such as the release that brings those CRDs.
    """

    provider: pulumi.ProviderResource
    namespace: str = NVIDIA_DEVICE_PLUGIN.namespace
    metrics: bool = True
    cuts: Sequence[Cut] = ()
    depends_on: Sequence[pulumi.Resource] = ()


def device_plugin_values(cuts: Sequence[Cut] = ()) -> dict[str, Any]:
    """Return the device plugin's Helm values. Nothing reads GPU Feature Discovery's labels: it stays off."""
    configs = plugin_configs(cuts)
    chosen = {"config": {"map": configs, "default": WHOLE_GPUS}} if configs else {}
    return {
        **chosen,
        "affinity": _ON_GPU_NODES,
        "gfd": {"enabled": False},
        "resources": {
            "requests": {"cpu": "50m", "memory": "64Mi"},
            "limits": {"memory": "128Mi"},
        },
        "tolerations": _TOLERATIONS,
    }


def dcgm_exporter_values(*, metrics: bool) -> dict[str, Any]:
    """Return the DCGM exporter's Helm values; `metrics` turns its ServiceMonitor on.

    Without `honorLabels` Prometheus renames the pod and namespace of each GPU to `exported_pod` and
    `exported_namespace`. The interval is the exporter's own collection interval, 30 seconds.
    """
    return {
        "nodeSelector": {GPU_PRESENT_LABEL: "true"},
        "resources": {
            "requests": {"cpu": "100m", "memory": "128Mi"},
            "limits": {"memory": "512Mi"},
        },
        "serviceMonitor": {"enabled": metrics, "honorLabels": True, "interval": "30s"},
        "tolerations": _TOLERATIONS,
    }


class GpuRuntime(pulumi.ComponentResource):
    """The device plugin and the DCGM exporter on every node labelled `nvidia.com/gpu.present=true`.

    Both read the host's devices, so their namespace is of Pod Security level `privileged`.

        runtime = GpuRuntime("gpu-runtime", GpuRuntimeArgs(provider=cluster.provider))
    """

    namespace: pulumi.Output[str]
    """The namespace of both charts."""

    def __init__(self, name: str, args: GpuRuntimeArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("inference-platform:index:GpuRuntime", name, None, opts)
        child = pulumi.ResourceOptions(parent=self, provider=args.provider, depends_on=list(args.depends_on))
        space = namespace(f"{name}-namespace", named=args.namespace, pod_security="privileged", opts=child)
        self.namespace = space.metadata["name"]
        self.device_plugin = self._device_plugin(name, args, child)
        self.dcgm_exporter = self._dcgm_exporter(name, args, child)
        self.register_outputs({"namespace": self.namespace})

    def _device_plugin(self, name: str, args: GpuRuntimeArgs, child: pulumi.ResourceOptions) -> Release:
        return install(
            f"{name}-device-plugin",
            NVIDIA_DEVICE_PLUGIN,
            namespace=self.namespace,
            values=device_plugin_values(args.cuts),
            release_name=NVIDIA_DEVICE_PLUGIN.name,
            opts=child,
        )

    def _dcgm_exporter(self, name: str, args: GpuRuntimeArgs, child: pulumi.ResourceOptions) -> Release:
        return install(
            f"{name}-dcgm-exporter",
            DCGM_EXPORTER,
            namespace=self.namespace,
            values=dcgm_exporter_values(metrics=args.metrics),
            release_name=DCGM_EXPORTER.name,
            opts=child,
        )
