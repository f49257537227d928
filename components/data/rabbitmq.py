"""RabbitMQ in the cluster, as a StatefulSet of its own (ADR 0021)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pulumi
from pulumi_kubernetes.apiextensions import CustomResource
from pulumi_kubernetes.apps.v1 import (
    StatefulSet,
    StatefulSetPersistentVolumeClaimRetentionPolicyArgs,
    StatefulSetSpecArgs,
)
from pulumi_kubernetes.core.v1 import (
    ConfigMap,
    PersistentVolumeClaimArgs,
    PersistentVolumeClaimSpecArgs,
    Service,
    ServiceAccount,
    ServicePortArgs,
    ServiceSpecArgs,
    VolumeResourceRequirementsArgs,
)
from pulumi_kubernetes.meta.v1 import LabelSelectorArgs, ObjectMetaArgs
from pulumi_kubernetes.policy.v1 import PodDisruptionBudget, PodDisruptionBudgetSpecArgs

from components import credentials
from components.data import rabbitmq_pods as pods
from components.data.rabbitmq_base import RabbitMq

_USER = "platform"


@dataclass(frozen=True, kw_only=True)
class InClusterRabbitMqArgs:
    """A RabbitMQ cluster. `cpu` is a Kubernetes quantity; memory and storage are per server.

    `replicas` is odd: quorum queues need more than half of them. It is not made smaller by lowering the number:
    a server is first taken out of its queues with `rabbitmq-queues shrink`.
    `namespace` holds the pods; they meet the restricted Pod Security standard. `app_namespace` gets the Secret
    for programs and KEDA. `protect` makes Pulumi refuse to delete it, and its volume claims stay.
    `depends_on` names what must stand first: nodes, storage class, prometheus-operator.
    """

    provider: pulumi.ProviderResource
    namespace: pulumi.Input[str]
    app_namespace: pulumi.Input[str]
    storage_class: pulumi.Input[str]
    protect: bool
    replicas: int = 3
    cpu: str = "500m"
    memory_mib: int = 2048
    storage_gib: int = 10
    depends_on: Sequence[pulumi.Resource] = ()

    def __post_init__(self) -> None:
        """Raise ValueError for a number of servers that gives no majority."""
        if self.replicas < 1 or self.replicas % 2 == 0:
            raise ValueError(
                f"replicas: {self.replicas} servers survive no more losses than {max(1, self.replicas - 1)} do; "
                "use an odd number"
            )


class InClusterRabbitMq(RabbitMq):
    """RabbitMQ in the cluster: quorum queues, a password, a volume for each server, the HTTP API, metrics.

    queues = InClusterRabbitMq("rabbitmq", InClusterRabbitMqArgs(
        provider=cluster.provider,
        namespace="data",
        app_namespace="apps",
        storage_class="gp3-retain",
        protect=True,
    ))
    pulumi.export("rabbitmqUri", queues.uri)
    """

    def __init__(
        self, name: str, args: InClusterRabbitMqArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("inference-platform:index:InClusterRabbitMq", name, opts)
        child = pulumi.ResourceOptions(parent=self, provider=args.provider, depends_on=list(args.depends_on))
        self._name, self._args, self._child = name, args, child
        self._selector = {"app.kubernetes.io/name": "rabbitmq", "app.kubernetes.io/instance": name}
        self.host = pulumi.Output.format("{0}.{1}.svc", name, args.namespace)
        self.port = pulumi.Output.from_input(pods.PORTS["amqp"])
        self.management_url = pulumi.Output.format("http://{0}:{1}", self.host, pods.PORTS["management"])
        self.username = pulumi.Output.from_input(_USER)
        self.password = credentials.password(f"{name}-password", pulumi.ResourceOptions(parent=self))
        config = pods.configuration(name, args.namespace, args.replicas)
        self._servers(config, [*self._secrets(), self._config(config), self._account(), self._peers()])
        self._service()
        self._budget()
        self._monitor()
        self.register_outputs(self._publish(name, "amqp", args.app_namespace, child))

    def _metadata(self, named: str | None = None) -> ObjectMetaArgs:
        return ObjectMetaArgs(name=named or self._name, namespace=self._args.namespace, labels=self._selector)

    def _secrets(self) -> list[pulumi.Resource]:
        """Make the user, whose password a server takes up on its first start only, and the servers' cookie."""
        user = pulumi.Output.format("default_user = {0}\ndefault_pass = {1}\n", _USER, self.password)
        own = pulumi.ResourceOptions(parent=self)
        cookie = credentials.password(f"{self._name}-cookie-value", own)
        contents = {"user": {pods.USER_CONF: user}, "cookie": {pods.COOKIE: cookie}}
        space = self._args.namespace
        return [
            credentials.secret(f"{self._name}-{role}", data, namespace=space, opts=self._child)
            for role, data in contents.items()
        ]

    def _config(self, config: Mapping[str, pulumi.Input[str]]) -> ConfigMap:
        name = f"{self._name}-config"
        return ConfigMap(name, metadata=self._metadata(name), data=config, opts=self._child)

    def _account(self) -> ServiceAccount:
        return ServiceAccount(
            f"{self._name}-service-account",
            metadata=self._metadata(),
            automount_service_account_token=False,
            opts=self._child,
        )

    def _peers(self) -> Service:
        """Give the servers DNS names before they are ready: they meet while they start."""
        ports = {**pods.PORTS, **pods.PEER_PORTS}
        spec = ServiceSpecArgs(
            cluster_ip="None",
            publish_not_ready_addresses=True,
            selector=self._selector,
            ports=[ServicePortArgs(name=key, port=port, target_port=key) for key, port in ports.items()],
        )
        # Its endpoints are the StatefulSet's pods, which wait for it.
        metadata = ObjectMetaArgs(
            name=pods.peers_service(self._name),
            namespace=self._args.namespace,
            labels=self._selector,
            annotations={"pulumi.com/skipAwait": "true"},
        )
        return Service(f"{self._name}-peers", metadata=metadata, spec=spec, opts=self._child)

    def _servers(
        self, config: Mapping[str, pulumi.Input[str]], needs: Sequence[pulumi.Resource]
    ) -> StatefulSet:
        args = self._args
        claims = "Retain" if args.protect else "Delete"
        spec = StatefulSetSpecArgs(
            service_name=pods.peers_service(self._name),
            replicas=args.replicas,
            # All at once: each waits for the others while they form the cluster.
            pod_management_policy="Parallel",
            selector=LabelSelectorArgs(match_labels=self._selector),
            template=pods.template(self._name, self._selector, config, args.cpu, args.memory_mib),
            volume_claim_templates=[_claim(args)],
            persistent_volume_claim_retention_policy=StatefulSetPersistentVolumeClaimRetentionPolicyArgs(
                when_deleted=claims, when_scaled="Retain"
            ),
        )
        opts = pulumi.ResourceOptions(depends_on=list(needs), protect=args.protect)
        return StatefulSet(
            f"{self._name}-servers",
            metadata=self._metadata(),
            spec=spec,
            opts=pulumi.ResourceOptions.merge(self._child, opts),
        )

    def _service(self) -> Service:
        ports = [ServicePortArgs(name=key, port=port, target_port=key) for key, port in pods.PORTS.items()]
        spec = ServiceSpecArgs(type="ClusterIP", selector=self._selector, ports=ports)
        return Service(f"{self._name}-service", metadata=self._metadata(), spec=spec, opts=self._child)

    def _budget(self) -> PodDisruptionBudget:
        spec = PodDisruptionBudgetSpecArgs(
            max_unavailable=1, selector=LabelSelectorArgs(match_labels=self._selector)
        )
        return PodDisruptionBudget(
            f"{self._name}-disruption-budget", metadata=self._metadata(), spec=spec, opts=self._child
        )

    def _monitor(self) -> CustomResource:
        return CustomResource(
            f"{self._name}-pod-monitor",
            api_version="monitoring.coreos.com/v1",
            kind="PodMonitor",
            metadata=self._metadata(),
            spec={
                "selector": {"matchLabels": self._selector},
                "podMetricsEndpoints": [{"port": "prometheus", "path": "/metrics", "interval": "15s"}],
            },
            opts=self._child,
        )


def _claim(args: InClusterRabbitMqArgs) -> PersistentVolumeClaimArgs:
    size = VolumeResourceRequirementsArgs(requests={"storage": f"{args.storage_gib}Gi"})
    return PersistentVolumeClaimArgs(
        metadata=ObjectMetaArgs(name=pods.DATA),
        spec=PersistentVolumeClaimSpecArgs(
            access_modes=["ReadWriteOnce"], storage_class_name=args.storage_class, resources=size
        ),
    )
