"""Qdrant: an API key from our Secret, volumes, copies."""

from typing import Any

import pulumi_kubernetes as k8s
import pytest

from components.data.qdrant import Qdrant, QdrantArgs
from tests.components.answers import PASSWORD
from tests.components.recorder import Recording, record

RELEASE = "kubernetes:helm.sh/v3:Release"
SECRET = "kubernetes:core/v1:Secret"


def _qdrant(**changes: Any) -> Recording:
    def program() -> None:
        args: dict[str, Any] = {
            "provider": k8s.Provider("provider", kubeconfig="{}"),
            "namespace": "data",
            "app_namespace": "apps",
            "storage_class": "gp3-retain",
            "protect": True,
        }
        Qdrant("vectors", QdrantArgs(**{**args, **changes}))

    return record(program)


def test_the_key_comes_from_our_secret_and_stands_before_the_chart_looks_for_it() -> None:
    recording = _qdrant()
    release, key = recording.one(RELEASE), recording.one(SECRET, "vectors-key")
    reference = release.inputs["values"]["apiKey"]["valueFrom"]["secretKeyRef"]

    assert reference["name"] == key.inputs["metadata"]["name"]
    assert key.inputs["stringData"] == {reference["key"]: PASSWORD}
    assert recording.depends(release, key)


@pytest.mark.parametrize(("replicas", "copies", "budget"), [(1, 1, False), (3, 2, True)])
def test_several_replicas_keep_two_copies(*, replicas: int, copies: int, budget: bool) -> None:
    values = _qdrant(replicas=replicas).one(RELEASE).inputs["values"]

    assert values["config"]["storage"]["collection"]["replication_factor"] == copies
    assert values["podDisruptionBudget"]["enabled"] is budget
    assert values["replicaCount"] == replicas


def test_the_pods_meet_the_restricted_standard() -> None:
    values = _qdrant().one(RELEASE).inputs["values"]

    assert values["updateVolumeFsOwnership"] is False
    assert values["containerSecurityContext"]["capabilities"] == {"drop": ["ALL"]}
    assert values["podSecurityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}


def test_programs_find_host_ports_and_key_in_one_secret() -> None:
    recording = _qdrant()
    component = recording.one("inference-platform:index:Qdrant")
    outputs = recording.registered_outputs[component.urn]

    assert recording.one(SECRET, "vectors-connection").inputs["stringData"] == {
        "host": "qdrant.data.svc",
        "port": "6333",
        "grpc-port": "6334",
        "api-key": PASSWORD,
        "uri": "http://qdrant.data.svc:6333",
    }
    assert (outputs["port"], outputs["grpc_port"]) == (6333, 6334)
    assert "api_key" in recording.secret_outputs[component.urn]


def test_the_key_is_a_secret_wherever_it_goes_and_deletion_is_refused() -> None:
    recording = _qdrant()

    assert recording.one(RELEASE).protect
    for resource in recording.resources:
        leaked = {k for k, v in resource.inputs.items() if PASSWORD in str(v)} - resource.secret_inputs
        assert not leaked, resource.name
