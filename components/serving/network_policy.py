"""Who may reach a server, and what it may reach."""

import pulumi
from pulumi_kubernetes.meta.v1 import LabelSelectorArgs
from pulumi_kubernetes.networking.v1 import (
    IPBlockArgs,
    NetworkPolicyEgressRuleArgs,
    NetworkPolicyIngressRuleArgs,
    NetworkPolicyPeerArgs,
    NetworkPolicyPortArgs,
    NetworkPolicySpecArgs,
)

from components.serving.workload import Egress, Workload

_NAMESPACE_LABEL = "kubernetes.io/metadata.name"
# The instance metadata service gives out the node's credentials; no server has business there.
_METADATA_SERVICE = "169.254.169.254/32"

HTTPS = Egress(cidr="0.0.0.0/0", port=443, except_cidrs=(_METADATA_SERVICE,))
"""Anywhere over TLS: model hubs and S3 have no fixed addresses."""
POD_IDENTITY_AGENT = Egress(cidr="169.254.170.23/32", port=80)
"""The EKS Pod Identity agent of the node, which hands out the pod's own role."""


def spec(workload: Workload) -> NetworkPolicySpecArgs:
    """Return the policy: in from the gateway and from monitoring, out to DNS and the engine's own list."""
    args, ports = workload.args, workload.engine.ports
    public = [port.number for port in ports if port.public]
    measured = workload.engine.metrics_port
    scraped = [_from(args.monitoring_namespace, [workload.port(measured).number])] if measured else []
    return NetworkPolicySpecArgs(
        pod_selector=LabelSelectorArgs(match_labels=workload.selector),
        policy_types=["Ingress", "Egress"],
        ingress=[_from(args.gateway_namespace, public), *scraped, *_from_peers(workload)],
        egress=[dns(), *(to(egress) for egress in workload.engine.egress), *_to_peers(workload)],
    )


def _from_peers(workload: Workload) -> list[NetworkPolicyIngressRuleArgs]:
    """Let the pods of a replica on several nodes speak to one another, on ports that they choose themselves."""
    return [NetworkPolicyIngressRuleArgs(from_=[_peers(workload)])] if workload.engine.group else []


def _to_peers(workload: Workload) -> list[NetworkPolicyEgressRuleArgs]:
    return [NetworkPolicyEgressRuleArgs(to=[_peers(workload)])] if workload.engine.group else []


def _peers(workload: Workload) -> NetworkPolicyPeerArgs:
    return NetworkPolicyPeerArgs(pod_selector=LabelSelectorArgs(match_labels=workload.selector))


def _namespace(name: pulumi.Input[str]) -> NetworkPolicyPeerArgs:
    return NetworkPolicyPeerArgs(namespace_selector=LabelSelectorArgs(match_labels={_NAMESPACE_LABEL: name}))


def _from(namespace: pulumi.Input[str], ports: list[int]) -> NetworkPolicyIngressRuleArgs:
    return NetworkPolicyIngressRuleArgs(
        from_=[_namespace(namespace)],
        ports=[NetworkPolicyPortArgs(port=port, protocol="TCP") for port in ports],
    )


def dns() -> NetworkPolicyEgressRuleArgs:
    """Return the rule that lets names be looked up."""
    return NetworkPolicyEgressRuleArgs(
        to=[_namespace("kube-system")],
        ports=[NetworkPolicyPortArgs(port=53, protocol=protocol) for protocol in ("UDP", "TCP")],
    )


def to(egress: Egress) -> NetworkPolicyEgressRuleArgs:
    """Return the rule that lets connections to an address block out."""
    block = IPBlockArgs(cidr=egress.cidr, except_=list(egress.except_cidrs) or None)
    return NetworkPolicyEgressRuleArgs(
        to=[NetworkPolicyPeerArgs(ip_block=block)],
        ports=[NetworkPolicyPortArgs(port=egress.port, protocol="TCP")],
    )
