"""One model's place under the host name."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pulumi
from pulumi_kubernetes.apiextensions import CustomResource
from pulumi_kubernetes.meta.v1 import ObjectMetaArgs

from components.edge.specs import GATEWAY_API

OPENAI_PATHS = ("/v1",)
"""What vLLM, TGI and Ollama serve as OpenAI does. Not /metrics, /health, /tokenize, /invocations, ..."""
TRITON_PATHS = ("/v2/health", "/v2/models")
"""Triton's inference. Not /v2/repository, which loads and unloads models, nor shared memory and logging."""


@dataclass(frozen=True, kw_only=True)
class ModelRouteArgs:
    """Where requests to `https://hostname/route/...` go, and which paths may be called at all.

    `paths` are the server's own, as whole path segments: `/v1` allows /v1/models and not /v10. A path that is
    not listed gets status 404. `service` is a Service of `namespace`, whose labels must have GATEWAY_ACCESS.
    `depends_on` names what must stand while the route does: the Ingress.
    """

    provider: pulumi.ProviderResource
    namespace: pulumi.Input[str]
    hostname: pulumi.Input[str]
    route: str
    service: pulumi.Input[str]
    port: int
    gateway_name: pulumi.Input[str]
    gateway_namespace: pulumi.Input[str]
    paths: Sequence[str] = OPENAI_PATHS
    depends_on: Sequence[pulumi.Resource] = ()

    def __post_init__(self) -> None:
        """Raise ValueError for paths that would let everything through, or nothing."""
        if not self.paths or any(not path.startswith("/") or path.endswith("/") for path in self.paths):
            raise ValueError(f"paths: {list(self.paths)} must be one or more like /v1, without a last slash")


def route_spec(args: ModelRouteArgs) -> dict[str, Any]:
    """Return the HTTPRoute: `/route/v1/...` becomes `/v1/...` at the model. Time limits are the Gateway's."""
    gateway = {"name": args.gateway_name, "namespace": args.gateway_namespace, "sectionName": "https"}
    return {
        "parentRefs": [gateway],
        "hostnames": [args.hostname],
        "rules": [_rule(args, path) for path in args.paths],
    }


def _rule(args: ModelRouteArgs, path: str) -> dict[str, Any]:
    rewrite = {"path": {"type": "ReplacePrefixMatch", "replacePrefixMatch": path}}
    return {
        "matches": [{"path": {"type": "PathPrefix", "value": f"/{args.route}{path}"}}],
        "filters": [{"type": "URLRewrite", "urlRewrite": rewrite}],
        "backendRefs": [{"name": args.service, "port": args.port}],
    }


class ModelRoute(pulumi.ComponentResource):
    """A model's HTTPRoute on the Gateway of an Ingress.

    Clients take the URL as the base of the API: OpenAI(base_url=f"{url}/v1").

        route = ModelRoute("chat-route", ModelRouteArgs(
            provider=cluster.provider,
            namespace="models",
            hostname=ingress.hostname,
            route="chat",
            service="chat",
            port=8000,
            gateway_name=ingress.gateway_name,
            gateway_namespace=ingress.gateway_namespace,
            depends_on=[ingress],
        ))
        pulumi.export("chatUrl", route.url)
    """

    url: pulumi.Output[str]
    """`https://hostname/route`; the allowed paths follow it."""

    def __init__(self, name: str, args: ModelRouteArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("inference-platform:index:ModelRoute", name, None, opts)
        child = pulumi.ResourceOptions(parent=self, provider=args.provider, depends_on=list(args.depends_on))
        CustomResource(
            f"{name}-http-route",
            api_version=GATEWAY_API,
            kind="HTTPRoute",
            metadata=ObjectMetaArgs(name=name, namespace=args.namespace),
            spec=route_spec(args),
            opts=child,
        )
        self.url = pulumi.Output.format("https://{0}/{1}", args.hostname, args.route)
        self.register_outputs({"url": self.url})
