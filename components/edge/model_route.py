"""One model's place under the host name."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import pulumi
from pulumi_kubernetes.apiextensions import CustomResource
from pulumi_kubernetes.meta.v1 import ObjectMetaArgs

from components import credentials
from components.edge.specs import ENVOY_API, GATEWAY_API

VLLM_PATHS = (
    "/v1/audio",
    "/v1/chat/completions",
    "/v1/completions",
    "/v1/embeddings",
    "/v1/messages",
    "/v1/models",
    "/v1/rerank",
    "/v1/responses",
    "/v1/score",
)
"""vLLM's inference. Not /v1/load_lora_adapter, nor what its own key leaves open: /invocations, /tokenize, ..."""
TGI_PATHS = ("/v1/chat/completions", "/v1/completions", "/v1/models")
"""TGI's inference as OpenAI has it."""
OLLAMA_PATHS = ("/v1/chat/completions", "/v1/completions", "/v1/embeddings", "/v1/models", "/v1/responses")
"""Ollama's inference as OpenAI has it. Not /api, which pulls, copies and deletes models for anyone."""
TRITON_PATHS = ("/v2/health", "/v2/models")
"""Triton's inference. Not /v2/repository, which loads and unloads models, nor shared memory and logging."""


@dataclass(frozen=True, kw_only=True)
class ModelRouteArgs:
    """Where requests to `https://hostname/route/...` go, and which paths may be called at all.

    `paths` are the server's own, as whole path segments: `/v1` allows /v1/models and not /v10. A path that is
    not listed gets status 404. `service` is a Service of `namespace`, whose labels must have GATEWAY_ACCESS.
    `api_key` is what the server itself asks for; the gateway shows it in place of the caller's.
    `depends_on` names what must stand while the route does: the Ingress.
    """

    provider: pulumi.ProviderResource
    namespace: pulumi.Input[str]
    hostname: pulumi.Input[str]
    route: str
    service: pulumi.Input[str]
    port: pulumi.Input[int]
    gateway_name: pulumi.Input[str]
    gateway_namespace: pulumi.Input[str]
    paths: Sequence[str] = VLLM_PATHS
    api_key: pulumi.Input[str] | None = field(default=None, repr=False)
    depends_on: Sequence[pulumi.Resource] = ()

    def __post_init__(self) -> None:
        """Raise ValueError for paths that would let everything through, or nothing."""
        if not self.paths or any(not path.startswith("/") or path.endswith("/") for path in self.paths):
            raise ValueError(f"paths: {list(self.paths)} must be one or more like /v1, without a last slash")


def route_spec(args: ModelRouteArgs, credential: str | None = None) -> dict[str, Any]:
    """Return the HTTPRoute: `/route/v1/...` becomes `/v1/...` at the model. Time limits are the Gateway's.

    `credential` is the HTTPRouteFilter that puts the server's key in.
    """
    gateway = {"name": args.gateway_name, "namespace": args.gateway_namespace, "sectionName": "https"}
    return {
        "parentRefs": [gateway],
        "hostnames": [args.hostname],
        "rules": [_rule(args, path, credential) for path in args.paths],
    }


def credential_spec(secret: pulumi.Input[str]) -> dict[str, Any]:
    """Return the HTTPRouteFilter that sets `Authorization` to what a Secret has under `credential`."""
    return {"credentialInjection": {"overwrite": True, "credential": {"valueRef": {"name": secret}}}}


def _rule(args: ModelRouteArgs, path: str, credential: str | None) -> dict[str, Any]:
    rewrite = {"path": {"type": "ReplacePrefixMatch", "replacePrefixMatch": path}}
    filters: list[dict[str, Any]] = [{"type": "URLRewrite", "urlRewrite": rewrite}]
    if credential:
        group = ENVOY_API.partition("/")[0]
        reference = {"group": group, "kind": "HTTPRouteFilter", "name": credential}
        filters.append({"type": "ExtensionRef", "extensionRef": reference})
    return {
        "matches": [{"path": {"type": "PathPrefix", "value": f"/{args.route}{path}"}}],
        "filters": filters,
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
        key = None if args.api_key is None else self._credential(name, args, args.api_key, child)
        CustomResource(
            f"{name}-http-route",
            api_version=GATEWAY_API,
            kind="HTTPRoute",
            metadata=ObjectMetaArgs(name=name, namespace=args.namespace),
            spec=route_spec(args, name if key else None),
            opts=child.merge(pulumi.ResourceOptions(depends_on=[key] if key else [])),
        )
        self.url = pulumi.Output.format("https://{0}/{1}", args.hostname, args.route)
        self.register_outputs({"url": self.url})

    def _credential(
        self, name: str, args: ModelRouteArgs, key: pulumi.Input[str], child: pulumi.ResourceOptions
    ) -> CustomResource:
        """Make the filter that shows the server its key, and the Secret that holds it."""
        value = pulumi.Output.concat("Bearer ", key)
        secret = credentials.secret(
            f"{name}-credential", {"credential": value}, namespace=args.namespace, opts=child
        )
        return CustomResource(
            f"{name}-credential-filter",
            api_version=ENVOY_API,
            kind="HTTPRouteFilter",
            metadata=ObjectMetaArgs(name=name, namespace=args.namespace),
            spec=credential_spec(secret.metadata["name"]),
            opts=child,
        )
