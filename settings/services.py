"""The `data`, `edge` and `monitoring` sections: what stands around the models."""

from typing import Annotated

from pydantic import Field

from settings.base import Section
from settings.fields import DataMode, PositiveInt, TlsIssuer, Word
from settings.patterns import EMAIL, HOSTNAME

Hostname = Annotated[str, Field(pattern=HOSTNAME, max_length=253)]
# What one EBS volume and one RDS instance can hold.
SizeGib = Annotated[int, Field(ge=1, le=65_536)]


class PostgresSettings(Section):
    """PostgreSQL with pgvector: CloudNativePG in the cluster, or Amazon RDS."""

    mode: DataMode
    """`inCluster` or `managed`."""

    size_gib: Annotated[int, Field(ge=20, le=65_536)] = 20
    """Storage of each instance, in GiB."""

    instances: Annotated[int, Field(ge=1, le=5)] = 1
    """Database instances; from 2 on, a managed database spans two zones."""

    instance_class: Word = "db.m7g.large"
    """RDS instance class; used by `managed` only."""


class RedisSettings(Section):
    """Valkey, which speaks Redis: its chart in the cluster, or Amazon ElastiCache."""

    mode: DataMode
    """`inCluster` or `managed`."""

    size_gib: SizeGib = 8
    """Storage in GiB (in the cluster)."""

    replicas: Annotated[int, Field(ge=0, le=5)] = 0
    """Replicas beside the primary; used by `managed` only."""

    node_type: Word = "cache.m7g.large"
    """ElastiCache node type; used by `managed` only."""


class QdrantSettings(Section):
    """Qdrant, the vector database. AWS has no managed one, so it runs in the cluster."""

    size_gib: SizeGib = 10
    """Storage of each replica, in GiB."""

    replicas: Annotated[int, Field(ge=1, le=9)] = 1
    """Replicas of the database."""


class RabbitmqSettings(Section):
    """RabbitMQ, for work that waits in queues: servers in the cluster, or Amazon MQ."""

    mode: DataMode
    """`inCluster` or `managed`."""

    replicas: Annotated[int, Field(ge=1, le=9)] = 3
    """Servers, an odd number: 1 for development, 3 to survive the loss of one."""

    size_gib: Annotated[int, Field(ge=5, le=65_536)] = 10
    """Storage of each server, in GiB (in the cluster; Amazon MQ's comes with its instance type)."""

    instance_type: Word = "mq.m7g.large"
    """Amazon MQ instance type; used by `managed` only."""


class DataSettings(Section):
    """Data services. A missing one is not installed."""

    postgres: PostgresSettings | None = None
    """PostgreSQL with pgvector."""

    redis: RedisSettings | None = None
    """Valkey."""

    qdrant: QdrantSettings | None = None
    """Qdrant."""

    rabbitmq: RabbitmqSettings | None = None
    """RabbitMQ."""

    protect: bool = True
    """Whether Pulumi refuses to delete the data services, and their volumes outlive them."""


class EdgeSettings(Section):
    """The way in: one hostname, TLS, and a path for each model."""

    hostname: Hostname
    """Public DNS name of the gateway."""

    tls_issuer: TlsIssuer
    """`letsencrypt-staging` (no rate limits, not trusted by browsers) or `letsencrypt-prod`."""

    email: Annotated[str, Field(pattern=EMAIL)]
    """Address that Let's Encrypt writes to before a certificate ends."""

    max_body_mib: PositiveInt = 50
    """Largest request body, in MiB."""

    read_timeout_seconds: PositiveInt = 300
    """Longest silence of a model, in seconds; a stream may go on for hours."""

    send_timeout_seconds: PositiveInt = 300
    """Longest time a caller may take to send a request, in seconds."""

    require_api_key: bool = True
    """Whether the gateway asks for an API key."""


class MonitoringSettings(Section):
    """Prometheus and Grafana."""

    retention_days: PositiveInt = 15
    """Days that metrics are kept."""

    size_gib: SizeGib = 50
    """Storage for metrics, in GiB."""


class VerticalAutoscalingSettings(Section):
    """Recommendations of CPU and memory for each model server, by the Vertical Pod Autoscaler. Nothing is changed."""

    enabled: bool = False
    """Whether it is installed. Read what it says with `kubectl describe vpa --namespace inference`."""
