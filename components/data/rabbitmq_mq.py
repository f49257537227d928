"""RabbitMQ as Amazon MQ."""

from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from catalog.databases import AMAZON_MQ_RABBITMQ
from components import credentials
from components.data import managed
from components.data.rabbitmq_base import RabbitMq
from components.tags import named

_AMQPS = 5671
_HTTPS = 443
_USER = "platform"
# Amazon MQ's cluster is always three brokers, each in a zone of its own.
_CLUSTER_ZONES = 3


@dataclass(frozen=True, kw_only=True)
class ManagedRabbitMqArgs(managed.ManagedArgs):
    """An Amazon MQ broker of `instance_type`, such as mq.m7g.large; three of them with `cluster`."""

    instance_type: str
    cluster: bool = True


class ManagedRabbitMq(RabbitMq):
    """RabbitMQ on Amazon MQ: TLS, a password, encrypted at rest, general logs in CloudWatch.

    Queues are quorum queues unless a program asks for another kind. Amazon MQ keeps no snapshots: what is in a
    queue goes with the broker.

        queues = ManagedRabbitMq("rabbitmq", ManagedRabbitMqArgs(
            prefix="inference",
            provider=cluster.provider,
            app_namespace="apps",
            vpc_id=network.vpc_id,
            subnet_ids=network.intra_subnet_ids,
            client_security_group_id=cluster.cluster_security_group_id,
            protect=True,
            tags={"team": "ml"},
            instance_type="mq.m7g.large",
        ))
        pulumi.export("rabbitmqUri", queues.uri)
    """

    def __init__(
        self, name: str, args: ManagedRabbitMqArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("inference-platform:index:ManagedRabbitMq", name, opts)
        child = pulumi.ResourceOptions(parent=self)
        self.username = pulumi.Output.from_input(_USER)
        self.password = credentials.password(f"{name}-password", child)
        broker = self._broker(name, args, child)
        console = broker.instances[0]["console_url"]
        self.management_url = console.apply(lambda url: url or "")
        self.host = self.management_url.apply(lambda url: url.removeprefix("https://"))
        self.port = pulumi.Output.from_input(_AMQPS)
        in_cluster = child.merge(pulumi.ResourceOptions(provider=args.provider))
        self.register_outputs(self._publish(name, "amqps", args.app_namespace, in_cluster))

    def _broker(self, name: str, args: ManagedRabbitMqArgs, child: pulumi.ResourceOptions) -> aws.mq.Broker:
        count = _CLUSTER_ZONES if args.cluster else 1
        return aws.mq.Broker(
            f"{name}-broker",
            broker_name=args.identifier(name),
            engine_type=AMAZON_MQ_RABBITMQ.engine,
            engine_version=AMAZON_MQ_RABBITMQ.version,
            # RabbitMQ from 3.13 on is refused without it.
            auto_minor_version_upgrade=True,
            host_instance_type=args.instance_type,
            deployment_mode="CLUSTER_MULTI_AZ" if args.cluster else "SINGLE_INSTANCE",
            publicly_accessible=False,
            subnet_ids=pulumi.Output.from_input(args.subnet_ids).apply(lambda ids: list(ids)[:count]),
            security_groups=[self._security_group(name, args, child).id],
            users=[aws.mq.BrokerUserArgs(username=_USER, password=self.password)],
            encryption_options=aws.mq.BrokerEncryptionOptionsArgs(
                use_aws_owned_key=args.kms_key_arn is None, kms_key_id=args.kms_key_arn
            ),
            logs=aws.mq.BrokerLogsArgs(general=True),
            tags=named(args.tags, name),
            opts=child.merge(pulumi.ResourceOptions(protect=args.protect)),
        )

    def _security_group(
        self, name: str, args: ManagedRabbitMqArgs, child: pulumi.ResourceOptions
    ) -> aws.ec2.SecurityGroup:
        """Let the nodes in to AMQP, and KEDA's pods on them to the HTTP API."""
        group = managed.security_group(f"{name}-security-group", _AMQPS, args, child)
        managed.client_rule(f"{name}-security-group-management", group, _HTTPS, args, child)
        return group
