"""Charts that a replica on several nodes needs: groups of pods, and their network."""

from catalog.charts.model import Chart, Workload, WorkloadKind

LEADER_WORKER_SET = Chart(
    name="oci://registry.k8s.io/lws/charts/lws",
    repository="",
    version="0.10.0",
    namespace="lws-system",
    source="kubernetes-sigs/lws@2026-08-21:charts/lws",
    workloads=(
        Workload(
            name="lws-controller-manager",
            kind=WorkloadKind.DEPLOYMENT,
            replicas_path="replicaCount",
            cpu="1",
            memory="1Gi",
            resources_path="resources",
            tolerations_path="tolerations",
            node_selector_path="nodeSelector",
            affinity_path="affinity",
        ),
    ),
)

EFA_DEVICE_PLUGIN = Chart(
    name="aws-efa-k8s-device-plugin",
    repository="https://aws.github.io/eks-charts",
    version="v0.5.20",
    namespace="efa-runtime",
    source="aws/eks-charts@de5fdc1d:stable/aws-efa-k8s-device-plugin, read 2026-11-24",
    workloads=(
        Workload(
            name="aws-efa-k8s-device-plugin",
            kind=WorkloadKind.DAEMON_SET,
            cpu="10m",
            memory="20Mi",
            resources_path="resources",
            tolerations_path="tolerations",
            node_selector_path="nodeSelector",
        ),
    ),
)
