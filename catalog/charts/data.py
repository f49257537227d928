"""Charts that keep data: CloudNativePG, Valkey and Qdrant."""

from catalog.charts.model import Chart, Workload, WorkloadKind

CLOUDNATIVE_PG = Chart(
    name="cloudnative-pg",
    repository="https://cloudnative-pg.github.io/charts",
    version="0.29.0",
    namespace="cnpg-system",
    source="cloudnative-pg/charts@2026-07-20:charts/cloudnative-pg",
    workloads=(
        Workload(
            name="cloudnative-pg",
            kind=WorkloadKind.DEPLOYMENT,
            replicas_path="replicaCount",
            resources_path="resources",
            tolerations_path="tolerations",
            node_selector_path="nodeSelector",
            affinity_path="affinity",
        ),
    ),
)

VALKEY = Chart(
    name="valkey",
    repository="https://valkey.io/valkey-helm/",
    version="0.11.0",
    namespace="data",
    source="valkey-io/valkey-helm@2026-07-22:valkey",
    workloads=(
        Workload(
            # One Deployment; the StatefulSet is for replicas, which fail over only under Sentinel.
            name="valkey",
            kind=WorkloadKind.DEPLOYMENT,
            resources_path="resources",
            tolerations_path="tolerations",
            node_selector_path="nodeSelector",
            affinity_path="affinity",
        ),
    ),
)

QDRANT = Chart(
    name="qdrant",
    repository="https://qdrant.github.io/qdrant-helm",
    version="1.19.0",
    namespace="data",
    source="qdrant/qdrant-helm@2026-08-21:charts/qdrant",
    workloads=(
        Workload(
            name="qdrant",
            kind=WorkloadKind.STATEFUL_SET,
            replicas_path="replicaCount",
            resources_path="resources",
            tolerations_path="tolerations",
            node_selector_path="nodeSelector",
            affinity_path="affinity",
        ),
    ),
)
