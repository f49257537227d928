"""The data services a stack asks for, each in the cluster or managed by AWS."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypedDict

import pulumi

from components.cluster import Cluster
from components.cluster.storage import DEFAULT, RETAIN
from components.data.postgres import InClusterPostgres, InClusterPostgresArgs
from components.data.postgres_base import Postgres
from components.data.postgres_rds import ManagedPostgres, ManagedPostgresArgs
from components.data.qdrant import Qdrant, QdrantArgs
from components.data.rabbitmq import InClusterRabbitMq, InClusterRabbitMqArgs
from components.data.rabbitmq_base import RabbitMq
from components.data.rabbitmq_mq import ManagedRabbitMq, ManagedRabbitMqArgs
from components.data.redis import InClusterRedisCache, InClusterRedisCacheArgs
from components.data.redis_base import RedisCache
from components.data.redis_elasticache import ManagedRedisCache, ManagedRedisCacheArgs
from components.namespace import namespace
from components.network import Network
from settings.fields import DataMode
from settings.services import DataSettings, PostgresSettings, RabbitmqSettings, RedisSettings

DATA_NAMESPACE = "data"


@dataclass(frozen=True, kw_only=True)
class DataPlace:
    """What all data services share: where they run, and the namespace whose pods use them.

    `prefix` starts the names of databases in AWS, which an account has once in a region.
    """

    prefix: str
    cluster: Cluster
    network: Network
    app_namespace: pulumi.Input[str]
    depends_on: Sequence[pulumi.Resource]
    tags: Mapping[str, str]


class _InCluster(TypedDict):
    """Arguments of every data service in the cluster."""

    provider: pulumi.ProviderResource
    namespace: pulumi.Input[str]
    app_namespace: pulumi.Input[str]
    storage_class: str
    protect: bool
    depends_on: Sequence[pulumi.Resource]


class _Managed(TypedDict):
    """Arguments of every AWS-managed data service."""

    prefix: str
    provider: pulumi.ProviderResource
    app_namespace: pulumi.Input[str]
    vpc_id: pulumi.Input[str]
    subnet_ids: pulumi.Input[Sequence[pulumi.Input[str]]]
    client_security_group_id: pulumi.Input[str]
    protect: bool
    tags: Mapping[str, str]


@dataclass(frozen=True, kw_only=True)
class DataServices:
    """What is installed: each service's URI, a secret, by name; and the Secret that KEDA asks queues with."""

    uris: Mapping[str, pulumi.Output[str]]
    rabbitmq_secret: pulumi.Output[str] | None


def install(data: DataSettings, place: DataPlace, child: pulumi.ResourceOptions) -> DataServices:
    """Install what the settings ask for."""
    inside = _in_cluster(data, place, child)
    outside = _managed(data, place)
    uris: dict[str, pulumi.Output[str]] = {}
    if data.postgres:
        uris["postgres"] = _postgres(data.postgres, inside, outside, child).uri
    if data.redis:
        uris["redis"] = _redis(data.redis, inside, outside, child).uri
    if data.qdrant:
        args = QdrantArgs(**inside, replicas=data.qdrant.replicas, storage_gib=data.qdrant.size_gib)
        uris["qdrant"] = Qdrant("qdrant", args, child).uri
    rabbitmq = _rabbitmq(data.rabbitmq, inside, outside, child) if data.rabbitmq else None
    if rabbitmq:
        uris["rabbitmq"] = rabbitmq.uri
    return DataServices(uris=uris, rabbitmq_secret=rabbitmq.connection_secret if rabbitmq else None)


def _postgres(
    settings: PostgresSettings, inside: _InCluster, outside: _Managed, child: pulumi.ResourceOptions
) -> Postgres:
    if settings.mode == DataMode.IN_CLUSTER:
        args = InClusterPostgresArgs(**inside, instances=settings.instances, storage_gib=settings.size_gib)
        return InClusterPostgres("postgres", args, child)
    managed = ManagedPostgresArgs(
        **outside,
        instance_class=settings.instance_class,
        multi_az=settings.instances > 1,
        storage_gib=settings.size_gib,
    )
    return ManagedPostgres("postgres", managed, child)


def _redis(
    settings: RedisSettings, inside: _InCluster, outside: _Managed, child: pulumi.ResourceOptions
) -> RedisCache:
    if settings.mode == DataMode.IN_CLUSTER:
        args = InClusterRedisCacheArgs(**inside, storage_gib=settings.size_gib)
        return InClusterRedisCache("redis", args, child)
    managed = ManagedRedisCacheArgs(**outside, node_type=settings.node_type, replicas=settings.replicas)
    return ManagedRedisCache("redis", managed, child)


def _rabbitmq(
    settings: RabbitmqSettings, inside: _InCluster, outside: _Managed, child: pulumi.ResourceOptions
) -> RabbitMq:
    if settings.mode == DataMode.IN_CLUSTER:
        args = InClusterRabbitMqArgs(**inside, replicas=settings.replicas, storage_gib=settings.size_gib)
        return InClusterRabbitMq("rabbitmq", args, child)
    managed = ManagedRabbitMqArgs(
        **outside, instance_type=settings.instance_type, cluster=settings.replicas > 1
    )
    return ManagedRabbitMq("rabbitmq", managed, child)


def _in_cluster(data: DataSettings, place: DataPlace, child: pulumi.ResourceOptions) -> _InCluster:
    in_namespace = pulumi.ResourceOptions(parent=child.parent, provider=place.cluster.provider)
    space = namespace("data-namespace", named=DATA_NAMESPACE, pod_security="restricted", opts=in_namespace)
    return _InCluster(
        provider=place.cluster.provider,
        namespace=space.metadata["name"],
        app_namespace=place.app_namespace,
        # What may be deleted should not leave volumes behind that are billed.
        storage_class=RETAIN if data.protect else DEFAULT,
        protect=data.protect,
        depends_on=place.depends_on,
    )


def _managed(data: DataSettings, place: DataPlace) -> _Managed:
    return _Managed(
        prefix=place.prefix,
        provider=place.cluster.provider,
        app_namespace=place.app_namespace,
        vpc_id=place.network.vpc_id,
        subnet_ids=place.network.intra_subnet_ids,
        client_security_group_id=place.cluster.cluster_security_group_id,
        protect=data.protect,
        tags=place.tags,
    )
