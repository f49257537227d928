"""EC2's networks: addresses, subnets, gateways and routes."""

from collections.abc import Mapping
from typing import Any

from rehearsal.cloud.forms import linked
from rehearsal.cloud.spec import ResourceSpec
from rehearsal.cloud.zones import default_zone, zone_id

VPC = "aws:ec2/vpc:Vpc"
SUBNET = "aws:ec2/subnet:Subnet"
SECURITY_GROUP = "aws:ec2/securityGroup:SecurityGroup"
ROUTE_TABLE = "aws:ec2/routeTable:RouteTable"
NETWORK_ACL = "aws:ec2/networkAcl:NetworkAcl"
INTERNET_GATEWAY = "aws:ec2/internetGateway:InternetGateway"
NAT_GATEWAY = "aws:ec2/natGateway:NatGateway"
VPC_ENDPOINT = "aws:ec2/vpcEndpoint:VpcEndpoint"
LAUNCH_TEMPLATE = "aws:ec2/launchTemplate:LaunchTemplate"
EIP = "aws:ec2/eip:Eip"
OWNED = {"ownerId": "{account}"}


def ec2_arn(kind: str) -> str:
    """Return the template of the ARN of an EC2 resource of this kind."""
    return "arn:{partition}:ec2:{region}:{account}:" + kind + "/{id}"


def _public_dns(form: Mapping[str, Any]) -> str:
    return f"ec2-{form['publicIp'].replace('.', '-')}.{form['region']}.compute.amazonaws.com"


SPECS: Mapping[str, ResourceSpec] = {
    VPC: ResourceSpec(
        id="vpc-{hex17}",
        arn=ec2_arn("vpc"),
        missing="InvalidVpcID.NotFound",
        outputs={
            **OWNED,
            "mainRouteTableId": "rtb-{hex17}",
            "defaultRouteTableId": "{mainRouteTableId}",
            "defaultSecurityGroupId": "sg-{hex17}",
            "defaultNetworkAclId": "acl-{hex17}",
            "dhcpOptionsId": "dopt-{hex17}",
            "ipv6AssociationId": "",
            "enableDnsHostnames": False,
            "enableNetworkAddressUsageMetrics": False,
        },
        defaults={"enableDnsSupport": True, "instanceTenancy": "default"},
        replace_on=("cidrBlock", "instanceTenancy", "ipv4IpamPoolId", "ipv4NetmaskLength"),
        children={
            "mainRouteTableId": ROUTE_TABLE,
            "defaultSecurityGroupId": SECURITY_GROUP,
            "defaultNetworkAclId": NETWORK_ACL,
        },
    ),
    SUBNET: ResourceSpec(
        id="subnet-{hex17}",
        arn=ec2_arn("subnet"),
        missing="InvalidSubnetID.NotFound",
        outputs={
            **OWNED,
            "availabilityZone": default_zone,
            "availabilityZoneId": zone_id,
            "ipv6CidrBlockAssociationId": "",
            "privateDnsHostnameTypeOnLaunch": "ip-name",
        },
        defaults={
            "assignIpv6AddressOnCreation": False,
            "enableDns64": False,
            "enableResourceNameDnsARecordOnLaunch": False,
            "enableResourceNameDnsAaaaRecordOnLaunch": False,
            "ipv6Native": False,
            "mapPublicIpOnLaunch": False,
        },
        replace_on=(
            "availabilityZone",
            "availabilityZoneId",
            "cidrBlock",
            "ipv6Native",
            "outpostArn",
            "vpcId",
        ),
    ),
    INTERNET_GATEWAY: ResourceSpec(
        id="igw-{hex17}",
        arn=ec2_arn("internet-gateway"),
        missing="InvalidInternetGatewayID.NotFound",
        outputs=OWNED,
    ),
    EIP: ResourceSpec(
        id="eipalloc-{hex17}",
        arn=ec2_arn("elastic-ip"),
        missing="InvalidAllocationID.NotFound",
        outputs={
            "allocationId": "{id}",
            "publicIp": "{public_ip}",
            "publicDns": _public_dns,
            "domain": "vpc",
            "networkBorderGroup": "{region}",
            "publicIpv4Pool": "amazon",
            "associationId": "",
            "carrierIp": "",
            "customerOwnedIp": "",
            "privateDns": "",
            "privateIp": "",
            "ptrRecord": "",
        },
        replace_on=("address", "customerOwnedIpv4Pool", "domain", "networkBorderGroup", "publicIpv4Pool"),
    ),
    NAT_GATEWAY: ResourceSpec(
        id="nat-{hex17}",
        missing="NatGatewayNotFound",
        outputs={
            "associationId": "eipassoc-{hex17}",
            "networkInterfaceId": "eni-{hex17}",
            "privateIp": "{private_ip}",
            "publicIp": linked(EIP, "allocationId", "publicIp"),
            "vpcId": linked(SUBNET, "subnetId", "vpcId"),
            "autoProvisionZones": "disabled",
            "autoScalingIps": "disabled",
            "regionalNatGatewayAddresses": [],
            "regionalNatGatewayAutoMode": "disabled",
            "routeTableId": "",
        },
        defaults={"connectivityType": "public", "availabilityMode": "zonal"},
        replace_on=("allocationId", "availabilityMode", "connectivityType", "privateIp", "subnetId", "vpcId"),
    ),
    ROUTE_TABLE: ResourceSpec(
        id="rtb-{hex17}",
        arn=ec2_arn("route-table"),
        missing="InvalidRouteTableID.NotFound",
        outputs={**OWNED, "propagatingVgws": [], "routes": []},
        replace_on=("vpcId",),
    ),
    "aws:ec2/route:Route": ResourceSpec(
        id="r-{routeTableId}{hex6}",
        tagged=False,
        outputs={"instanceId": "", "instanceOwnerId": "", "origin": "CreateRoute", "state": "active"},
        replace_on=(
            "routeTableId",
            "destinationCidrBlock",
            "destinationIpv6CidrBlock",
            "destinationPrefixListId",
        ),
        unique=(
            "routeTableId",
            "destinationCidrBlock",
            "destinationIpv6CidrBlock",
            "destinationPrefixListId",
        ),
        duplicate="RouteAlreadyExists",
    ),
    "aws:ec2/routeTableAssociation:RouteTableAssociation": ResourceSpec(
        id="rtbassoc-{hex17}",
        tagged=False,
        replace_on=("gatewayId", "subnetId"),
        unique=("subnetId", "gatewayId"),
        duplicate="Resource.AlreadyAssociated",
    ),
}
