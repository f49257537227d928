"""Charts at the edge: cert-manager and Envoy Gateway."""

from catalog.charts.model import Chart, Workload, WorkloadKind

CERT_MANAGER = Chart(
    name="oci://quay.io/jetstack/charts/cert-manager",
    repository="",
    version="v1.21.2",
    namespace="cert-manager",
    source="cert-manager v1.21.2 (Go module): deploy/charts/cert-manager",
    workloads=(
        Workload(
            name="cert-manager",
            kind=WorkloadKind.DEPLOYMENT,
            replicas_path="replicaCount",
            resources_path="resources",
            tolerations_path="tolerations",
            node_selector_path="nodeSelector",
            affinity_path="affinity",
        ),
        Workload(
            name="cert-manager-webhook",
            kind=WorkloadKind.DEPLOYMENT,
            replicas_path="webhook.replicaCount",
            resources_path="webhook.resources",
            tolerations_path="webhook.tolerations",
            node_selector_path="webhook.nodeSelector",
            affinity_path="webhook.affinity",
        ),
        Workload(
            name="cert-manager-cainjector",
            kind=WorkloadKind.DEPLOYMENT,
            replicas_path="cainjector.replicaCount",
            resources_path="cainjector.resources",
            tolerations_path="cainjector.tolerations",
            node_selector_path="cainjector.nodeSelector",
            affinity_path="cainjector.affinity",
        ),
    ),
)

# Its CRDs come with it, from Helm's crds folder. The chart gateway-crds-helm has them as templates and cannot
# be installed: the release outgrows the 1 MiB of a Secret (its README says so).
ENVOY_GATEWAY = Chart(
    name="oci://docker.io/envoyproxy/gateway-helm",
    repository="",
    version="v1.9.1",
    namespace="envoy-gateway-system",
    source="envoyproxy/gateway v1.9.1 (Go module): charts/gateway-helm",
    workloads=(
        Workload(
            name="envoy-gateway",
            kind=WorkloadKind.DEPLOYMENT,
            replicas_path="deployment.replicas",
            cpu="100m",
            memory="256Mi",
            resources_path="deployment.envoyGateway.resources",
            tolerations_path="deployment.pod.tolerations",
            node_selector_path="deployment.pod.nodeSelector",
            affinity_path="deployment.pod.affinity",
        ),
    ),
)
