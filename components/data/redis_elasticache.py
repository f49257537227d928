"""Valkey as Amazon ElastiCache."""

from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from catalog.databases import ELASTICACHE_VALKEY
from components import credentials
from components.data import managed
from components.data.redis_base import RedisCache
from components.tags import named

_PORT = 6379


@dataclass(frozen=True, kw_only=True)
class ManagedRedisCacheArgs(managed.ManagedArgs):
    """An ElastiCache replication group: one primary, and `replicas` in other zones that can take over.

    `node_type` is an ElastiCache type, such as cache.m7g.large. `eviction_policy` is Valkey's
    maxmemory-policy: what goes when memory is full.
    """

    node_type: str
    replicas: int = 1
    eviction_policy: str = "allkeys-lru"


class ManagedRedisCache(RedisCache):
    """Valkey on ElastiCache: encrypted at rest and on the way, a password, daily snapshots for a week.

    With a replica it fails over by itself.

        cache = ManagedRedisCache("redis", ManagedRedisCacheArgs(
            prefix="inference",
            provider=cluster.provider,
            app_namespace="apps",
            vpc_id=network.vpc_id,
            subnet_ids=network.intra_subnet_ids,
            client_security_group_id=cluster.cluster_security_group_id,
            protect=True,
            tags={"team": "ml"},
            node_type="cache.m7g.large",
        ))
        pulumi.export("redisUri", cache.uri)
    """

    def __init__(
        self, name: str, args: ManagedRedisCacheArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("inference-platform:index:ManagedRedisCache", name, opts)
        child = pulumi.ResourceOptions(parent=self)
        self.password = credentials.password(f"{name}-password", child)
        group = self._group(name, args, child)
        self.host = group.primary_endpoint_address
        self.port = pulumi.Output.from_input(_PORT)
        self.username = pulumi.Output.from_input("default")
        in_cluster = child.merge(pulumi.ResourceOptions(provider=args.provider))
        self.register_outputs(self._publish(name, "rediss", args.app_namespace, in_cluster))

    def _group(
        self, name: str, args: ManagedRedisCacheArgs, child: pulumi.ResourceOptions
    ) -> aws.elasticache.ReplicationGroup:
        several = args.replicas > 0
        return aws.elasticache.ReplicationGroup(
            f"{name}-group",
            replication_group_id=args.identifier(name),
            description=f"Valkey cache {args.identifier(name)}",
            engine=ELASTICACHE_VALKEY.engine,
            engine_version=ELASTICACHE_VALKEY.version,
            auto_minor_version_upgrade=False,
            node_type=args.node_type,
            num_cache_clusters=args.replicas + 1,
            automatic_failover_enabled=several,
            multi_az_enabled=several,
            port=_PORT,
            at_rest_encryption_enabled=True,
            kms_key_id=args.kms_key_arn,
            transit_encryption_enabled=True,
            auth_token=self.password,
            subnet_group_name=self._subnet_group(name, args, child).name,
            security_group_ids=[managed.security_group(f"{name}-security-group", _PORT, args, child).id],
            parameter_group_name=self._parameters(name, args, child).name,
            snapshot_retention_limit=managed.BACKUP_DAYS,
            final_snapshot_identifier=managed.final_snapshot(name, args.identifier(name), child),
            tags=named(args.tags, args.identifier(name)),
            opts=child.merge(pulumi.ResourceOptions(protect=args.protect)),
        )

    def _subnet_group(
        self, name: str, args: ManagedRedisCacheArgs, child: pulumi.ResourceOptions
    ) -> aws.elasticache.SubnetGroup:
        return aws.elasticache.SubnetGroup(
            f"{name}-subnets",
            subnet_ids=args.subnet_ids,
            description=f"Subnets of {name}",
            tags=named(args.tags, f"{name}-subnets"),
            opts=child,
        )

    def _parameters(
        self, name: str, args: ManagedRedisCacheArgs, child: pulumi.ResourceOptions
    ) -> aws.elasticache.ParameterGroup:
        return aws.elasticache.ParameterGroup(
            f"{name}-parameters",
            family=ELASTICACHE_VALKEY.family,
            description=f"Parameters of {name}",
            parameters=[
                aws.elasticache.ParameterGroupParameterArgs(
                    name="maxmemory-policy", value=args.eviction_policy
                )
            ],
            tags=named(args.tags, f"{name}-parameters"),
            opts=child,
        )
