"""Helm charts the platform installs, at pinned versions, and the pods they bring."""

from catalog.charts.data import CLOUDNATIVE_PG, QDRANT, VALKEY
from catalog.charts.edge import CERT_MANAGER, ENVOY_GATEWAY
from catalog.charts.model import Chart, Workload, WorkloadKind
from catalog.charts.multinode import EFA_DEVICE_PLUGIN, LEADER_WORKER_SET
from catalog.charts.nodes import DCGM_EXPORTER, KARPENTER, KARPENTER_CRD, NVIDIA_DEVICE_PLUGIN
from catalog.charts.scaling import KEDA, KUBE_PROMETHEUS_STACK, VERTICAL_POD_AUTOSCALER

CHARTS: tuple[Chart, ...] = (
    KARPENTER_CRD,
    KARPENTER,
    NVIDIA_DEVICE_PLUGIN,
    DCGM_EXPORTER,
    LEADER_WORKER_SET,
    EFA_DEVICE_PLUGIN,
    KEDA,
    VERTICAL_POD_AUTOSCALER,
    KUBE_PROMETHEUS_STACK,
    CERT_MANAGER,
    ENVOY_GATEWAY,
    CLOUDNATIVE_PG,
    VALKEY,
    QDRANT,
)

__all__ = [
    "CERT_MANAGER",
    "CHARTS",
    "CLOUDNATIVE_PG",
    "DCGM_EXPORTER",
    "EFA_DEVICE_PLUGIN",
    "ENVOY_GATEWAY",
    "KARPENTER",
    "KARPENTER_CRD",
    "KEDA",
    "KUBE_PROMETHEUS_STACK",
    "LEADER_WORKER_SET",
    "NVIDIA_DEVICE_PLUGIN",
    "QDRANT",
    "VALKEY",
    "VERTICAL_POD_AUTOSCALER",
    "Chart",
    "Workload",
    "WorkloadKind",
]
