"""A server's pod asks for what it needs, writes where it may, and starts and stops in time."""

from collections.abc import Callable

import pytest

from components.serving import NvmeCache, PvcCache
from tests.components.recorder import Recording
from tests.components.serving.examples import ollama, pod, server, tgi, triton, vllm


def test_gpus_and_memory_are_requested_and_limited_alike() -> None:
    resources = server(vllm(gpus=4, memory_gib=64))["resources"]

    for name in ("nvidia.com/gpu", "memory", "ephemeral-storage"):
        assert resources["requests"][name] == resources["limits"][name]
    assert resources["requests"]["nvidia.com/gpu"] == "4"
    assert resources["requests"]["memory"] == "64Gi"
    assert resources["requests"]["cpu"] == "3"
    assert "cpu" not in resources["limits"]


def test_a_pod_lands_on_its_pool_and_spreads() -> None:
    spec = pod(vllm())
    keys = [constraint["topologyKey"] for constraint in spec["topologySpreadConstraints"]]

    assert spec["nodeSelector"] == {"inference-platform/pool": "l4"}
    assert spec["tolerations"] == [{"key": "nvidia.com/gpu", "operator": "Exists", "effect": "NoSchedule"}]
    assert keys == ["topology.kubernetes.io/zone", "kubernetes.io/hostname"]
    assert {item["whenUnsatisfiable"] for item in spec["topologySpreadConstraints"]} == {"ScheduleAnyway"}


def test_replicas_that_share_nodes_are_not_spread_over_them() -> None:
    (constraint,) = pod(vllm(spread_over_nodes=False))["topologySpreadConstraints"]

    assert constraint["topologyKey"] == "topology.kubernetes.io/zone"


@pytest.mark.parametrize("serve", [vllm, triton, tgi, ollama])
def test_a_pod_meets_the_restricted_level_and_more(serve: Callable[[], Recording]) -> None:
    spec = pod(serve())
    security = spec["securityContext"]

    assert security["runAsNonRoot"]
    assert security["runAsUser"] > 0
    assert security["seccompProfile"] == {"type": "RuntimeDefault"}
    assert spec["automountServiceAccountToken"] is False
    assert spec["enableServiceLinks"] is False
    for container in [*spec["containers"], *spec.get("initContainers", [])]:
        assert container["securityContext"] == {
            "allowPrivilegeEscalation": False,
            "capabilities": {"drop": ["ALL"]},
            "readOnlyRootFilesystem": True,
        }


def test_everything_an_engine_writes_is_on_a_volume() -> None:
    recording = vllm()
    paths = [mount["mountPath"] for mount in server(recording)["volumeMounts"]]
    environment = recording.one("kubernetes:core/v1:ConfigMap").inputs["data"]

    assert paths == ["/cache", "/tmp", "/dev/shm"]
    for name in ("HOME", "HF_HOME", "VLLM_CACHE_ROOT", "TORCHINDUCTOR_CACHE_DIR", "TRITON_CACHE_DIR"):
        assert environment[name].startswith("/cache")


def test_shared_memory_is_bounded() -> None:
    volumes = {volume["name"]: volume for volume in pod(vllm(shm_gib=8))["volumes"]}

    assert volumes["shm"] == {"name": "shm", "emptyDir": {"medium": "Memory", "sizeLimit": "8Gi"}}


def test_an_nvme_cache_is_asked_of_the_node() -> None:
    recording = vllm(cache=NvmeCache(size_gib=200))
    volumes = {volume["name"]: volume for volume in pod(recording)["volumes"]}

    assert volumes["cache"]["emptyDir"] == {"sizeLimit": "200Gi"}
    assert int(server(recording)["resources"]["requests"]["ephemeral-storage"].removesuffix("Gi")) > 200


def test_a_cache_claim_of_each_replica_works_with_block_storage() -> None:
    recording = vllm(cache=PvcCache(storage_class="gp3", size_gib=100))
    (cache,) = [volume for volume in pod(recording)["volumes"] if volume["name"] == "cache"]
    claim = cache["ephemeral"]["volumeClaimTemplate"]["spec"]

    assert (claim["storageClassName"], claim["accessModes"]) == ("gp3", ["ReadWriteOnce"])
    assert claim["resources"]["requests"] == {"storage": "100Gi"}
    assert not recording.of_type("kubernetes:core/v1:PersistentVolumeClaim")


def test_a_shared_cache_is_one_claim_made_before_the_pods() -> None:
    recording = vllm(cache=PvcCache(storage_class="efs", size_gib=100, shared=True))
    claim = recording.one("kubernetes:core/v1:PersistentVolumeClaim")
    (cache,) = [volume for volume in pod(recording)["volumes"] if volume["name"] == "cache"]

    assert claim.inputs["spec"]["accessModes"] == ["ReadWriteMany"]
    assert cache["persistentVolumeClaim"]["claimName"] == claim.inputs["metadata"]["name"]
    assert recording.depends(recording.one("kubernetes:apps/v1:Deployment"), claim)


def test_probes_follow_the_startup_budget() -> None:
    container = server(vllm(startup_seconds=905))
    startup = container["startupProbe"]

    assert startup["failureThreshold"] * startup["periodSeconds"] == 910
    for probe in ("startupProbe", "readinessProbe", "livenessProbe"):
        assert container[probe]["httpGet"] == {"path": "/health", "port": "http"}


def test_shutdown_is_a_pause_then_a_drain_within_the_grace() -> None:
    recording = vllm(drain_seconds=15, shutdown_seconds=300)
    container = server(recording)

    assert container["lifecycle"]["preStop"] == {"sleep": {"seconds": 15}}
    assert "--shutdown-timeout=300" in container["command"]
    assert pod(recording)["terminationGracePeriodSeconds"] > 315
