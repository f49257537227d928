"""The GPU runtime's charts get values that schedule them on GPU nodes, and there only."""

from typing import Any

import pulumi_kubernetes as k8s
import pytest
import yaml

from components.gpu_pool_specs import BUILT_IN_PLUGIN, node_pool_spec
from components.gpu_runtime import GpuRuntime, GpuRuntimeArgs, dcgm_exporter_values, device_plugin_values
from components.gpu_sharing import CONFIG_LABEL, MigCut, SharedCut, Sharing
from tests.components.recorder import Recording, record

RELEASE = "kubernetes:helm.sh/v3:Release"


def _runtime(**changes: Any) -> Recording:
    def program() -> None:
        provider = k8s.Provider("provider", kubeconfig="{}", cluster_identifier="dev")
        GpuRuntime("gpu", GpuRuntimeArgs(provider=provider, **changes))

    return record(program)


def _pool_template() -> dict[str, Any]:
    lifetime = {"expireAfter": "1h", "terminationGracePeriod": "1h"}
    spec = node_pool_spec(
        "l4", requirements=[], labels={}, limits={}, lifetime=lifetime, disruption={}, weight=None
    )
    return spec["template"]


@pytest.mark.parametrize("values", [device_plugin_values(), dcgm_exporter_values(metrics=True)])
def test_the_charts_tolerate_a_pools_taint(values: dict[str, Any]) -> None:
    (taint,) = _pool_template()["spec"]["taints"]
    (toleration,) = values["tolerations"]

    assert toleration == {"key": taint["key"], "operator": "Exists", "effect": taint["effect"]}


def test_the_charts_choose_the_pools_nodes_by_label() -> None:
    labels = _pool_template()["metadata"]["labels"]
    terms = device_plugin_values()["affinity"]["nodeAffinity"][
        "requiredDuringSchedulingIgnoredDuringExecution"
    ]["nodeSelectorTerms"]
    ((wanted, unwanted),) = [term["matchExpressions"] for term in terms]

    assert labels[wanted["key"]] in wanted["values"]
    assert unwanted["operator"] == "NotIn"
    assert {unwanted["key"]: unwanted["values"][0]} == BUILT_IN_PLUGIN
    assert dcgm_exporter_values(metrics=True)["nodeSelector"].items() <= labels.items()


def test_gpu_metrics_keep_the_names_of_the_pods_that_use_the_gpu() -> None:
    monitor = dcgm_exporter_values(metrics=True)["serviceMonitor"]

    assert monitor["enabled"]
    assert monitor["honorLabels"]
    assert not dcgm_exporter_values(metrics=False)["serviceMonitor"]["enabled"]


def test_both_charts_are_pinned_and_go_to_a_namespace_that_allows_host_access() -> None:
    recording = _runtime(namespace="gpu")
    namespace = recording.one("kubernetes:core/v1:Namespace")
    releases = recording.of_type(RELEASE)

    assert namespace.inputs["metadata"]["labels"] == {"pod-security.kubernetes.io/enforce": "privileged"}
    assert {release.inputs["name"] for release in releases} == {"nvidia-device-plugin", "dcgm-exporter"}
    for release in releases:
        assert release.inputs["namespace"] == "gpu"
        assert release.inputs["version"]
        assert recording.depends(release, namespace)


def test_a_nodes_label_names_a_configuration_that_is_there() -> None:
    cuts = [MigCut(profile="3g.40gb", per_gpu=2), SharedCut(strategy=Sharing.MPS, per_gpu=4)]
    config = device_plugin_values(cuts)["config"]
    parsed = {name: yaml.safe_load(text) for name, text in config["map"].items()}

    assert {cut.labels()[CONFIG_LABEL] for cut in cuts} < set(parsed)
    # What nodes without the label get.
    assert parsed[config["default"]] == {"version": "v1", "flags": {"migStrategy": "none"}}


def test_without_a_cut_the_device_plugin_has_no_configurations_to_choose_from() -> None:
    assert "config" not in device_plugin_values()
