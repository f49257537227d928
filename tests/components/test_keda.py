"""KEDA is installed with requests, with its CRDs, and complaining about misspelt triggers."""

from typing import Any

import pulumi_kubernetes as k8s
import pytest

from catalog.charts import KEDA
from components.keda import Keda, KedaArgs, keda_values
from tests.components.recorder import record


def _at(values: Any, path: str) -> Any:
    for key in path.split("."):
        values = values[key]
    return values


@pytest.mark.parametrize("workload", KEDA.workloads, ids=lambda workload: workload.name)
def test_every_pod_of_the_chart_has_requests_and_replicas(workload: Any) -> None:
    values = keda_values(2)

    assert _at(values, workload.resources_path)["requests"].keys() == {"cpu", "memory"}
    assert _at(values, workload.replicas_path) == 2


def test_a_fail_over_keeps_one_of_each_running() -> None:
    assert "podDisruptionBudget" not in keda_values(1)
    assert keda_values(2)["podDisruptionBudget"]["operator"] == {"maxUnavailable": 1}


def test_the_release_brings_its_crds_into_a_restricted_namespace() -> None:
    def program() -> None:
        provider = k8s.Provider("provider", kubeconfig="{}", cluster_identifier="dev")
        Keda("keda", KedaArgs(provider=provider))

    recording = record(program)
    namespace = recording.one("kubernetes:core/v1:Namespace")
    release = recording.one("kubernetes:helm.sh/v3:Release")

    assert namespace.inputs["metadata"]["labels"] == {"pod-security.kubernetes.io/enforce": "restricted"}
    assert release.inputs["values"]["crds"] == {"install": True}
    assert release.inputs["values"]["env"] == [
        {"name": "KEDA_CHECK_UNEXPECTED_SCALERS_PARAMS", "value": "enabled"}
    ]
    assert release.inputs["namespace"] == "keda"
    assert recording.registered_outputs[recording.one("inference-platform:index:Keda").urn] == {
        "namespace": "keda"
    }
