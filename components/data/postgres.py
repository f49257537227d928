"""PostgreSQL with pgvector in the cluster, run by the CloudNativePG operator."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pulumi
from pulumi_kubernetes.apiextensions import CustomResource

from catalog.charts import CLOUDNATIVE_PG
from catalog.databases import POSTGRES_IMAGE
from components import credentials
from components.data.postgres_base import Postgres
from components.helm import install
from components.namespace import namespace

_CLUSTER_LABEL = "cnpg.io/cluster"
_ZONE = "topology.kubernetes.io/zone"
_OPERATOR_RESOURCES = {"requests": {"cpu": "100m", "memory": "256Mi"}, "limits": {"memory": "512Mi"}}
# The size PostgreSQL's documentation starts from (runtime-config-resource): a quarter of the memory.
_SHARED_BUFFERS_SHARE = 4


@dataclass(frozen=True, kw_only=True)
class InClusterPostgresArgs:
    """One PostgreSQL cluster. `cpu` is a Kubernetes quantity; memory and storage are per instance.

    `namespace` holds the database; its pods meet the restricted Pod Security standard. `app_namespace` gets
    the Secret for programs. `protect` makes Pulumi refuse to delete the database. `depends_on` names what
    must stand first: the nodes, the storage class and, for its PodMonitor, prometheus-operator.
    """

    provider: pulumi.ProviderResource
    namespace: pulumi.Input[str]
    app_namespace: pulumi.Input[str]
    storage_class: pulumi.Input[str]
    protect: bool
    instances: int = 1
    cpu: str = "500m"
    memory_mib: int = 2048
    storage_gib: int = 20
    database: str = "app"
    username: str = "app"
    operator_namespace: str = CLOUDNATIVE_PG.namespace
    depends_on: Sequence[pulumi.Resource] = ()


def cluster_spec(name: str, args: InClusterPostgresArgs, owner_secret: pulumi.Input[str]) -> dict[str, Any]:
    """Return the spec of the CloudNativePG Cluster `name`, whose owner's password is in `owner_secret`."""
    memory = f"{args.memory_mib}Mi"
    return {
        "instances": args.instances,
        "imageName": POSTGRES_IMAGE,
        "storage": {"size": f"{args.storage_gib}Gi", "storageClass": args.storage_class},
        "bootstrap": {
            "initdb": {
                "database": args.database,
                "owner": args.username,
                "secret": {"name": owner_secret},
                "dataChecksums": True,
                "postInitApplicationSQL": ["CREATE EXTENSION IF NOT EXISTS vector"],
            }
        },
        "postgresql": {"parameters": {"shared_buffers": f"{args.memory_mib // _SHARED_BUFFERS_SHARE}MB"}},
        "resources": {"requests": {"cpu": args.cpu, "memory": memory}, "limits": {"memory": memory}},
        # A disruption budget over a single instance would hold its node for ever.
        "enablePDB": args.instances > 1,
        "affinity": {"enablePodAntiAffinity": True, "topologyKey": "kubernetes.io/hostname"},
        "topologySpreadConstraints": [
            {
                "maxSkew": 1,
                "topologyKey": _ZONE,
                "whenUnsatisfiable": "ScheduleAnyway",
                "labelSelector": {"matchLabels": {_CLUSTER_LABEL: name}},
            }
        ],
    }


class InClusterPostgres(Postgres):
    """PostgreSQL in the cluster, with the extension `vector` in its database, and the operator that runs it.

    One to a cluster: the operator watches all namespaces. It keeps no backups beside its replicas; use
    ManagedPostgres for data that cannot be made again.

        database = InClusterPostgres("postgres", InClusterPostgresArgs(
            provider=cluster.provider,
            namespace="data",
            app_namespace="apps",
            storage_class="gp3-retain",
            protect=True,
            instances=3,
        ))
        pulumi.export("postgresUri", database.uri)
    """

    def __init__(
        self, name: str, args: InClusterPostgresArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("inference-platform:index:InClusterPostgres", name, opts)
        child = pulumi.ResourceOptions(parent=self, provider=args.provider, depends_on=list(args.depends_on))
        own = pulumi.ResourceOptions(parent=self)
        self.host = pulumi.Output.format("{0}-rw.{1}.svc", name, args.namespace)
        self.port = pulumi.Output.from_input(5432)
        self.database = pulumi.Output.from_input(args.database)
        self.username = pulumi.Output.from_input(args.username)
        self.password = credentials.password(f"{name}-password", own)

        operator = self._operator(name, args, child)
        self._cluster(name, args, child, operator)
        self._pod_monitor(name, args, child)
        self.register_outputs(self._publish(name, args.app_namespace, child))

    def _operator(
        self, name: str, args: InClusterPostgresArgs, child: pulumi.ResourceOptions
    ) -> pulumi.Resource:
        space = namespace(
            f"{name}-operator-namespace",
            named=args.operator_namespace,
            pod_security="restricted",
            opts=child,
        )
        return install(
            f"{name}-operator",
            CLOUDNATIVE_PG,
            namespace=space.metadata["name"],
            values={"resources": _OPERATOR_RESOURCES},
            release_name=CLOUDNATIVE_PG.name,
            opts=child,
        )

    def _cluster(
        self,
        name: str,
        args: InClusterPostgresArgs,
        child: pulumi.ResourceOptions,
        operator: pulumi.Resource,
    ) -> None:
        owner = credentials.secret(
            f"{name}-owner",
            {"username": self.username, "password": self.password},
            namespace=args.namespace,
            kind="kubernetes.io/basic-auth",
            # The operator then takes a new password over at once.
            labels={"cnpg.io/reload": "true"},
            opts=child,
        )
        CustomResource(
            f"{name}-cluster",
            api_version="postgresql.cnpg.io/v1",
            kind="Cluster",
            metadata={"name": name, "namespace": args.namespace},
            spec=cluster_spec(name, args, owner.metadata["name"]),
            opts=child.merge(pulumi.ResourceOptions(depends_on=[operator], protect=args.protect)),
        )

    def _pod_monitor(self, name: str, args: InClusterPostgresArgs, child: pulumi.ResourceOptions) -> None:
        # The Cluster's own enablePodMonitor is deprecated (CloudNativePG 1.30 docs/src/monitoring.md).
        CustomResource(
            f"{name}-pod-monitor",
            api_version="monitoring.coreos.com/v1",
            kind="PodMonitor",
            metadata={"name": name, "namespace": args.namespace},
            spec={
                "selector": {"matchLabels": {_CLUSTER_LABEL: name}},
                "podMetricsEndpoints": [{"port": "metrics"}],
            },
            opts=child,
        )
