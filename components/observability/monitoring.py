"""Prometheus, Alertmanager and Grafana."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pulumi

from catalog.charts import KUBE_PROMETHEUS_STACK
from components import credentials
from components.helm import install
from components.namespace import namespace

_ADMIN = "admin"
_SMALL = {"requests": {"cpu": "20m", "memory": "64Mi"}, "limits": {"memory": "256Mi"}}
_OPERATOR = {"requests": {"cpu": "50m", "memory": "128Mi"}, "limits": {"memory": "512Mi"}}
_GRAFANA = {"requests": {"cpu": "50m", "memory": "256Mi"}, "limits": {"memory": "512Mi"}}
# Prometheus stops writing when its disk is full; it forgets the oldest data before that.
_DISK_SHARE = 0.85
# EKS runs these itself and shows no metrics; the alerts on their absence would never stop.
_ABSENT_ON_EKS = ("kubeControllerManager", "kubeEtcd", "kubeProxy", "kubeScheduler")
_SELECTORS = ("podMonitor", "probe", "rule", "scrapeConfig", "serviceMonitor")


@dataclass(frozen=True, kw_only=True)
class MonitoringArgs:
    """How long metrics are kept, and what Prometheus may use. `cpu` is a Kubernetes quantity.

    Metrics go after `retention_days`, or earlier when 85% of `storage_gib` are full.
    """

    provider: pulumi.ProviderResource
    storage_class: pulumi.Input[str]
    namespace: str = KUBE_PROMETHEUS_STACK.namespace
    retention_days: int = 15
    storage_gib: int = 50
    cpu: str = "500m"
    memory_mib: int = 2048
    depends_on: Sequence[pulumi.Resource] = ()


def _volume(storage_class: pulumi.Input[str], gib: int) -> dict[str, Any]:
    return {
        "volumeClaimTemplate": {
            "spec": {
                "storageClassName": storage_class,
                "accessModes": ["ReadWriteOnce"],
                "resources": {"requests": {"storage": f"{gib}Gi"}},
            }
        }
    }


def _prometheus_spec(args: MonitoringArgs) -> dict[str, Any]:
    memory = f"{args.memory_mib}Mi"
    # Without these Prometheus sees only the monitors that this very release made.
    everyone = {f"{kind}SelectorNilUsesHelmValues": False for kind in _SELECTORS}
    return {
        **everyone,
        "retention": f"{args.retention_days}d",
        "retentionSize": f"{int(args.storage_gib * _DISK_SHARE * 1024)}MiB",
        "resources": {"requests": {"cpu": args.cpu, "memory": memory}, "limits": {"memory": memory}},
        "storageSpec": _volume(args.storage_class, args.storage_gib),
    }


def monitoring_values(args: MonitoringArgs, admin_secret: pulumi.Input[str]) -> dict[str, Any]:
    """Return the chart's Helm values. They name the Secret with Grafana's password, and never hold it."""
    admin = {"existingSecret": admin_secret, "userKey": "username", "passwordKey": "password"}
    return {
        **{component: {"enabled": False} for component in _ABSENT_ON_EKS},
        "prometheusOperator": {
            "resources": _OPERATOR,
            "prometheusConfigReloader": {"resources": _SMALL},
            "admissionWebhooks": {"patch": {"resources": _SMALL}},
        },
        "prometheus": {"prometheusSpec": _prometheus_spec(args)},
        "alertmanager": {
            "alertmanagerSpec": {"resources": _SMALL, "storage": _volume(args.storage_class, 2)}
        },
        "grafana": {"admin": admin, "resources": _GRAFANA, "sidecar": {"resources": _SMALL}},
        "kube-state-metrics": {"resources": _SMALL},
        "prometheus-node-exporter": {
            "resources": _SMALL,
            # GPU nodes are tainted, and are the ones to watch.
            "tolerations": [{"operator": "Exists"}],
        },
    }


class Monitoring(pulumi.ComponentResource):
    """kube-prometheus-stack: Prometheus with a volume, Alertmanager, Grafana, node and cluster metrics.

    Prometheus takes up monitors and rules of all namespaces. The chart's CRDs stay when it goes; Helm never
    changes them, so a new chart version needs its `crds` applied by hand first.
    Grafana is reached with `kubectl port-forward`, as the user `admin`.

        monitoring = Monitoring("monitoring", MonitoringArgs(
            provider=cluster.provider,
            storage_class="gp3",
        ))
        pulumi.export("prometheus", monitoring.prometheus_address)
    """

    namespace: pulumi.Output[str]
    """Namespace of everything here."""
    prometheus_address: pulumi.Output[str]
    """URL of Prometheus for pods, such as KEDA's."""
    grafana_password: pulumi.Output[str]
    """Password of Grafana's user `admin`; a secret."""

    def __init__(self, name: str, args: MonitoringArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("inference-platform:index:Monitoring", name, None, opts)
        child = pulumi.ResourceOptions(parent=self, provider=args.provider, depends_on=list(args.depends_on))
        # The node exporter reads the host's own files, processes and network.
        space = namespace(f"{name}-namespace", named=args.namespace, pod_security="privileged", opts=child)
        self.namespace = space.metadata["name"]
        self.grafana_password = credentials.password(
            f"{name}-grafana-password", pulumi.ResourceOptions(parent=self)
        )
        self._release(name, args, child)
        self.prometheus_address = pulumi.Output.format(
            "http://{0}-prometheus.{1}.svc:9090", KUBE_PROMETHEUS_STACK.name, self.namespace
        )
        self.register_outputs(
            {
                "namespace": self.namespace,
                "prometheus_address": self.prometheus_address,
                "grafana_password": self.grafana_password,
            }
        )

    def _release(self, name: str, args: MonitoringArgs, child: pulumi.ResourceOptions) -> None:
        admin = credentials.secret(
            f"{name}-grafana-admin",
            {"username": pulumi.Output.from_input(_ADMIN), "password": self.grafana_password},
            namespace=self.namespace,
            opts=child,
        )
        install(
            f"{name}-release",
            KUBE_PROMETHEUS_STACK,
            namespace=self.namespace,
            values=monitoring_values(args, admin.metadata["name"]),
            release_name=KUBE_PROMETHEUS_STACK.name,
            opts=child,
        )
