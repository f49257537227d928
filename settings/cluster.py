"""The `cluster` section: EKS, its network, who may enter, and the nodes of the system itself."""

from typing import Annotated

from pydantic import Field

from catalog.eks import DEFAULT_MINOR
from settings.base import Section
from settings.fields import Cidr, NatGateways, Word, Zone
from settings.patterns import NAME

# IAM: a path of 512 characters and a name of 64 behind the account.
Arn = Annotated[str, Field(max_length=620)]


class NetworkSettings(Section):
    """The VPC."""

    cidr: Cidr = "10.0.0.0/16"
    """Address range of the VPC, as CIDR. Pods take addresses from it: /16 to /20."""

    zones: tuple[Zone, ...] = Field(min_length=2, max_length=4)
    """Availability zones, for example us-east-1a. Two for development, three for production."""

    nat_gateways: NatGateways = NatGateways.SINGLE
    """`single` (cheaper) or `perZone` (a zone's loss leaves the others with a way out)."""


class EndpointSettings(Section):
    """Access to the Kubernetes API server. It is private unless addresses are listed."""

    public_access_cidrs: tuple[Cidr, ...] = ()
    """Address ranges that may reach the public endpoint, as CIDR. Empty: the private endpoint only."""


class SystemNodeSettings(Section):
    """The managed node group that runs operators, gateways and data services. It has no GPUs."""

    instance_type: Word = "m7i.xlarge"
    """EC2 instance type."""

    count: int = Field(default=3, ge=2, le=450)
    """Number of nodes. Karpenter's two replicas must stand on different ones; EKS allows a group 450."""


class ClusterSettings(Section):
    """The EKS cluster."""

    name: Annotated[str, Field(pattern=NAME, max_length=32)]
    """Name of the EKS cluster and prefix of what belongs to it, at most 32 characters."""

    kubernetes_version: Word = DEFAULT_MINOR
    """Kubernetes minor version, quoted, for example "1.36"."""

    network: NetworkSettings
    """The VPC."""

    endpoint: EndpointSettings = EndpointSettings()
    """Access to the Kubernetes API server."""

    admins: tuple[Arn, ...] = ()
    """ARNs of IAM principals that administer the cluster, beside the one that runs Pulumi."""

    system_nodes: SystemNodeSettings = SystemNodeSettings()
    """Nodes for everything that needs no GPU."""

    deletion_protection: bool = True
    """Whether AWS refuses to delete the cluster. Data services have `data.protect`."""
