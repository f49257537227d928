"""Versions of the databases: the image in the cluster, and the engines AWS manages.

A managed engine's minor versions retire after about a year; `aws rds describe-db-engine-versions --engine
postgres` and `aws elasticache describe-cache-engine-versions --engine valkey` list what a region offers.
"""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class ManagedEngine:
    """An AWS-managed engine at a pinned version, and the parameter group family that goes with it."""

    engine: str
    version: str
    family: str
    source: str


# A `standard` image holds pgvector; a `minimal` one does not.
POSTGRES_IMAGE = "ghcr.io/cloudnative-pg/postgresql:18.6-standard-trixie"
"""PostgreSQL for CloudNativePG 1.30 (tag in public manifests, 2026-09; variants: its docs/src/index.md)."""

RDS_POSTGRES = ManagedEngine(
    engine="postgres",
    version="18.4",
    family="postgres18",
    source="RDS for PostgreSQL in public Terraform configurations, 2026-07",
)

ELASTICACHE_VALKEY = ManagedEngine(
    engine="valkey",
    version="9.1",
    family="valkey9",
    source="AmazonElastiCache/latest/dg/engine-versions and ParameterGroups.Engine, 2026-08",
)

AMAZON_MQ_RABBITMQ = ManagedEngine(
    engine="RabbitMQ",
    version="4.2",
    family="mq.m7g",
    source="amazon-mq/latest/developer-guide/rabbitmq-version-management: recommended, on mq.m7g only; 2026-08",
)
"""RabbitMQ on Amazon MQ. `family` is the one family of instance types that runs the version."""
