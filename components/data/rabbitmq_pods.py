"""The pods of RabbitMQ in the cluster: configuration, containers, volumes.

They are built as rabbitmq/cluster-operator 2.22 builds them (internal/resource/statefulset.go), which is the
vendor's advice for those who do not run it.
"""

import hashlib
from collections.abc import Mapping, Sequence

import pulumi
from pulumi_kubernetes.core.v1 import (
    ConfigMapVolumeSourceArgs,
    ContainerArgs,
    ContainerPortArgs,
    EmptyDirVolumeSourceArgs,
    EnvVarArgs,
    EnvVarSourceArgs,
    ExecActionArgs,
    LifecycleArgs,
    LifecycleHandlerArgs,
    ObjectFieldSelectorArgs,
    PodSpecArgs,
    PodTemplateSpecArgs,
    ProbeArgs,
    ResourceRequirementsArgs,
    SecretVolumeSourceArgs,
    TCPSocketActionArgs,
    TopologySpreadConstraintArgs,
    VolumeArgs,
    VolumeMountArgs,
)
from pulumi_kubernetes.meta.v1 import LabelSelectorArgs, ObjectMetaArgs

from catalog.images import RABBITMQ
from components.serving.hardening import container_security, pod_security

PORTS = {"amqp": 5672, "management": 15672, "prometheus": 15692}
"""Ports that others use, by name."""
PEER_PORTS = {"epmd": 4369, "cluster-rpc": 25672}
"""Ports that only the servers use among themselves."""
DATA = "data"
"""Name of each server's volume claim."""
COOKIE = ".erlang.cookie"
"""Key and file of the secret that servers know each other by."""
USER_CONF = "default_user.conf"
PLUGINS = "enabled_plugins"
CONF = "platform.conf"

_HOME = "/var/lib/rabbitmq"
# How long a stopping server waits for its queues to be safe without it. When all of them go there is nobody to
# wait for, so this is also what the end of the cluster takes.
_DRAIN_SECONDS = 120
_GRACE_SECONDS = 180


def peers_service(name: str) -> str:
    """Return the name of the headless Service that gives each server its own DNS name."""
    return f"{name}-nodes"


def configuration(name: str, namespace: pulumi.Input[str], replicas: int) -> dict[str, pulumi.Input[str]]:
    """Return the ConfigMap's data. The servers are listed: their names follow from the StatefulSet's.

    Queues are quorum queues unless a program asks for another kind, so a lost server loses no message.
    """
    nodes = [
        pulumi.Output.format(
            "cluster_formation.classic_config.nodes.{0} = rabbit@{1}-{2}.{3}.{4}",
            place + 1,
            name,
            place,
            peers_service(name),
            namespace,
        )
        for place in range(replicas)
    ]
    fixed = (
        f"cluster_name = {name}",
        f"cluster_formation.target_cluster_size_hint = {replicas}",
        "cluster_formation.peer_discovery_backend = classic_config",
        "default_queue_type = quorum",
        "queue_leader_locator = balanced",
        "disk_free_limit.absolute = 2GB",
        "log.console = true",
    )
    lines = pulumi.Output.all(*nodes).apply(lambda found: "\n".join([*fixed, *found, ""]))
    return {CONF: lines, PLUGINS: "[rabbitmq_management,rabbitmq_prometheus]."}


def template(
    name: str, labels: Mapping[str, str], config: Mapping[str, pulumi.Input[str]], cpu: str, memory_mib: int
) -> PodTemplateSpecArgs:
    """Return the pods' template. Its checksum makes them roll when the configuration changes."""
    texts = pulumi.Output.all(*(config[key] for key in sorted(config)))
    checksum = texts.apply(lambda found: hashlib.sha256("\0".join(found).encode()).hexdigest())
    return PodTemplateSpecArgs(
        metadata=ObjectMetaArgs(labels=labels, annotations={"inference-platform/config": checksum}),
        spec=PodSpecArgs(
            service_account_name=name,
            automount_service_account_token=False,
            enable_service_links=False,
            security_context=pod_security(RABBITMQ),
            termination_grace_period_seconds=_GRACE_SECONDS,
            topology_spread_constraints=_spread(labels),
            init_containers=[_setup(cpu)],
            containers=[_server(name, cpu, memory_mib)],
            volumes=_volumes(name),
        ),
    )


def _spread(labels: Mapping[str, str]) -> list[TopologySpreadConstraintArgs]:
    """Never two servers on one node while another is free; in different zones if that can be had."""
    # GPU nodes are tainted: without this they would count as nodes that stand empty.
    rules = (("kubernetes.io/hostname", "DoNotSchedule"), ("topology.kubernetes.io/zone", "ScheduleAnyway"))
    return [
        TopologySpreadConstraintArgs(
            max_skew=1,
            topology_key=key,
            when_unsatisfiable=rule,
            node_taints_policy="Honor",
            label_selector=LabelSelectorArgs(match_labels=labels),
        )
        for key, rule in rules
    ]


def _setup(cpu: str) -> ContainerArgs:
    """Copy the cookie, which Erlang wants in a file that only its owner can read; a Secret's are the group's."""
    copy = f"cp /cookie/{COOKIE} {_HOME}/{COOKIE} && chmod 600 {_HOME}/{COOKIE}"
    return ContainerArgs(
        name="cookie",
        image=RABBITMQ.reference,
        command=["sh", "-c", copy],
        security_context=container_security(),
        resources=ResourceRequirementsArgs(
            requests={"cpu": cpu, "memory": "32Mi"}, limits={"memory": "64Mi"}
        ),
        volume_mounts=[
            VolumeMountArgs(name="cookie", mount_path="/cookie", read_only=True),
            VolumeMountArgs(name="home", mount_path=_HOME),
        ],
    )


def _server(name: str, cpu: str, memory_mib: int) -> ContainerArgs:
    memory = f"{memory_mib}Mi"
    drain = (
        f"rabbitmq-upgrade await_online_quorum_plus_one -t {_DRAIN_SECONDS}; "
        f"rabbitmq-upgrade drain -t {_GRACE_SECONDS - _DRAIN_SECONDS - 30}"
    )
    ports = [
        ContainerPortArgs(name=key, container_port=port) for key, port in {**PORTS, **PEER_PORTS}.items()
    ]
    return ContainerArgs(
        name="rabbitmq",
        image=RABBITMQ.reference,
        env=_environment(name),
        ports=ports,
        security_context=container_security(),
        resources=ResourceRequirementsArgs(
            requests={"cpu": cpu, "memory": memory}, limits={"memory": memory}
        ),
        # No liveness probe: a server that catches up with its queues is slow, and a restart begins it anew.
        readiness_probe=ProbeArgs(
            tcp_socket=TCPSocketActionArgs(port="amqp"), initial_delay_seconds=10, period_seconds=10
        ),
        lifecycle=LifecycleArgs(
            pre_stop=LifecycleHandlerArgs(exec_=ExecActionArgs(command=["sh", "-c", drain]))
        ),
        volume_mounts=_mounts(),
    )


def _environment(name: str) -> list[EnvVarArgs]:
    def field(path: str) -> EnvVarSourceArgs:
        return EnvVarSourceArgs(field_ref=ObjectFieldSelectorArgs(field_path=path))

    node = f"rabbit@$(POD_NAME).{peers_service(name)}.$(POD_NAMESPACE)"
    return [
        EnvVarArgs(name="POD_NAME", value_from=field("metadata.name")),
        EnvVarArgs(name="POD_NAMESPACE", value_from=field("metadata.namespace")),
        EnvVarArgs(name="RABBITMQ_NODENAME", value=node),
        EnvVarArgs(name="RABBITMQ_USE_LONGNAME", value="true"),
        EnvVarArgs(name="RABBITMQ_ENABLED_PLUGINS_FILE", value=f"/etc/rabbitmq/{PLUGINS}"),
    ]


def _mounts() -> list[VolumeMountArgs]:
    def file(volume: str, path: str, key: str) -> VolumeMountArgs:
        return VolumeMountArgs(name=volume, mount_path=f"{path}/{key}", sub_path=key, read_only=True)

    return [
        VolumeMountArgs(name="home", mount_path=_HOME),
        VolumeMountArgs(name=DATA, mount_path=f"{_HOME}/mnesia"),
        VolumeMountArgs(name="logs", mount_path="/var/log/rabbitmq"),
        VolumeMountArgs(name="temporary", mount_path="/tmp"),  # noqa: S108  a volume of the pod's own
        file("config", "/etc/rabbitmq/conf.d", CONF),
        file("config", "/etc/rabbitmq", PLUGINS),
        file("user", "/etc/rabbitmq/conf.d", USER_CONF),
    ]


def _volumes(name: str) -> Sequence[VolumeArgs]:
    empty = [
        VolumeArgs(name=one, empty_dir=EmptyDirVolumeSourceArgs()) for one in ("home", "logs", "temporary")
    ]
    return [
        *empty,
        VolumeArgs(name="config", config_map=ConfigMapVolumeSourceArgs(name=f"{name}-config")),
        VolumeArgs(name="user", secret=SecretVolumeSourceArgs(secret_name=f"{name}-user")),
        VolumeArgs(name="cookie", secret=SecretVolumeSourceArgs(secret_name=f"{name}-cookie")),
    ]
