"""vLLM loads from a hub, a bucket or a claim, asks for a key, and spans nodes as a group."""

import json
from dataclasses import replace
from typing import Any

import pytest

from catalog.efa import EFA_RESOURCE
from components.serving import PvcCache
from tests.components.answers import PASSWORD
from tests.components.recorder import Recording
from tests.components.serving.examples import ACCESS, DEPLOYMENT, OPTIONS, pod, server, spec, vllm

GROUP = "kubernetes:leaderworkerset.x-k8s.io/v1:LeaderWorkerSet"
LARGE = replace(OPTIONS, tensor_parallel_size=4, pipeline_parallel_size=2)


def _configuration(recording: Recording) -> dict[str, str]:
    return recording.one("kubernetes:core/v1:ConfigMap").inputs["data"]


def test_the_server_asks_for_a_random_key_of_its_own() -> None:
    recording = vllm()
    secret = recording.one("kubernetes:core/v1:Secret")
    (variable,) = server(recording)["env"]

    assert secret.inputs["stringData"] == {"VLLM_API_KEY": PASSWORD}
    assert variable["name"] == "VLLM_API_KEY"
    assert variable["valueFrom"]["secretKeyRef"]["name"] == secret.inputs["metadata"]["name"]
    assert recording.secret_outputs[recording.one("inference-platform:index:VllmServer").urn] == {"api_key"}
    assert PASSWORD not in str(server(recording)["command"])


def test_weights_in_a_bucket_are_streamed_by_a_role_that_reads_just_them() -> None:
    options = replace(OPTIONS, source="s3://acme-models/qwen")
    recording = vllm(options=options, access=ACCESS)
    allowed = json.loads(recording.one("aws:iam/rolePolicy:RolePolicy").inputs["policy"])["Statement"]
    egress = spec(recording.one("kubernetes:networking.k8s.io/v1:NetworkPolicy"))["egress"]

    assert server(recording)["command"][2] == "s3://acme-models/qwen"
    assert "--load-format=runai_streamer" in server(recording)["command"]
    assert allowed[1]["Resource"] == ["arn:aws:s3:::acme-models/qwen/*"]
    assert _configuration(recording)["AWS_REGION"] == "us-east-1"
    assert egress[-1]["to"] == [{"ipBlock": {"cidr": "169.254.170.23/32"}}]
    assert recording.depends(
        recording.one(DEPLOYMENT), recording.one("aws:eks/podIdentityAssociation:PodIdentityAssociation")
    )


def test_a_model_from_the_hub_has_no_role() -> None:
    recording = vllm(access=ACCESS)

    assert not recording.of_type("aws:iam/role:Role")
    assert "AWS_REGION" not in _configuration(recording)
    assert not [flag for flag in server(recording)["command"] if flag.startswith("--load-format")]


def test_weights_in_a_claim_are_read_where_they_are() -> None:
    recording = vllm(options=replace(OPTIONS, source="pvc://models/qwen"))
    (volume,) = [one for one in pod(recording)["volumes"] if one["name"] == "models"]

    assert server(recording)["command"][2] == "/models/qwen"
    assert volume["persistentVolumeClaim"] == {"claimName": "models", "readOnly": True}


def test_compiled_kernels_last_as_long_as_the_cache() -> None:
    recording = vllm(cache=PvcCache(storage_class="efs", size_gib=100, shared=True))
    (mount,) = [one for one in server(recording)["volumeMounts"] if one["name"] == "cache"]

    assert _configuration(recording)["VLLM_CACHE_ROOT"].startswith(f"{mount['mountPath']}/")


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"options": replace(OPTIONS, source="s3://acme/x")}, "access: is missing"),
        (
            {"options": replace(OPTIONS, source="s3://Acme/x"), "access": ACCESS},
            "source: 's3://Acme/x' is no S3",
        ),
        ({"options": replace(OPTIONS, source="pvc:models")}, "source: 'pvc:models' names no claim"),
        ({"options": LARGE, "gpus": 4}, "need 8 GPUs; a replica has 4"),
        ({"options": OPTIONS, "gpus": 4, "nodes": 2}, "need 1 GPUs; a replica has 8"),
    ],
)
def test_what_could_not_load_is_refused(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        vllm(**changes)


def _large() -> Recording:
    return vllm(options=LARGE, gpus=4, nodes=2, efa=1, min_replicas=1, max_replicas=3, max_surge=2)


def _templates(recording: Recording) -> tuple[dict[str, Any], dict[str, Any]]:
    group = spec(recording.one(GROUP))["leaderWorkerTemplate"]
    return group["leaderTemplate"]["spec"], group["workerTemplate"]["spec"]


def test_a_replica_on_two_nodes_is_a_group_that_starts_anew_together() -> None:
    recording = _large()
    group = spec(recording.one(GROUP))

    assert not recording.of_type(DEPLOYMENT)
    assert group["leaderWorkerTemplate"]["size"] == 2
    assert group["leaderWorkerTemplate"]["restartPolicy"] == "RecreateGroupOnPodRestart"
    assert group["startupPolicy"] == "LeaderCreated"
    assert group["rolloutStrategy"]["rollingUpdateConfiguration"] == {"maxSurge": 2, "maxUnavailable": 0}
    assert "replicas" not in group


def test_only_the_leader_is_probed_and_serves() -> None:
    recording = _large()
    leader, worker = _templates(recording)
    service = spec(recording.one("kubernetes:core/v1:Service"))
    probes = {"startupProbe", "readinessProbe", "livenessProbe"}

    assert probes <= leader["containers"][0].keys()
    assert not probes & worker["containers"][0].keys()
    assert "ports" not in worker["containers"][0]
    assert worker["containers"][0]["command"] == [*leader["containers"][0]["command"], "--headless"]
    assert service["selector"]["leaderworkerset.sigs.k8s.io/worker-index"] == "0"


def test_every_pod_of_a_group_has_its_gpus_shared_memory_and_network() -> None:
    for template in _templates(_large()):
        sizes = template["containers"][0]["resources"]
        volumes = {volume["name"]: volume for volume in template["volumes"]}
        assert sizes["limits"]["nvidia.com/gpu"] == sizes["requests"]["nvidia.com/gpu"] == "4"
        assert sizes["limits"][EFA_RESOURCE] == "1"
        assert volumes["shm"]["emptyDir"]["medium"] == "Memory"


def test_a_worker_outlasts_the_requests_of_its_leader() -> None:
    leader, worker = _templates(_large())
    pauses = [one["containers"][0]["lifecycle"]["preStop"]["sleep"]["seconds"] for one in (leader, worker)]

    assert pauses == [10, 130]
    assert worker["terminationGracePeriodSeconds"] > 130


def test_the_pods_of_a_group_may_speak_to_one_another_and_others_may_not() -> None:
    recording = _large()
    policy = spec(recording.one("kubernetes:networking.k8s.io/v1:NetworkPolicy"))
    own = {"podSelector": policy["podSelector"]}

    assert policy["ingress"][-1] == {"from": [own]}
    assert policy["egress"][-1] == {"to": [own]}
    alone = spec(vllm().one("kubernetes:networking.k8s.io/v1:NetworkPolicy"))
    assert all("podSelector" not in str(rule) for rule in [*alone["ingress"], *alone["egress"]])


def test_keda_scales_groups_and_prometheus_asks_leaders() -> None:
    recording = _large()
    scaler = spec(recording.one("kubernetes:keda.sh/v1alpha1:ScaledObject"))
    monitor = spec(recording.one("kubernetes:monitoring.coreos.com/v1:PodMonitor"))
    group = recording.one(GROUP).inputs

    assert scaler["scaleTargetRef"] == {
        "apiVersion": group["apiVersion"],
        "kind": group["kind"],
        "name": group["metadata"]["name"],
    }
    assert monitor["selector"]["matchLabels"]["leaderworkerset.sigs.k8s.io/worker-index"] == "0"


def test_a_group_leaves_the_servers_name_to_its_service() -> None:
    # LeaderWorkerSet makes a headless Service of its own name, unless there is one.
    recording = _large()

    assert recording.one("kubernetes:core/v1:Service").inputs["metadata"]["name"] == "qwen"
    assert recording.one(GROUP).inputs["metadata"]["name"] != "qwen"
