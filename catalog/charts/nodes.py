"""Charts that make and manage nodes: Karpenter and the NVIDIA runtime."""

from catalog.charts.model import Chart, Workload, WorkloadKind

KARPENTER_CRD = Chart(
    name="oci://public.ecr.aws/karpenter/karpenter-crd",
    repository="",
    version="1.14.1",
    namespace="kube-system",
    source="aws/karpenter-provider-aws@2026-08-21:charts/karpenter-crd",
)

KARPENTER = Chart(
    name="oci://public.ecr.aws/karpenter/karpenter",
    repository="",
    version="1.14.1",
    namespace="kube-system",
    source="aws/karpenter-provider-aws@2026-08-21:charts/karpenter",
    workloads=(
        Workload(
            name="karpenter",
            kind=WorkloadKind.DEPLOYMENT,
            replicas=2,
            replicas_path="replicas",
            resources_path="controller.resources",
            tolerations_path="tolerations",
            node_selector_path="nodeSelector",
            affinity_path="affinity",
        ),
    ),
)

NVIDIA_DEVICE_PLUGIN = Chart(
    name="nvidia-device-plugin",
    repository="https://nvidia.github.io/k8s-device-plugin",
    version="0.20.0",
    namespace="gpu-runtime",
    source="NVIDIA/k8s-device-plugin@2026-08-19:deployments/helm/nvidia-device-plugin",
    workloads=(
        Workload(
            name="nvidia-device-plugin",
            kind=WorkloadKind.DAEMON_SET,
            resources_path="resources",
            tolerations_path="tolerations",
            node_selector_path="nodeSelector",
            affinity_path="affinity",
        ),
    ),
)

DCGM_EXPORTER = Chart(
    name="dcgm-exporter",
    repository="https://nvidia.github.io/dcgm-exporter/helm-charts",
    version="4.8.2",
    namespace="gpu-runtime",
    source="NVIDIA/dcgm-exporter@2026-05-12:deployment/values.yaml",
    workloads=(
        Workload(
            name="dcgm-exporter",
            kind=WorkloadKind.DAEMON_SET,
            cpu="100m",
            memory="128Mi",
            resources_path="resources",
            tolerations_path="tolerations",
            node_selector_path="nodeSelector",
            affinity_path="affinity",
        ),
    ),
)
