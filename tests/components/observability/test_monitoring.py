"""Monitoring: everyone's monitors are taken up, volumes are bounded, Grafana has a password of its own."""

import pulumi_kubernetes as k8s
import pytest

from components.observability.monitoring import Monitoring, MonitoringArgs
from tests.components.answers import PASSWORD
from tests.components.recorder import Recording, record

RELEASE = "kubernetes:helm.sh/v3:Release"


@pytest.fixture(scope="module")
def recording() -> Recording:
    def program() -> None:
        provider = k8s.Provider("provider", kubeconfig="{}")
        args = MonitoringArgs(provider=provider, storage_class="gp3", retention_days=30, storage_gib=100)
        Monitoring("watch", args)

    return record(program)


def test_prometheus_takes_up_monitors_of_every_release(recording: Recording) -> None:
    spec = recording.one(RELEASE).inputs["values"]["prometheus"]["prometheusSpec"]

    for kind in ("serviceMonitor", "podMonitor", "rule", "probe", "scrapeConfig"):
        assert spec[f"{kind}SelectorNilUsesHelmValues"] is False


def test_prometheus_forgets_before_its_disk_is_full(recording: Recording) -> None:
    spec = recording.one(RELEASE).inputs["values"]["prometheus"]["prometheusSpec"]
    claim = spec["storageSpec"]["volumeClaimTemplate"]["spec"]

    assert spec["retention"] == "30d"
    assert claim["resources"]["requests"]["storage"] == "100Gi"
    assert int(spec["retentionSize"].removesuffix("MiB")) == 87040


def test_grafana_has_a_random_password_from_a_secret(recording: Recording) -> None:
    admin = recording.one(RELEASE).inputs["values"]["grafana"]["admin"]
    secret = recording.one("kubernetes:core/v1:Secret").inputs

    assert admin["existingSecret"] == secret["metadata"]["name"]
    assert secret["stringData"][admin["userKey"]] == "admin"
    assert secret["stringData"][admin["passwordKey"]] == PASSWORD


def test_outputs_name_prometheus_and_hide_the_password(recording: Recording) -> None:
    component = recording.one("inference-platform:index:Monitoring")

    assert recording.registered_outputs[component.urn] == {
        "namespace": "monitoring",
        "prometheus_address": "http://kube-prometheus-stack-prometheus.monitoring.svc:9090",
        "grafana_password": PASSWORD,
    }
    assert recording.secret_outputs[component.urn] == {"grafana_password"}


def test_the_node_exporter_may_stand_on_gpu_nodes(recording: Recording) -> None:
    labels = recording.one("kubernetes:core/v1:Namespace").inputs["metadata"]["labels"]
    exporter = recording.one(RELEASE).inputs["values"]["prometheus-node-exporter"]

    assert labels["pod-security.kubernetes.io/enforce"] == "privileged"
    assert exporter["tolerations"] == [{"operator": "Exists"}]


def test_nothing_watches_what_eks_hides(recording: Recording) -> None:
    values = recording.one(RELEASE).inputs["values"]

    for component in ("kubeControllerManager", "kubeEtcd", "kubeProxy", "kubeScheduler"):
        assert values[component] == {"enabled": False}
