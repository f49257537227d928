"""Charts at the edge: cert-manager and Envoy Gateway."""

from catalog.charts.model import Chart, Workload, WorkloadKind

CERT_MANAGER = Chart(
    name="oci://quay.io/jetstack/charts/cert-manager",
    repository="",
    version="v1.21.2",
    namespace="cert-manager",
    source="cert-manager v1.21.2 README (Go module), 2026-09",
    workloads=(
        Workload(
            name="cert-manager",
            kind=WorkloadKind.DEPLOYMENT,
            replicas_path="replicaCount",
            resources_path="resources",
            tolerations_path="tolerations",
            node_selector_path="nodeSelector",
        ),
        Workload(
            name="cert-manager-webhook",
            kind=WorkloadKind.DEPLOYMENT,
            replicas_path="webhook.replicaCount",
            resources_path="webhook.resources",
            tolerations_path="webhook.tolerations",
            node_selector_path="webhook.nodeSelector",
        ),
        Workload(
            name="cert-manager-cainjector",
            kind=WorkloadKind.DEPLOYMENT,
            replicas_path="cainjector.replicaCount",
            resources_path="cainjector.resources",
            tolerations_path="cainjector.tolerations",
            node_selector_path="cainjector.nodeSelector",
        ),
    ),
)

ENVOY_GATEWAY_CRDS = Chart(
    name="oci://docker.io/envoyproxy/gateway-crds-helm",
    repository="",
    version="v1.9.1",
    namespace="envoy-gateway-system",
    source="envoyproxy/gateway site/content/en/latest/install, 2026-08-28",
)

ENVOY_GATEWAY = Chart(
    name="oci://docker.io/envoyproxy/gateway-helm",
    repository="",
    version="v1.9.1",
    namespace="envoy-gateway-system",
    source="envoyproxy/gateway site/content/en/latest/install, 2026-08-28",
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
