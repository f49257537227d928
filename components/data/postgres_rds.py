"""PostgreSQL as Amazon RDS."""

from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from catalog.databases import RDS_POSTGRES
from components import credentials
from components.data import managed
from components.data.postgres_base import Postgres
from components.tags import named

_PORT = 5432
_INSIGHTS_DAYS = 7  # the free retention
_GROWTH = 5
_MIN_STORAGE_GIB = 20  # of gp3 for PostgreSQL (AmazonRDS/latest/UserGuide/CHAP_Storage)


@dataclass(frozen=True, kw_only=True)
class ManagedPostgresArgs(managed.ManagedArgs):
    """An RDS instance. Storage is gp3 and grows by itself from `storage_gib` to at most `max_storage_gib`.

    Without `max_storage_gib` it may grow to five times `storage_gib`.
    `instance_class` is an RDS class, such as db.m7g.large. `multi_az` keeps a standby in another zone.
    """

    instance_class: str
    multi_az: bool
    storage_gib: int = 100
    max_storage_gib: int | None = None
    database: str = "app"
    username: str = "app"

    def __post_init__(self) -> None:
        """Raise ValueError for storage RDS would refuse."""
        if self.storage_gib < _MIN_STORAGE_GIB:
            raise ValueError(f"storage_gib: {self.storage_gib} must be at least {_MIN_STORAGE_GIB}")
        if self.max_storage_gib is not None and self.max_storage_gib <= self.storage_gib:
            raise ValueError(
                f"max_storage_gib: {self.max_storage_gib} must be more than storage_gib ({self.storage_gib})"
            )


class ManagedPostgres(Postgres):
    """PostgreSQL on RDS: encrypted, TLS only, daily snapshots for a week, a last one when deleted.

    pgvector is there but not created: a program runs `CREATE EXTENSION IF NOT EXISTS vector` once, which
    the master user may.

        database = ManagedPostgres("postgres", ManagedPostgresArgs(
            prefix="inference",
            provider=cluster.provider,
            app_namespace="apps",
            vpc_id=network.vpc_id,
            subnet_ids=network.intra_subnet_ids,
            client_security_group_id=cluster.cluster_security_group_id,
            protect=True,
            tags={"team": "ml"},
            instance_class="db.m7g.large",
            multi_az=True,
        ))
        pulumi.export("postgresUri", database.uri)
    """

    def __init__(
        self, name: str, args: ManagedPostgresArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("inference-platform:index:ManagedPostgres", name, opts)
        child = pulumi.ResourceOptions(parent=self)
        self.password = credentials.password(f"{name}-password", child)
        instance = self._instance(name, args, child)
        self.host = instance.address
        self.port = instance.port
        self.database = pulumi.Output.from_input(args.database)
        self.username = pulumi.Output.from_input(args.username)
        in_cluster = child.merge(pulumi.ResourceOptions(provider=args.provider))
        self.register_outputs(self._publish(name, args.app_namespace, in_cluster))

    def _instance(
        self, name: str, args: ManagedPostgresArgs, child: pulumi.ResourceOptions
    ) -> aws.rds.Instance:
        group = managed.security_group(f"{name}-security-group", _PORT, args, child)
        return aws.rds.Instance(
            f"{name}-instance",
            identifier=args.identifier(name),
            engine=RDS_POSTGRES.engine,
            engine_version=RDS_POSTGRES.version,
            # The version is pinned here; RDS must not move it behind Pulumi's back.
            auto_minor_version_upgrade=False,
            instance_class=args.instance_class,
            multi_az=args.multi_az,
            storage_type="gp3",
            allocated_storage=args.storage_gib,
            max_allocated_storage=args.max_storage_gib or args.storage_gib * _GROWTH,
            storage_encrypted=True,
            kms_key_id=args.kms_key_arn,
            db_name=args.database,
            username=args.username,
            password=self.password,
            db_subnet_group_name=self._subnet_group(name, args, child).name,
            vpc_security_group_ids=[group.id],
            publicly_accessible=False,
            parameter_group_name=self._parameters(name, args, child).name,
            backup_retention_period=managed.BACKUP_DAYS,
            copy_tags_to_snapshot=True,
            final_snapshot_identifier=managed.final_snapshot(name, args.identifier(name), child),
            skip_final_snapshot=False,
            deletion_protection=args.protect,
            performance_insights_enabled=True,
            performance_insights_retention_period=_INSIGHTS_DAYS,
            performance_insights_kms_key_id=args.kms_key_arn,
            enabled_cloudwatch_logs_exports=["postgresql", "upgrade"],
            tags=named(args.tags, args.identifier(name)),
            opts=child.merge(pulumi.ResourceOptions(protect=args.protect)),
        )

    def _subnet_group(
        self, name: str, args: ManagedPostgresArgs, child: pulumi.ResourceOptions
    ) -> aws.rds.SubnetGroup:
        return aws.rds.SubnetGroup(
            f"{name}-subnets",
            subnet_ids=args.subnet_ids,
            description=f"Subnets of {name}",
            tags=named(args.tags, f"{name}-subnets"),
            opts=child,
        )

    def _parameters(
        self, name: str, args: ManagedPostgresArgs, child: pulumi.ResourceOptions
    ) -> aws.rds.ParameterGroup:
        return aws.rds.ParameterGroup(
            f"{name}-parameters",
            family=RDS_POSTGRES.family,
            description=f"Parameters of {name}",
            parameters=[aws.rds.ParameterGroupParameterArgs(name="rds.force_ssl", value="1")],
            tags=named(args.tags, f"{name}-parameters"),
            opts=child,
        )
