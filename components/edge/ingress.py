"""The way in from outside: a load balancer, TLS, and who may call."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, cast

import pulumi
from pulumi_kubernetes.apiextensions import CustomResource
from pulumi_kubernetes.helm.v3 import Release
from pulumi_kubernetes.meta.v1 import ObjectMetaArgs

from catalog.charts import ENVOY_GATEWAY
from components import credentials
from components.edge import specs
from components.edge.certificates import Certificates, CertificatesArgs, Issuer
from components.edge.specs import ENVOY_API, GATEWAY_API, Limits
from components.helm import install
from components.namespace import namespace

_RESOURCES = {"requests": {"cpu": "100m", "memory": "256Mi"}, "limits": {"memory": "1024Mi"}}
_ISSUER_ANNOTATION = "cert-manager.io/cluster-issuer"


@dataclass(frozen=True, kw_only=True)
class IngressArgs:
    """The name models are called by, who signs its certificate, and who may call.

    DNS for `hostname` must point at the load balancer; Let's Encrypt looks there. `internal` keeps the load
    balancer inside the VPC, where Let's Encrypt cannot reach it.
    Each of `api_clients` gets a key of its own. With `require_api_key` false anyone may call.
    `replicas` is of Envoy and of its controller. `tags` go to the load balancer.
    """

    provider: pulumi.ProviderResource
    hostname: str
    issuer: Issuer
    acme_email: str | None = None
    limits: Limits = field(default_factory=Limits)
    replicas: int = 2
    internal: bool = False
    require_api_key: bool = True
    api_clients: Sequence[str] = ("default",)
    namespace: str = ENVOY_GATEWAY.namespace
    tags: Mapping[str, str] = field(default_factory=dict[str, str])
    depends_on: Sequence[pulumi.Resource] = ()

    def __post_init__(self) -> None:
        """Raise ValueError for keys that nobody holds: the Gateway would have to refuse everyone, or no one."""
        if self.require_api_key and not self.api_clients:
            raise ValueError("api_clients is empty: name at least one, or set require_api_key to false")


def envoy_gateway_values(replicas: int) -> dict[str, Any]:
    """Return the chart's Helm values. The controller is not in the path of requests."""
    return {
        "deployment": {"replicas": replicas, "envoyGateway": {"resources": _RESOURCES}},
        "podDisruptionBudget": {"minAvailable": 1 if replicas > 1 else 0},
        "certgen": {"job": {"resources": {"requests": {"cpu": "10m", "memory": "64Mi"}}}},
    }


class Ingress(pulumi.ComponentResource):
    """Envoy Gateway with one Gateway: HTTPS with a certificate from cert-manager, API keys, limits.

    Models are added with ModelRoute. The Gateway API's CRDs come with the chart and stay when it goes; Helm
    never changes them, so a new chart version needs its `crds` applied by hand first.

        ingress = Ingress("ingress", IngressArgs(
            provider=cluster.provider,
            hostname="models.example.com",
            issuer=Issuer.LETSENCRYPT_PROD,
        ))
        pulumi.export("apiKeys", ingress.api_keys)
    """

    gateway_name: pulumi.Output[str]
    """Name of the Gateway, for routes."""
    gateway_namespace: pulumi.Output[str]
    """Namespace of the Gateway and of the Envoy pods."""
    hostname: pulumi.Output[str]
    """Host name of all routes."""
    url: pulumi.Output[str]
    """`https://hostname`."""
    api_keys: pulumi.Output[Mapping[str, str]]
    """Each client's API key; a secret. Empty without `require_api_key`."""

    def __init__(self, name: str, args: IngressArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("inference-platform:index:Ingress", name, None, opts)
        child = pulumi.ResourceOptions(parent=self, provider=args.provider, depends_on=list(args.depends_on))
        self._name = name
        self._args = args
        release = self._release(child)
        self._child = child.merge(pulumi.ResourceOptions(depends_on=[release]))
        keys = self._keys()
        policies = self._policies(keys)
        certificates = self._certificates(release)
        # Policies first: there is no moment, not even while all is destroyed, when the Gateway is open.
        gateway = self._gateway(certificates, policies)
        self._redirect(gateway)
        self._object("proxy-monitor", "monitoring.coreos.com/v1", "PodMonitor", specs.proxy_monitor(name))
        self.gateway_name = pulumi.Output.from_input(name)
        self.hostname = pulumi.Output.from_input(args.hostname)
        self.url = pulumi.Output.format("https://{0}", args.hostname)
        # secret() resolves the outputs inside, which its type does not say; all() gives a list when empty.
        self.api_keys = cast("pulumi.Output[Mapping[str, str]]", pulumi.Output.secret(keys))
        self.register_outputs(
            {
                "gateway_name": self.gateway_name,
                "gateway_namespace": self.gateway_namespace,
                "hostname": self.hostname,
                "url": self.url,
                "api_keys": self.api_keys,
            }
        )

    def _release(self, child: pulumi.ResourceOptions) -> Release:
        space = namespace(
            f"{self._name}-namespace", named=self._args.namespace, pod_security="restricted", opts=child
        )
        self.gateway_namespace = space.metadata["name"]
        return install(
            f"{self._name}-envoy-gateway",
            ENVOY_GATEWAY,
            namespace=self.gateway_namespace,
            values=envoy_gateway_values(self._args.replicas),
            release_name="envoy-gateway",
            opts=child,
        )

    def _certificates(self, release: Release) -> Certificates:
        args = CertificatesArgs(
            provider=self._args.provider,
            issuer=self._args.issuer,
            gateway_name=self._name,
            gateway_namespace=self.gateway_namespace,
            acme_email=self._args.acme_email,
            replicas=self._args.replicas,
            depends_on=[release],
        )
        return Certificates(f"{self._name}-certificates", args, pulumi.ResourceOptions(parent=self))

    def _keys(self) -> dict[str, pulumi.Output[str]]:
        own = pulumi.ResourceOptions(parent=self)
        clients = self._args.api_clients if self._args.require_api_key else ()
        return {client: credentials.password(f"{self._name}-key-{client}", own) for client in clients}

    def _policies(self, keys: Mapping[str, pulumi.Output[str]]) -> list[CustomResource]:
        name, limits = self._name, self._args.limits
        client = specs.client_policy(name, limits)
        backend = specs.backend_policy(name, limits)
        policies = [
            self._object("client-policy", ENVOY_API, "ClientTrafficPolicy", client),
            self._object("backend-policy", ENVOY_API, "BackendTrafficPolicy", backend),
        ]
        if keys:
            secret = credentials.secret(
                f"{name}-api-keys", keys, namespace=self.gateway_namespace, opts=self._child
            )
            security = specs.key_policy(name, secret.metadata["name"])
            policies.append(self._object("key-policy", ENVOY_API, "SecurityPolicy", security))
        return policies

    def _class(self) -> CustomResource:
        args, name = self._args, self._name
        annotations = specs.load_balancer(internal=args.internal, tags=args.tags)
        proxy_spec = specs.proxy(name, args.replicas, args.limits.read_seconds, annotations)
        proxy = self._object("proxy", ENVOY_API, "EnvoyProxy", proxy_spec)
        return CustomResource(
            f"{name}-class",
            api_version=GATEWAY_API,
            kind="GatewayClass",
            metadata=ObjectMetaArgs(name=name),
            spec=specs.gateway_class(name, self.gateway_namespace),
            opts=self._child.merge(pulumi.ResourceOptions(depends_on=[proxy])),
        )

    def _gateway(self, certificates: Certificates, policies: Sequence[CustomResource]) -> CustomResource:
        annotations = {_ISSUER_ANNOTATION: certificates.issuer_name}
        waits = pulumi.ResourceOptions(depends_on=[self._class(), certificates, *policies])
        return CustomResource(
            f"{self._name}-gateway",
            api_version=GATEWAY_API,
            kind="Gateway",
            metadata=ObjectMetaArgs(
                name=self._name, namespace=self.gateway_namespace, annotations=annotations
            ),
            spec=specs.gateway(self._name, self._args.hostname, f"{self._name}-tls"),
            opts=self._child.merge(waits),
        )

    def _redirect(self, gateway: CustomResource) -> None:
        spec = specs.redirect(self._name, self._args.hostname)
        after = pulumi.ResourceOptions(depends_on=[gateway])
        self._object("redirect", GATEWAY_API, "HTTPRoute", spec, after)

    def _object(
        self,
        role: str,
        api_version: str,
        kind: str,
        spec: Mapping[str, Any],
        extra: pulumi.ResourceOptions | None = None,
    ) -> CustomResource:
        """Make an object of the Gateway's own name, in its namespace."""
        return CustomResource(
            f"{self._name}-{role}",
            api_version=api_version,
            kind=kind,
            metadata=ObjectMetaArgs(name=self._name, namespace=self.gateway_namespace),
            spec=spec,
            opts=self._child.merge(extra or pulumi.ResourceOptions()),
        )
