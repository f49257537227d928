"""Ollama serves a model that a Job has pulled, keeps it in memory, and is reached by the gateway alone."""

import json
from typing import Any

import pytest

from tests.components.recorder import Recorded, Recording
from tests.components.serving.examples import DEPLOYMENT, ollama, pod, server, spec

JOB = "kubernetes:batch/v1:Job"
POLICY = "kubernetes:networking.k8s.io/v1:NetworkPolicy"
BUCKET = "aws:s3/bucket:Bucket"


def _environment(recording: Recording) -> dict[str, str]:
    return recording.one("kubernetes:core/v1:ConfigMap").inputs["data"]


def _job(recording: Recording) -> dict[str, Any]:
    return spec(recording.one(JOB))["template"]["spec"]


def _statements(role: Recorded) -> list[dict[str, Any]]:
    return json.loads(role.inputs["policy"])["Statement"]


def test_no_replica_starts_before_the_job_has_pulled_the_model() -> None:
    recording = ollama()
    deployment = recording.one(DEPLOYMENT)

    assert recording.depends(deployment, recording.one(JOB))
    assert all(
        recording.depends(deployment, one)
        for one in recording.of_type("aws:eks/podIdentityAssociation:PodIdentityAssociation")
    )


def test_the_job_pulls_by_the_registrys_name_and_stores_by_the_clients() -> None:
    pull, copy = (_job(ollama())[kind][0] for kind in ("initContainers", "containers"))

    assert pull["command"][:2] == ["/bin/sh", "-euc"]
    assert pull["command"][4:] == ["qwen2.5:7b", "small"]
    # Names are arguments: a shell never reads them as code.
    assert "qwen" not in pull["command"][2]
    assert copy["command"][:4] == ["aws", "s3", "sync", "/store/models"]


def test_replicas_copy_what_the_job_stored() -> None:
    recording = ollama()
    (fetch,) = pod(recording)["initContainers"]
    (copy,) = _job(recording)["containers"]

    assert fetch["command"][3] == copy["command"][4]
    assert fetch["command"][4] == _environment(recording)["OLLAMA_MODELS"]


def test_another_model_is_another_job_and_another_folder() -> None:
    before, after = ollama(), ollama(source="qwen2.5:14b")
    jobs = [one.one(JOB).inputs["metadata"]["name"] for one in (before, after)]
    folders = [pod(one)["initContainers"][0]["command"][3] for one in (before, after)]

    assert jobs[0] != jobs[1]
    assert folders[0] != folders[1]


def test_the_job_needs_no_gpu_and_has_room_for_the_model() -> None:
    inside = _job(ollama(model_gib=40))
    claim = inside["volumes"][0]["ephemeral"]["volumeClaimTemplate"]["spec"]

    assert "nodeSelector" not in inside
    assert all("nvidia.com/gpu" not in str(one["resources"]) for one in inside["containers"])
    assert int(claim["resources"]["requests"]["storage"].removesuffix("Gi")) >= 45
    assert claim["storageClassName"] == "gp3"


def test_the_bucket_is_private_and_only_the_job_writes_it() -> None:
    recording = ollama()
    closed = recording.one("aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock").inputs
    reader = recording.one("aws:iam/rolePolicy:RolePolicy", "small-store-reader-read-models")
    writer = recording.one("aws:iam/rolePolicy:RolePolicy", "small-store-writer-read-models")
    accounts = {
        one.name: one.inputs["serviceAccount"]
        for one in recording.of_type("aws:eks/podIdentityAssociation:PodIdentityAssociation")
    }

    assert {closed[key] for key in closed if key != "bucket"} == {True}
    assert "s3:PutObject" not in str(_statements(reader))
    assert "s3:PutObject" in _statements(writer)[1]["Action"]
    assert accounts == {
        "small-store-reader-pod-identity": pod(recording)["serviceAccountName"],
        "small-store-writer-pod-identity": _job(recording)["serviceAccountName"],
    }


def test_only_the_gateway_reaches_it_and_nobody_the_job() -> None:
    recording = ollama()
    own, jobs = (
        recording.one(POLICY, "small-network-policy"),
        recording.one(POLICY, "small-store-network-policy"),
    )
    (rule,) = spec(own)["ingress"]

    assert rule["from"] == [
        {"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": "envoy-gateway-system"}}}
    ]
    assert [port["port"] for port in rule["ports"]] == [11434]
    assert "ingress" not in spec(jobs)
    assert "Ingress" in spec(jobs)["policyTypes"]


def test_it_is_started_when_the_model_is_in_memory_and_keeps_it_there() -> None:
    recording = ollama(startup_seconds=905)
    startup = server(recording)["startupProbe"]

    assert startup["exec"]["command"] == ["ollama", "run", "small", ""]
    assert startup["timeoutSeconds"] == 905
    assert _environment(recording)["OLLAMA_KEEP_ALIVE"] == "-1"
    assert _environment(recording)["OLLAMA_LOAD_TIMEOUT"] == "905s"


def test_its_limits_are_what_was_asked_for() -> None:
    environment = _environment(ollama(num_parallel=6, context_length=4096, max_queue=33, gpus=2))

    assert environment["OLLAMA_NUM_PARALLEL"] == "6"
    assert environment["OLLAMA_CONTEXT_LENGTH"] == "4096"
    assert environment["OLLAMA_MAX_QUEUE"] == "33"
    assert environment["OLLAMA_SCHED_SPREAD"] == "1"


def test_it_ends_requests_when_told_to_stop_so_it_is_told_late() -> None:
    recording = ollama(drain_seconds=10, shutdown_seconds=120)

    assert server(recording)["lifecycle"]["preStop"] == {"sleep": {"seconds": 130}}
    assert pod(recording)["terminationGracePeriodSeconds"] > 130


def test_it_is_scaled_by_what_the_gateway_counts() -> None:
    recording = ollama(active_requests=9)
    (trigger,) = spec(recording.one("kubernetes:keda.sh/v1alpha1:ScaledObject"))["triggers"]

    assert trigger["metadata"]["query"] == (
        'sum(envoy_cluster_upstream_rq_active{envoy_cluster_name=~"httproute/inference/small-route/rule/.*"})'
        " or vector(0)"
    )
    assert trigger["metadata"]["threshold"] == "9"
    assert not recording.of_type("kubernetes:monitoring.coreos.com/v1:PodMonitor")


@pytest.mark.parametrize("source", ["qwen2.5", "qwen2.5:latest"])
def test_a_model_that_changes_by_itself_is_refused(source: str) -> None:
    with pytest.raises(ValueError, match="pins no model"):
        ollama(source=source)


def test_the_bucket_goes_with_what_is_in_it() -> None:
    assert ollama().one(BUCKET).inputs["forceDestroy"] is True
