"""Charts that scale and observe: KEDA, the Vertical Pod Autoscaler and kube-prometheus-stack."""

from catalog.charts.model import Chart, Workload, WorkloadKind

KEDA = Chart(
    name="keda",
    repository="https://kedacore.github.io/charts",
    version="2.20.2",
    namespace="keda",
    source="kedacore/charts@2026-08-13:keda/Chart.yaml",
    workloads=(
        Workload(
            name="keda-operator",
            kind=WorkloadKind.DEPLOYMENT,
            replicas_path="operator.replicaCount",
            cpu="100m",
            memory="100Mi",
            resources_path="resources.operator",
            tolerations_path="tolerations",
            node_selector_path="nodeSelector",
        ),
        Workload(
            name="keda-operator-metrics-apiserver",
            kind=WorkloadKind.DEPLOYMENT,
            replicas_path="metricsServer.replicaCount",
            cpu="100m",
            memory="100Mi",
            resources_path="resources.metricServer",
            tolerations_path="tolerations",
            node_selector_path="nodeSelector",
        ),
        Workload(
            name="keda-admission-webhooks",
            kind=WorkloadKind.DEPLOYMENT,
            replicas_path="webhooks.replicaCount",
            cpu="100m",
            memory="100Mi",
            resources_path="resources.webhooks",
            tolerations_path="tolerations",
            node_selector_path="nodeSelector",
            enabled_path="webhooks.enabled",
        ),
    ),
)


def _vpa_part(name: str, key: str) -> Workload:
    return Workload(
        name=f"vertical-pod-autoscaler-{name}",
        kind=WorkloadKind.DEPLOYMENT,
        replicas=2,
        replicas_path=f"{key}.replicas",
        resources_path=f"{key}.resources",
        tolerations_path=f"{key}.tolerations",
        node_selector_path=f"{key}.nodeSelector",
        enabled_path=f"{key}.enabled",
    )


# Its README calls the chart under development; the program in it is 1.8.1, which is not.
VERTICAL_POD_AUTOSCALER = Chart(
    name="vertical-pod-autoscaler",
    repository="https://kubernetes.github.io/autoscaler",
    version="0.13.0",
    namespace="vertical-pod-autoscaler",
    source="charts/vertical-pod-autoscaler in k8s.io/autoscaler/vertical-pod-autoscaler v1.8.1, 2026-10-21",
    workloads=(
        _vpa_part("recommender", "recommender"),
        _vpa_part("updater", "updater"),
        _vpa_part("admission-controller", "admissionController"),
    ),
)

KUBE_PROMETHEUS_STACK = Chart(
    name="kube-prometheus-stack",
    repository="https://prometheus-community.github.io/helm-charts",
    version="88.5.3",
    namespace="monitoring",
    source="prometheus-community/helm-charts@2026-08-22:charts/kube-prometheus-stack",
    workloads=(
        Workload(
            name="kube-prometheus-stack-operator",
            kind=WorkloadKind.DEPLOYMENT,
            resources_path="prometheusOperator.resources",
            tolerations_path="prometheusOperator.tolerations",
            node_selector_path="prometheusOperator.nodeSelector",
        ),
        Workload(
            name="prometheus-kube-prometheus-stack-prometheus",
            kind=WorkloadKind.STATEFUL_SET,
            replicas_path="prometheus.prometheusSpec.replicas",
            resources_path="prometheus.prometheusSpec.resources",
            tolerations_path="prometheus.prometheusSpec.tolerations",
            node_selector_path="prometheus.prometheusSpec.nodeSelector",
        ),
        Workload(
            name="kube-prometheus-stack-grafana",
            kind=WorkloadKind.DEPLOYMENT,
            replicas_path="grafana.replicas",
            resources_path="grafana.resources",
            tolerations_path="grafana.tolerations",
            node_selector_path="grafana.nodeSelector",
            enabled_path="grafana.enabled",
        ),
        Workload(
            name="kube-prometheus-stack-kube-state-metrics",
            kind=WorkloadKind.DEPLOYMENT,
            resources_path="kube-state-metrics.resources",
            tolerations_path="kube-state-metrics.tolerations",
            node_selector_path="kube-state-metrics.nodeSelector",
            enabled_path="kubeStateMetrics.enabled",
        ),
        Workload(
            name="kube-prometheus-stack-prometheus-node-exporter",
            kind=WorkloadKind.DAEMON_SET,
            resources_path="prometheus-node-exporter.resources",
            tolerations_path="prometheus-node-exporter.tolerations",
            enabled_path="nodeExporter.enabled",
        ),
        Workload(
            name="alertmanager-kube-prometheus-stack-alertmanager",
            kind=WorkloadKind.STATEFUL_SET,
            replicas_path="alertmanager.alertmanagerSpec.replicas",
            memory="200Mi",
            resources_path="alertmanager.alertmanagerSpec.resources",
            tolerations_path="alertmanager.alertmanagerSpec.tolerations",
            node_selector_path="alertmanager.alertmanagerSpec.nodeSelector",
            enabled_path="alertmanager.enabled",
        ),
    ),
)
