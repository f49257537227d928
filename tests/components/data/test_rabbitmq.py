"""RabbitMQ in the cluster and on Amazon MQ: a majority, a password, what KEDA needs, the same outputs."""

from typing import Any

import pulumi_kubernetes as k8s
import pytest

from components.data.rabbitmq import InClusterRabbitMq, InClusterRabbitMqArgs
from components.data.rabbitmq_mq import ManagedRabbitMq, ManagedRabbitMqArgs
from tests.components.answers import PASSWORD
from tests.components.recorder import Recording, record

SERVERS = "kubernetes:apps/v1:StatefulSet"
SERVICE = "kubernetes:core/v1:Service"
SECRET = "kubernetes:core/v1:Secret"
BROKER = "aws:mq/broker:Broker"
RULE = "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule"


def _in_cluster(**changes: Any) -> Recording:
    def program() -> None:
        args: dict[str, Any] = {
            "provider": k8s.Provider("provider", kubeconfig="{}"),
            "namespace": "data",
            "app_namespace": "apps",
            "storage_class": "gp3-retain",
            "protect": True,
        }
        InClusterRabbitMq("queue", InClusterRabbitMqArgs(**{**args, **changes}))

    return record(program)


def _managed(**changes: Any) -> Recording:
    def program() -> None:
        args: dict[str, Any] = {
            "prefix": "main",
            "provider": k8s.Provider("provider", kubeconfig="{}"),
            "app_namespace": "apps",
            "vpc_id": "vpc-1",
            "subnet_ids": ["subnet-1", "subnet-2", "subnet-3", "subnet-4"],
            "client_security_group_id": "sg-nodes",
            "protect": True,
            "tags": {"team": "ml"},
            "instance_type": "mq.m7g.large",
        }
        ManagedRabbitMq("queue", ManagedRabbitMqArgs(**{**args, **changes}))

    return record(program)


def _servers(recording: Recording) -> dict[str, Any]:
    return recording.one(SERVERS).inputs["spec"]


def _pod(recording: Recording) -> dict[str, Any]:
    return _servers(recording)["template"]["spec"]


def _conf(recording: Recording) -> list[str]:
    return recording.one("kubernetes:core/v1:ConfigMap").inputs["data"]["platform.conf"].splitlines()


def test_every_server_is_listed_by_the_name_it_gives_itself() -> None:
    recording = _in_cluster(replicas=3)
    (headless,) = [one for one in recording.of_type(SERVICE) if one.inputs["spec"].get("clusterIP") == "None"]
    peers = headless.inputs["metadata"]["name"]
    own = {one["name"]: one.get("value") for one in _pod(recording)["containers"][0]["env"]}
    named = [line.partition(" = ")[2] for line in _conf(recording) if "classic_config.nodes" in line]

    assert named == [
        own["RABBITMQ_NODENAME"].replace("$(POD_NAME)", f"queue-{place}").replace("$(POD_NAMESPACE)", "data")
        for place in range(3)
    ]
    assert all(f".{peers}.data" in name for name in named)
    assert _servers(recording)["serviceName"] == peers
    assert headless.inputs["spec"]["publishNotReadyAddresses"] is True
    assert _servers(recording)["podManagementPolicy"] == "Parallel"


def test_a_message_outlives_a_server() -> None:
    assert "default_queue_type = quorum" in _conf(_in_cluster())
    assert (
        "rabbitmq_prometheus"
        in _in_cluster().one("kubernetes:core/v1:ConfigMap").inputs["data"]["enabled_plugins"]
    )


def test_a_server_leaves_only_when_the_queues_are_safe_without_it() -> None:
    pod = _pod(_in_cluster())
    (_, _, command) = pod["containers"][0]["lifecycle"]["preStop"]["exec"]["command"]
    budget = _in_cluster().one("kubernetes:policy/v1:PodDisruptionBudget").inputs["spec"]
    waits = [int(word) for word in command.replace(";", "").split() if word.isdigit()]

    assert command.startswith("rabbitmq-upgrade await_online_quorum_plus_one")
    assert sum(waits) < pod["terminationGracePeriodSeconds"]
    assert budget["maxUnavailable"] == 1


def test_two_servers_do_not_share_a_node_and_tainted_nodes_do_not_count() -> None:
    host, zone = _pod(_in_cluster())["topologySpreadConstraints"]

    assert (host["topologyKey"], host["whenUnsatisfiable"]) == ("kubernetes.io/hostname", "DoNotSchedule")
    assert (zone["topologyKey"], zone["whenUnsatisfiable"]) == (
        "topology.kubernetes.io/zone",
        "ScheduleAnyway",
    )
    assert host["nodeTaintsPolicy"] == zone["nodeTaintsPolicy"] == "Honor"


def test_pods_meet_the_restricted_standard() -> None:
    pod = _pod(_in_cluster())

    assert pod["securityContext"]["runAsNonRoot"] is True
    assert pod["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
    for container in [*pod["initContainers"], *pod["containers"]]:
        assert container["securityContext"]["capabilities"] == {"drop": ["ALL"]}
        assert container["securityContext"]["allowPrivilegeEscalation"] is False
        assert "memory" in container["resources"]["limits"]


def test_every_mount_has_its_volume_and_every_volume_its_object() -> None:
    recording = _in_cluster()
    pod = _pod(recording)
    claims = {one["metadata"]["name"] for one in _servers(recording)["volumeClaimTemplates"]}
    volumes = {one["name"]: one for one in pod["volumes"]}
    mounted = {m["name"] for c in [*pod["initContainers"], *pod["containers"]] for m in c["volumeMounts"]}
    secrets = {one.inputs["metadata"]["name"]: one.inputs["stringData"] for one in recording.of_type(SECRET)}

    assert mounted == {*volumes, *claims}
    assert volumes["config"]["configMap"]["name"] == "queue-config"
    assert set(secrets[volumes["user"]["secret"]["secretName"]]) == {"default_user.conf"}
    assert set(secrets[volumes["cookie"]["secret"]["secretName"]]) == {".erlang.cookie"}


def test_a_changed_configuration_rolls_the_servers() -> None:
    sums = {
        str(_servers(_in_cluster(replicas=replicas))["template"]["metadata"]["annotations"])
        for replicas in (1, 3)
    }

    assert len(sums) == 2


@pytest.mark.parametrize("protect", [True, False])
def test_protection_keeps_queues_and_volumes(*, protect: bool) -> None:
    servers = _in_cluster(protect=protect).one(SERVERS)
    policy = servers.inputs["spec"]["persistentVolumeClaimRetentionPolicy"]

    assert servers.protect is protect
    assert policy == {"whenDeleted": "Retain" if protect else "Delete", "whenScaled": "Retain"}
    assert _managed(protect=protect).one(BROKER).protect is protect


@pytest.mark.parametrize("replicas", [0, 2, 4])
def test_a_number_of_servers_without_a_majority_is_refused(replicas: int) -> None:
    with pytest.raises(ValueError, match=f"replicas: {replicas}"):
        _in_cluster(replicas=replicas)


@pytest.mark.parametrize(
    ("cluster", "mode", "zones"), [(True, "CLUSTER_MULTI_AZ", 3), (False, "SINGLE_INSTANCE", 1)]
)
def test_amazon_mq_is_private_encrypted_and_as_large_as_asked(
    *, cluster: bool, mode: str, zones: int
) -> None:
    broker = _managed(cluster=cluster).one(BROKER).inputs

    assert (broker["engineType"], broker["deploymentMode"]) == ("RabbitMQ", mode)
    assert len(broker["subnetIds"]) == zones
    assert broker["publiclyAccessible"] is False
    assert broker["autoMinorVersionUpgrade"] is True
    assert broker["encryptionOptions"]["useAwsOwnedKey"] is True
    assert broker["brokerName"] == "main-queue"


def test_pods_reach_amazon_mqs_queues_and_its_http_api() -> None:
    rules = [one.inputs for one in _managed().of_type(RULE)]

    assert {rule["fromPort"] for rule in rules} == {5671, 443}
    assert {rule["referencedSecurityGroupId"] for rule in rules} == {"sg-nodes"}


@pytest.mark.parametrize(
    ("recording", "kind", "uri", "management"),
    [
        (
            _in_cluster,
            "InClusterRabbitMq",
            "amqp://{0}queue.data.svc:5672/%2F",
            "http://queue.data.svc:15672",
        ),
        (
            _managed,
            "ManagedRabbitMq",
            "amqps://{0}queue-broker.mq.example.com:5671/%2F",
            "https://queue-broker.mq.example.com",
        ),
    ],
)
def test_both_kinds_publish_the_same_secret_connection(
    recording: Any, kind: str, uri: str, management: str
) -> None:
    run: Recording = recording()
    component = run.one(f"inference-platform:index:{kind}")
    outputs = run.registered_outputs[component.urn]
    published = run.one(SECRET, "queue-connection").inputs

    assert outputs["uri"] == uri.format(f"platform:{PASSWORD}@")
    assert outputs["management_url"] == management
    assert published["metadata"]["namespace"] == "apps"
    assert published["stringData"] == {
        "host": outputs["host"],
        "port": str(int(outputs["port"])),
        "username": "platform",
        "password": PASSWORD,
        "uri": outputs["uri"],
        "management-url": management,
    }
    assert {"password", "uri"} <= run.secret_outputs[component.urn]


@pytest.mark.parametrize("recording", [_in_cluster, _managed])
def test_the_password_is_a_secret_wherever_it_goes(recording: Any) -> None:
    for resource in recording().resources:
        leaked = {k for k, v in resource.inputs.items() if PASSWORD in str(v)} - resource.secret_inputs
        assert not leaked, resource.name
