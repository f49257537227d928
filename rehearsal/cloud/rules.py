"""Refusals that belong to one type: what AWS checks when it makes or deletes it."""

import ipaddress
from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

from rehearsal.cloud.errors import CloudError
from rehearsal.cloud.records import Record
from rehearsal.cloud.tables import databases, edge, kubernetes
from rehearsal.cloud.tables.network import (
    INTERNET_GATEWAY,
    NAT_GATEWAY,
    SUBNET,
    VPC,
    VPC_ENDPOINT,
)
from rehearsal.cloud.world import World
from rehearsal.cloud.zones import zones_of

Rule: TypeAlias = Callable[[World, Mapping[str, Any], Record | None], None]
"""Looks at the inputs of a create (third argument None) or of an update of that record."""

# AWS takes subnets from /28 to /16.
_LONGEST_PREFIX, _SHORTEST_PREFIX = 28, 16
# CloudFront reads its certificates and its WAF here and nowhere else.
_CLOUDFRONT_REGION = "us-east-1"


def _subnet_fits(world: World, inputs: Mapping[str, Any], own: Record | None) -> None:
    zone = inputs.get("availabilityZone")
    if zone and zone not in zones_of(world.region):
        known = ", ".join(zones_of(world.region))
        raise CloudError("InvalidParameterValue", f"availabilityZone: {zone} is not one of {known}")
    vpc = world.find(inputs["vpcId"], VPC)
    if vpc is None or not inputs.get("cidrBlock") or not vpc.outputs.get("cidrBlock"):
        return
    block = _network(inputs["cidrBlock"])
    if not block.subnet_of(_network(vpc.outputs["cidrBlock"])):
        raise CloudError(
            "InvalidSubnet.Range", f"the CIDR {block} is outside {vpc.outputs['cidrBlock']} of {vpc.id}"
        )
    for other in world.of(SUBNET):
        if other is not own and other.inputs["vpcId"] == vpc.id and _overlap(other, block):
            raise CloudError("InvalidSubnet.Conflict", f"the CIDR {block} conflicts with {other}")


def _network(cidr: str) -> ipaddress.IPv4Network:
    try:
        network = ipaddress.IPv4Network(cidr)
    except ValueError as error:
        raise CloudError("InvalidParameterValue", f"cidrBlock: {error}") from error
    if not _SHORTEST_PREFIX <= network.prefixlen <= _LONGEST_PREFIX:
        raise CloudError("InvalidSubnet.Range", f"the CIDR {cidr} is not between /16 and /28")
    return network


def _overlap(subnet: Record, block: ipaddress.IPv4Network) -> bool:
    cidr = subnet.inputs.get("cidrBlock")
    return bool(cidr) and block.overlaps(ipaddress.IPv4Network(cidr))


def _vpc_has_valid_range(world: World, inputs: Mapping[str, Any], own: Record | None) -> None:
    del world, own
    if inputs.get("cidrBlock"):
        _network(inputs["cidrBlock"])


def _covers_zones(code: str, subnets_of: Callable[[Mapping[str, Any]], list[str]]) -> Rule:
    def rule(world: World, inputs: Mapping[str, Any], own: Record | None) -> None:
        del own
        found = [world.find(subnet, SUBNET) for subnet in subnets_of(inputs)]
        zones = {record.outputs["availabilityZone"] for record in found if record}
        # A subnet that only `existing` knows may lie anywhere.
        if None not in found and len(zones) < 2:  # noqa: PLR2004 - AWS wants two zones
            raise CloudError(code, f"the subnets must be in at least two zones; they are in {sorted(zones)}")

    return rule


def _nat_has_internet(world: World, inputs: Mapping[str, Any], own: Record | None) -> None:
    subnet = world.find(inputs.get("subnetId") or "", SUBNET)
    if own or subnet is None or inputs.get("connectivityType") == "private":
        return
    vpc = subnet.outputs["vpcId"]
    if all(gateway.inputs.get("vpcId") != vpc for gateway in world.of(INTERNET_GATEWAY)):
        raise CloudError("Gateway.NotAttached", f"network {vpc} has no internet gateway attached yet")


def _service_is_of_region(world: World, inputs: Mapping[str, Any], own: Record | None) -> None:
    del own
    name = inputs.get("serviceName") or ""
    region = inputs.get("serviceRegion") or world.region
    if name.startswith("com.amazonaws.") and not name.startswith(f"com.amazonaws.{region}."):
        raise CloudError("InvalidServiceName", f"serviceName: {name} is no service of {region}")


def _sizes_agree(world: World, inputs: Mapping[str, Any], own: Record | None) -> None:
    del world, own
    sizes = inputs["scalingConfig"]
    least, desired, most = sizes["minSize"], sizes["desiredSize"], sizes["maxSize"]
    if not least <= desired <= most:
        raise CloudError(
            "InvalidParameterException",
            f"scalingConfig: desiredSize {desired} is not between minSize {least} and maxSize {most}",
        )


def _entry_exists(world: World, inputs: Mapping[str, Any], own: Record | None) -> None:
    del own
    wanted = (inputs["clusterName"], inputs["principalArn"])
    entries = world.of(kubernetes.ACCESS_ENTRY)
    if all((one.inputs["clusterName"], one.inputs["principalArn"]) != wanted for one in entries):
        raise CloudError(
            "ResourceNotFoundException", f"cluster {wanted[0]} has no access entry for {wanted[1]}"
        )


def _acl_is_global(world: World, inputs: Mapping[str, Any], own: Record | None) -> None:
    del own
    if inputs["scope"] == "CLOUDFRONT" and world.region != _CLOUDFRONT_REGION:
        raise CloudError(
            "WAFInvalidParameterException", f"scope CLOUDFRONT works only in {_CLOUDFRONT_REGION}"
        )


def _certificate_is_global(world: World, inputs: Mapping[str, Any], own: Record | None) -> None:
    del world, own
    arn = inputs["viewerCertificate"].get("acmCertificateArn")
    if arn and f":{_CLOUDFRONT_REGION}:" not in arn:
        raise CloudError(
            "InvalidViewerCertificate", f"the certificate must be in {_CLOUDFRONT_REGION}: {arn}"
        )


RULES: Mapping[str, Rule] = {
    VPC: _vpc_has_valid_range,
    SUBNET: _subnet_fits,
    NAT_GATEWAY: _nat_has_internet,
    VPC_ENDPOINT: _service_is_of_region,
    kubernetes.CLUSTER: _covers_zones(
        "InvalidParameterException", lambda inputs: inputs["vpcConfig"]["subnetIds"]
    ),
    kubernetes.NODE_GROUP: _sizes_agree,
    "aws:eks/accessPolicyAssociation:AccessPolicyAssociation": _entry_exists,
    databases.SUBNET_GROUP: _covers_zones(
        "DBSubnetGroupDoesNotCoverEnoughAZs", lambda inputs: inputs["subnetIds"]
    ),
    edge.WEB_ACL: _acl_is_global,
    edge.DISTRIBUTION: _certificate_is_global,
}
