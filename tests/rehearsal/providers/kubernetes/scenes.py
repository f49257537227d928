"""What the live tests put into a cluster."""

from collections.abc import Callable
from typing import Any

import pulumi
import pulumi_kubernetes as k8s

SECRET = "correct-horse-battery-staple"

Body = Callable[[str, pulumi.ResourceOptions], None]
Program = Callable[[], None]


def in_namespace(kubeconfig: str, namespace: str, body: Body) -> Program:
    """Return a program that makes ``namespace`` and gives its body the options to be in it."""

    def run() -> None:
        provider = k8s.Provider(
            "cluster", kubeconfig=pulumi.Output.secret(kubeconfig), cluster_identifier="live"
        )
        made = k8s.core.v1.Namespace(
            "space", metadata={"name": namespace}, opts=pulumi.ResourceOptions(provider=provider)
        )
        body(namespace, pulumi.ResourceOptions(provider=provider, depends_on=[made]))

    return run


def web(
    space: str,
    options: pulumi.ResourceOptions,
    image: str = "app:1",
    annotations: dict[str, str] | None = None,
    **container: Any,
) -> None:
    """Make a Deployment of two pods."""
    pods: Any = {"containers": [{"name": "web", "image": image, **container}]}
    k8s.apps.v1.Deployment(
        "web",
        metadata={"namespace": space, "name": "web", "annotations": annotations or {}},
        spec={
            "replicas": 2,
            "selector": {"match_labels": {"app": "web"}},
            "template": {"metadata": {"labels": {"app": "web"}}, "spec": pods},
        },
        opts=options,
    )


def service(space: str, options: pulumi.ResourceOptions, **port: Any) -> None:
    """Make a Service whose port may be wrong."""
    ports: Any = [{"port": 80, **port}]
    k8s.core.v1.Service(
        "svc",
        metadata={"namespace": space, "name": "svc"},
        spec={"selector": {"app": "web"}, "ports": ports},
        opts=options,
    )


def postgres(space: str, options: pulumi.ResourceOptions, **spec: Any) -> None:
    """Make a CloudNativePG Cluster of two instances."""
    k8s.apiextensions.CustomResource(
        "pg",
        api_version="postgresql.cnpg.io/v1",
        kind="Cluster",
        metadata={"namespace": space, "name": "pg"},
        spec={"instances": 2, "storage": {"size": "10Gi"}, **spec},
        opts=options,
    )


def shop(space: str, options: pulumi.ResourceOptions, version: str) -> None:
    """Make a bit of everything; ``version`` changes what is replaced and what is updated."""
    secret = pulumi.Output.secret(SECRET)
    automatic = k8s.core.v1.ConfigMap(
        "automatic", metadata={"namespace": space}, data={"v": version, "s": secret}, opts=options
    )
    named: Any = {"namespace": space, "name": "named"}
    k8s.core.v1.ConfigMap("named", metadata=named, data={"v": version}, opts=options)
    kept = k8s.core.v1.Secret("kept", metadata={"namespace": space}, string_data={"p": secret}, opts=options)
    web(space, options, image=f"app:{version}", env=[{"name": "C", "value": automatic.metadata.name}])
    service(space, options)
    k8s.helm.v3.Release(
        "keda",
        name="keda",
        chart="keda",
        namespace=space,
        repository_opts={"repo": "https://kedacore.github.io/charts"},
        values={"operator": {"replicaCount": 2}, "token": secret},
        opts=options,
    )
    pulumi.export("name", automatic.metadata.name)
    pulumi.export("data", kept.data)


def takeover(name: str, options: pulumi.ResourceOptions, annotations: dict[str, str]) -> None:
    """Make a ConfigMap in the default namespace, where something else may have made one."""
    meta: Any = {"name": name, "namespace": "default", "annotations": annotations}
    k8s.core.v1.ConfigMap("ours", metadata=meta, data={"a": "ours"}, opts=options)
