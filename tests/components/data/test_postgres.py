"""PostgreSQL in the cluster and on RDS: the same outputs, pgvector, and no way to lose it by accident."""

from typing import Any

import pulumi_kubernetes as k8s
import pytest

from catalog.charts import CLOUDNATIVE_PG
from components.data.postgres import InClusterPostgres, InClusterPostgresArgs
from components.data.postgres_rds import ManagedPostgres, ManagedPostgresArgs
from tests.components.answers import PASSWORD
from tests.components.recorder import Recording, record

CLUSTER = "kubernetes:postgresql.cnpg.io/v1:Cluster"
MONITOR = "kubernetes:monitoring.coreos.com/v1:PodMonitor"
RELEASE = "kubernetes:helm.sh/v3:Release"
SECRET = "kubernetes:core/v1:Secret"
RDS = "aws:rds/instance:Instance"


def _in_cluster(**changes: Any) -> Recording:
    def program() -> None:
        args: dict[str, Any] = {
            "provider": k8s.Provider("provider", kubeconfig="{}"),
            "namespace": "data",
            "app_namespace": "apps",
            "storage_class": "gp3-retain",
            "protect": True,
        }
        InClusterPostgres("pg", InClusterPostgresArgs(**{**args, **changes}))

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
            "instance_class": "db.m7g.large",
            "multi_az": True,
        }
        ManagedPostgres("pg", ManagedPostgresArgs(**{**args, **changes}))

    return record(program)


def test_the_cluster_is_made_with_pgvector_and_the_owners_password() -> None:
    recording = _in_cluster(instances=3, memory_mib=4096)
    spec = recording.one(CLUSTER).inputs["spec"]
    initdb = spec["bootstrap"]["initdb"]
    owner = recording.one(SECRET, "pg-owner")

    assert initdb["postInitApplicationSQL"] == ["CREATE EXTENSION IF NOT EXISTS vector"]
    assert initdb["secret"] == {"name": owner.inputs["metadata"]["name"]}
    assert owner.inputs["type"] == "kubernetes.io/basic-auth"
    assert owner.inputs["stringData"] == {"username": "app", "password": PASSWORD}
    assert spec["postgresql"]["parameters"]["shared_buffers"] == "1024MB"
    assert ":latest" not in spec["imageName"]
    assert "standard" in spec["imageName"]


def test_the_operator_comes_before_the_cluster_and_goes_after_it() -> None:
    recording = _in_cluster()
    operator = recording.one(RELEASE)

    assert recording.depends(recording.one(CLUSTER), operator)
    assert operator.inputs["version"] == CLOUDNATIVE_PG.version
    assert operator.inputs["namespace"] == CLOUDNATIVE_PG.namespace


@pytest.mark.parametrize(("instances", "budget"), [(1, False), (3, True)])
def test_a_single_instance_lets_its_node_be_drained(*, instances: int, budget: bool) -> None:
    assert _in_cluster(instances=instances).one(CLUSTER).inputs["spec"]["enablePDB"] is budget


def test_the_pod_monitor_selects_the_clusters_pods() -> None:
    recording = _in_cluster()
    cluster = recording.one(CLUSTER).inputs["metadata"]
    monitor = recording.one(MONITOR).inputs

    assert monitor["spec"]["selector"]["matchLabels"] == {"cnpg.io/cluster": cluster["name"]}
    assert monitor["metadata"]["namespace"] == cluster["namespace"]


def test_rds_is_encrypted_private_backed_up_and_takes_a_last_snapshot() -> None:
    recording = _managed()
    instance = recording.one(RDS).inputs

    assert instance["storageEncrypted"] is True
    assert instance["publiclyAccessible"] is False
    assert instance["multiAz"] is True
    assert instance["backupRetentionPeriod"] == 7
    assert instance["skipFinalSnapshot"] is False
    assert instance["finalSnapshotIdentifier"].startswith("main-pg-final-")
    assert instance["autoMinorVersionUpgrade"] is False
    assert instance["identifier"] == "main-pg"
    assert instance["tags"] == {"team": "ml", "Name": "main-pg"}


def test_rds_speaks_tls_only_and_only_to_the_nodes() -> None:
    recording = _managed()
    parameters = recording.one("aws:rds/parameterGroup:ParameterGroup").inputs
    rule = recording.one("aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule").inputs

    assert parameters["parameters"] == [{"name": "rds.force_ssl", "value": "1", "applyMethod": "immediate"}]
    assert rule["referencedSecurityGroupId"] == "sg-nodes"
    assert (rule["fromPort"], rule["toPort"], rule["ipProtocol"]) == (5432, 5432, "tcp")


@pytest.mark.parametrize("protect", [True, False])
def test_protection_holds_both_kinds(*, protect: bool) -> None:
    managed = _managed(protect=protect).one(RDS)

    assert managed.protect is protect
    assert managed.inputs["deletionProtection"] is protect
    assert _in_cluster(protect=protect).one(CLUSTER).protect is protect


@pytest.mark.parametrize(
    ("recording", "kind", "host"),
    [
        (_in_cluster, "InClusterPostgres", "pg-rw.data.svc"),
        (_managed, "ManagedPostgres", "pg-instance.rds.example.com"),
    ],
)
def test_both_kinds_publish_the_same_secret_connection(recording: Any, kind: str, host: str) -> None:
    run: Recording = recording()
    component = run.one(f"inference-platform:index:{kind}")
    outputs = run.registered_outputs[component.urn]
    published = run.one(SECRET, "pg-connection").inputs

    uri = f"postgresql://app:{PASSWORD}@{host}:5432/app?sslmode=require"
    fields = {"host": host, "database": "app", "username": "app", "password": PASSWORD, "uri": uri}
    assert outputs == {**fields, "port": 5432, "connection_secret": "pg-connection"}
    assert published["stringData"] == {**fields, "port": "5432"}
    assert published["metadata"]["namespace"] == "apps"
    assert {"password", "uri"} <= run.secret_outputs[component.urn]


@pytest.mark.parametrize("recording", [_in_cluster, _managed])
def test_the_password_is_a_secret_wherever_it_goes(recording: Any) -> None:
    for resource in recording().resources:
        leaked = {k for k, v in resource.inputs.items() if PASSWORD in str(v)} - resource.secret_inputs
        assert not leaked, resource.name


@pytest.mark.parametrize(
    ("storage", "limit", "message"),
    [(10, None, "storage_gib: 10 must be at least 20"), (100, 100, "max_storage_gib: 100 must be more")],
)
def test_storage_that_rds_would_refuse_is_refused_at_once(
    storage: int, limit: int | None, message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        _managed(storage_gib=storage, max_storage_gib=limit)


def test_storage_may_grow() -> None:
    assert _managed(storage_gib=700).one(RDS).inputs["maxAllocatedStorage"] == 3500
