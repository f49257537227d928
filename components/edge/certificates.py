"""TLS certificates from cert-manager."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import pulumi
from pulumi_kubernetes.apiextensions import CustomResource
from pulumi_kubernetes.helm.v3 import Release
from pulumi_kubernetes.meta.v1 import ObjectMetaArgs

from catalog.charts import CERT_MANAGER
from components.helm import install
from components.namespace import namespace

_RESOURCES = {"requests": {"cpu": "20m", "memory": "64Mi"}, "limits": {"memory": "256Mi"}}


class Issuer(StrEnum):
    """Who signs certificates. The value is the ClusterIssuer's name."""

    LETSENCRYPT_PROD = "letsencrypt-prod"
    LETSENCRYPT_STAGING = "letsencrypt-staging"
    SELF_SIGNED = "self-signed"


# letsencrypt.org/docs/acme-protocol-updates and /docs/staging-environment
_ACME_SERVERS: Mapping[Issuer, str] = {
    Issuer.LETSENCRYPT_PROD: "https://acme-v02.api.letsencrypt.org/directory",
    Issuer.LETSENCRYPT_STAGING: "https://acme-staging-v02.api.letsencrypt.org/directory",
}


@dataclass(frozen=True, kw_only=True)
class CertificatesArgs:
    """Who signs, and where a challenge is answered.

    Let's Encrypt calls port 80 of the listener `http` of the Gateway `gateway_name`. Staging has generous
    limits and certificates that browsers refuse. `acme_email` is optional contact.
    `depends_on` must hold the Gateway API's CRDs: cert-manager looks for them when it starts.
    """

    provider: pulumi.ProviderResource
    issuer: Issuer
    gateway_name: pulumi.Input[str]
    gateway_namespace: pulumi.Input[str]
    acme_email: str | None = None
    namespace: str = CERT_MANAGER.namespace
    replicas: int = 1
    depends_on: Sequence[pulumi.Resource] = ()


def cert_manager_values(args: CertificatesArgs) -> dict[str, Any]:
    """Return the chart's Helm values."""
    budget = {"enabled": args.replicas > 1, "minAvailable": 1}
    part = {"replicaCount": args.replicas, "podDisruptionBudget": budget, "resources": _RESOURCES}
    return {
        **part,
        "webhook": part,
        "cainjector": part,
        "crds": {"enabled": True},
        "global": {"leaderElection": {"namespace": args.namespace}},
        "startupapicheck": {"resources": _RESOURCES},
        "config": {
            "apiVersion": "controller.config.cert-manager.io/v1alpha1",
            "kind": "ControllerConfiguration",
            "gatewayAPI": {"enabled": True},
        },
    }


def issuer_spec(args: CertificatesArgs) -> dict[str, Any]:
    """Return the spec of the ClusterIssuer."""
    server = _ACME_SERVERS.get(args.issuer)
    if server is None:
        return {"selfSigned": {}}
    gateway = {"name": args.gateway_name, "namespace": args.gateway_namespace, "sectionName": "http"}
    challenge = {"gatewayHTTPRoute": {"serviceType": "ClusterIP", "parentRefs": [gateway]}}
    acme: dict[str, Any] = {
        "server": server,
        "privateKeySecretRef": {"name": f"{args.issuer}-account"},
        "solvers": [{"http01": challenge}],
    }
    return {"acme": acme if args.acme_email is None else {**acme, "email": args.acme_email}}


class Certificates(pulumi.ComponentResource):
    """cert-manager and one ClusterIssuer.

    What asks for certificates depends on the component: then the issuer is there first and goes last.

    certificates = Certificates("certificates", CertificatesArgs(
        provider=cluster.provider,
        issuer=Issuer.LETSENCRYPT_PROD,
        gateway_name="inference",
        gateway_namespace="envoy-gateway-system",
        depends_on=[gateway_release],
    ))
    """

    issuer_name: pulumi.Output[str]
    """Name of the ClusterIssuer, for the annotation `cert-manager.io/cluster-issuer`."""

    def __init__(self, name: str, args: CertificatesArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("inference-platform:index:Certificates", name, None, opts)
        child = pulumi.ResourceOptions(parent=self, provider=args.provider, depends_on=list(args.depends_on))
        release = self._release(name, args, child)
        CustomResource(
            f"{name}-issuer",
            api_version="cert-manager.io/v1",
            kind="ClusterIssuer",
            metadata=ObjectMetaArgs(name=args.issuer.value),
            spec=issuer_spec(args),
            opts=child.merge(pulumi.ResourceOptions(depends_on=[release])),
        )
        self.issuer_name = pulumi.Output.from_input(args.issuer.value)
        self.register_outputs({"issuer_name": self.issuer_name})

    def _release(self, name: str, args: CertificatesArgs, child: pulumi.ResourceOptions) -> Release:
        space = namespace(f"{name}-namespace", named=args.namespace, pod_security="restricted", opts=child)
        return install(
            f"{name}-cert-manager",
            CERT_MANAGER,
            namespace=space.metadata["name"],
            values=cert_manager_values(args),
            release_name="cert-manager",
            opts=child,
        )
