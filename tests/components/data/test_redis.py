"""Valkey in the cluster and on ElastiCache: a password, no plain text, the same outputs."""

from typing import Any

import pulumi_kubernetes as k8s
import pytest

from components.data.redis import InClusterRedisCache, InClusterRedisCacheArgs
from components.data.redis_elasticache import ManagedRedisCache, ManagedRedisCacheArgs
from tests.components.answers import PASSWORD
from tests.components.recorder import Recording, record

RELEASE = "kubernetes:helm.sh/v3:Release"
SECRET = "kubernetes:core/v1:Secret"
GROUP = "aws:elasticache/replicationGroup:ReplicationGroup"


def _in_cluster(**changes: Any) -> Recording:
    def program() -> None:
        args: dict[str, Any] = {
            "provider": k8s.Provider("provider", kubeconfig="{}"),
            "namespace": "data",
            "app_namespace": "apps",
            "storage_class": "gp3-retain",
            "protect": True,
        }
        InClusterRedisCache("cache", InClusterRedisCacheArgs(**{**args, **changes}))

    return record(program)


def _managed(**changes: Any) -> Recording:
    def program() -> None:
        args: dict[str, Any] = {
            "prefix": "main",
            "provider": k8s.Provider("provider", kubeconfig="{}"),
            "app_namespace": "apps",
            "vpc_id": "vpc-1",
            "subnet_ids": ["subnet-1", "subnet-2"],
            "client_security_group_id": "sg-nodes",
            "protect": True,
            "tags": {"team": "ml"},
            "node_type": "cache.m7g.large",
        }
        ManagedRedisCache("cache", ManagedRedisCacheArgs(**{**args, **changes}))

    return record(program)


def test_valkey_reads_its_password_from_our_secret() -> None:
    recording = _in_cluster()
    auth = recording.one(RELEASE).inputs["values"]["auth"]
    users = recording.one(SECRET, "cache-users").inputs
    key = auth["aclUsers"]["default"]["passwordKey"]

    assert auth["enabled"] is True
    assert auth["usersExistingSecret"] == users["metadata"]["name"]
    assert users["stringData"][key] == PASSWORD
    assert users["metadata"]["namespace"] == "data"


def test_valkey_leaves_a_quarter_of_its_memory_for_its_own_work() -> None:
    values = _in_cluster(memory_mib=2048, eviction_policy="noeviction").one(RELEASE).inputs["values"]

    assert values["resources"]["limits"] == {"memory": "2048Mi"}
    assert "maxmemory 1536mb\n" in values["valkeyConfig"]
    assert values["valkeyConfig"].endswith("maxmemory-policy noeviction")


@pytest.mark.parametrize("protect", [True, False])
def test_protection_keeps_the_cache_and_its_volume_claim(*, protect: bool) -> None:
    release = _in_cluster(protect=protect).one(RELEASE)

    assert release.protect is protect
    assert release.inputs["values"]["dataStorage"]["keepPvc"] is protect
    assert _managed(protect=protect).one(GROUP).protect is protect


def test_elasticache_is_encrypted_both_ways_and_wants_the_password() -> None:
    group = _managed().one(GROUP)

    assert group.inputs["atRestEncryptionEnabled"] is True
    assert group.inputs["transitEncryptionEnabled"] is True
    assert group.inputs["authToken"] == PASSWORD
    assert group.inputs["engine"] == "valkey"
    assert group.inputs["snapshotRetentionLimit"] == 7


@pytest.mark.parametrize(("replicas", "fails_over"), [(0, False), (2, True)])
def test_elasticache_fails_over_when_there_is_a_replica(*, replicas: int, fails_over: bool) -> None:
    group = _managed(replicas=replicas).one(GROUP).inputs

    assert group["replicationGroupId"] == "main-cache"
    assert group["numCacheClusters"] == replicas + 1
    assert group["automaticFailoverEnabled"] is fails_over
    assert group["multiAzEnabled"] is fails_over


@pytest.mark.parametrize(
    ("recording", "kind", "scheme", "host"),
    [
        (_in_cluster, "InClusterRedisCache", "redis", "valkey.data.svc"),
        (_managed, "ManagedRedisCache", "rediss", "cache-group.cache.example.com"),
    ],
)
def test_both_kinds_publish_the_same_secret_connection(
    recording: Any, kind: str, scheme: str, host: str
) -> None:
    run: Recording = recording()
    component = run.one(f"inference-platform:index:{kind}")
    uri = f"{scheme}://:{PASSWORD}@{host}:6379/0"
    fields = {"host": host, "username": "default", "password": PASSWORD, "uri": uri}

    assert run.registered_outputs[component.urn] == {
        **fields,
        "port": 6379,
        "connection_secret": "cache-connection",
    }
    assert run.one(SECRET, "cache-connection").inputs["stringData"] == {**fields, "port": "6379"}
    assert {"password", "uri"} <= run.secret_outputs[component.urn]


@pytest.mark.parametrize("recording", [_in_cluster, _managed])
def test_the_password_is_a_secret_wherever_it_goes(recording: Any) -> None:
    for resource in recording().resources:
        leaked = {k for k, v in resource.inputs.items() if PASSWORD in str(v)} - resource.secret_inputs
        assert not leaked, resource.name
