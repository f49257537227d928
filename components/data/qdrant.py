"""Qdrant, a vector database, from its own chart. AWS offers none, so it always runs in the cluster."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pulumi

from catalog.charts import QDRANT
from components import credentials
from components.helm import install

_HTTP_PORT = 6333
_GRPC_PORT = 6334
_KEY = "api-key"
_ZONE = "topology.kubernetes.io/zone"
_COPIES = 2


@dataclass(frozen=True, kw_only=True)
class QdrantArgs:
    """A Qdrant cluster. `cpu` is a Kubernetes quantity; memory and storage are per replica.

    With more than one replica, new collections keep two copies of each shard.
    `namespace` holds the pods; they meet the restricted Pod Security standard. `app_namespace` gets the
    Secret for programs. `protect` makes Pulumi refuse to delete it; its volume claims stay in any case, as
    those of a StatefulSet do. `depends_on` names what must stand first: nodes, storage class,
    prometheus-operator.
    """

    provider: pulumi.ProviderResource
    namespace: pulumi.Input[str]
    app_namespace: pulumi.Input[str]
    storage_class: pulumi.Input[str]
    protect: bool
    replicas: int = 1
    cpu: str = "500m"
    memory_mib: int = 2048
    storage_gib: int = 20
    depends_on: Sequence[pulumi.Resource] = ()


def qdrant_values(args: QdrantArgs, key_secret: pulumi.Input[str]) -> dict[str, Any]:
    """Return the chart's Helm values. They name the Secret with the API key, and never hold it."""
    memory = f"{args.memory_mib}Mi"
    return {
        "replicaCount": args.replicas,
        "apiKey": {"valueFrom": {"secretKeyRef": {"name": key_secret, "key": _KEY}}},
        "config": {"storage": {"collection": {"replication_factor": min(args.replicas, _COPIES)}}},
        "persistence": {"size": f"{args.storage_gib}Gi", "storageClassName": args.storage_class},
        "resources": {"requests": {"cpu": args.cpu, "memory": memory}, "limits": {"memory": memory}},
        # Its init container would run chown as root; the volume's group does the same within the standard.
        "updateVolumeFsOwnership": False,
        "image": {"useUnprivilegedImage": True},
        "containerSecurityContext": {"capabilities": {"drop": ["ALL"]}},
        "podSecurityContext": {"seccompProfile": {"type": "RuntimeDefault"}},
        "podDisruptionBudget": {"enabled": args.replicas > 1, "maxUnavailable": 1},
        "topologySpreadConstraints": [
            {
                "maxSkew": 1,
                "topologyKey": _ZONE,
                "whenUnsatisfiable": "ScheduleAnyway",
                "labelSelector": {"matchLabels": {"app.kubernetes.io/instance": QDRANT.name}},
            }
        ],
        "metrics": {"serviceMonitor": {"enabled": True}},
    }


class Qdrant(pulumi.ComponentResource):
    """Qdrant with an API key, volumes that outlive it, and metrics.

    The Secret `<name>-connection` holds host, port, grpc-port, api-key and uri for programs.

        vectors = Qdrant("qdrant", QdrantArgs(
            provider=cluster.provider,
            namespace="data",
            app_namespace="apps",
            storage_class="gp3-retain",
            protect=True,
            replicas=3,
        ))
        pulumi.export("qdrantUri", vectors.uri)
    """

    host: pulumi.Output[str]
    """DNS name, reachable from pods."""
    port: pulumi.Output[int]
    """TCP port of the REST API."""
    grpc_port: pulumi.Output[int]
    """TCP port of the gRPC API."""
    api_key: pulumi.Output[str]
    """The key, for the header `api-key`; a secret."""
    uri: pulumi.Output[str]
    """`http://host:port`, without the key."""
    connection_secret: pulumi.Output[str]
    """Name of the Kubernetes Secret in the programs' namespace."""

    def __init__(self, name: str, args: QdrantArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("inference-platform:index:Qdrant", name, None, opts)
        child = pulumi.ResourceOptions(parent=self, provider=args.provider, depends_on=list(args.depends_on))
        self.host = pulumi.Output.format("{0}.{1}.svc", QDRANT.name, args.namespace)
        self.port = pulumi.Output.from_input(_HTTP_PORT)
        self.grpc_port = pulumi.Output.from_input(_GRPC_PORT)
        self.uri = pulumi.Output.format("http://{0}:{1}", self.host, self.port)
        self.api_key = credentials.password(f"{name}-api-key", pulumi.ResourceOptions(parent=self))
        key = credentials.secret(f"{name}-key", {_KEY: self.api_key}, namespace=args.namespace, opts=child)
        install(
            f"{name}-release",
            QDRANT,
            namespace=args.namespace,
            values=qdrant_values(args, key.metadata["name"]),
            release_name=QDRANT.name,
            opts=child.merge(pulumi.ResourceOptions(protect=args.protect)),
        )
        self.register_outputs(self._publish(name, args.app_namespace, child))

    def _publish(
        self, name: str, namespace: pulumi.Input[str], child: pulumi.ResourceOptions
    ) -> dict[str, Any]:
        fields: dict[str, pulumi.Input[str]] = {
            "host": self.host,
            "port": pulumi.Output.format("{0}", self.port),
            "grpc-port": pulumi.Output.format("{0}", self.grpc_port),
            _KEY: self.api_key,
            "uri": self.uri,
        }
        published = credentials.secret(f"{name}-connection", fields, namespace=namespace, opts=child)
        self.connection_secret = published.metadata["name"]
        return {
            "host": self.host,
            "port": self.port,
            "grpc_port": self.grpc_port,
            "api_key": self.api_key,
            "uri": self.uri,
            "connection_secret": self.connection_secret,
        }
