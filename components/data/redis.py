"""Valkey in the cluster, from its own chart."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pulumi

from catalog.charts import VALKEY
from components import credentials
from components.data.redis_base import RedisCache
from components.helm import install

_PORT = 6379
_USER = "default"
# Valkey forks to write its file and the copy grows with every write meanwhile; the rest is for that.
_DATA_SHARE = 0.75
_SMALL = {"requests": {"cpu": "10m", "memory": "32Mi"}, "limits": {"memory": "64Mi"}}
# The chart leaves its exporter without one; the restricted Pod Security standard wants all of these.
_EXPORTER_SECURITY = {
    "allowPrivilegeEscalation": False,
    "capabilities": {"drop": ["ALL"]},
    "readOnlyRootFilesystem": True,
    "runAsNonRoot": True,
}


@dataclass(frozen=True, kw_only=True)
class InClusterRedisCacheArgs:
    """One Valkey server. `cpu` is a Kubernetes quantity; three quarters of `memory_mib` are for data.

    When those are full, `eviction_policy` (Valkey's maxmemory-policy) says what goes.
    `namespace` holds the server; its pod meets the restricted Pod Security standard. `app_namespace` gets the
    Secret for programs. `protect` makes Pulumi refuse to delete the cache, and Helm keep its volume claim.
    `depends_on` names what must stand first: nodes, storage class, prometheus-operator.
    """

    provider: pulumi.ProviderResource
    namespace: pulumi.Input[str]
    app_namespace: pulumi.Input[str]
    storage_class: pulumi.Input[str]
    protect: bool
    cpu: str = "100m"
    memory_mib: int = 1024
    storage_gib: int = 8
    eviction_policy: str = "allkeys-lru"
    depends_on: Sequence[pulumi.Resource] = ()


def valkey_values(args: InClusterRedisCacheArgs, password_secret: pulumi.Input[str]) -> dict[str, Any]:
    """Return the chart's Helm values. They name the Secret with the password, and never hold it."""
    memory = f"{args.memory_mib}Mi"
    return {
        "auth": {
            "enabled": True,
            "usersExistingSecret": password_secret,
            "aclUsers": {_USER: {"permissions": "~* &* +@all", "passwordKey": "password"}},
        },
        "dataStorage": {
            "enabled": True,
            "requestedSize": f"{args.storage_gib}Gi",
            "className": args.storage_class,
            "keepPvc": args.protect,
        },
        # Two pods cannot hold one ReadWriteOnce volume: the old one goes first.
        "deploymentStrategy": "Recreate",
        "valkeyConfig": "\n".join(
            (
                "appendonly yes",
                f"maxmemory {int(args.memory_mib * _DATA_SHARE)}mb",
                f"maxmemory-policy {args.eviction_policy}",
            )
        ),
        "resources": {"requests": {"cpu": args.cpu, "memory": memory}, "limits": {"memory": memory}},
        "initResources": _SMALL,
        "metrics": {
            "enabled": True,
            "exporter": {"resources": _SMALL, "securityContext": _EXPORTER_SECURITY},
            "serviceMonitor": {"enabled": True},
        },
    }


class InClusterRedisCache(RedisCache):
    """Valkey in the cluster: one server with a password and a volume, so that a restart keeps what it held.

    It has no replica. The chart's replicas do not fail over by themselves; use ManagedRedisCache for a cache
    that must outlive the loss of a zone.

        cache = InClusterRedisCache("redis", InClusterRedisCacheArgs(
            provider=cluster.provider,
            namespace="data",
            app_namespace="apps",
            storage_class="gp3-retain",
            protect=False,
        ))
        pulumi.export("redisUri", cache.uri)
    """

    def __init__(
        self, name: str, args: InClusterRedisCacheArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("inference-platform:index:InClusterRedisCache", name, opts)
        child = pulumi.ResourceOptions(parent=self, provider=args.provider, depends_on=list(args.depends_on))
        self.host = pulumi.Output.format("{0}.{1}.svc", VALKEY.name, args.namespace)
        self.port = pulumi.Output.from_input(_PORT)
        self.username = pulumi.Output.from_input(_USER)
        self.password = credentials.password(f"{name}-password", pulumi.ResourceOptions(parent=self))
        users = credentials.secret(
            f"{name}-users", {"password": self.password}, namespace=args.namespace, opts=child
        )
        install(
            f"{name}-release",
            VALKEY,
            namespace=args.namespace,
            values=valkey_values(args, users.metadata["name"]),
            release_name=VALKEY.name,
            opts=child.merge(pulumi.ResourceOptions(protect=args.protect)),
        )
        self.register_outputs(self._publish(name, "redis", args.app_namespace, child))
