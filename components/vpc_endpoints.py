"""Private ways from a VPC to AWS's own services, so that this traffic needs no NAT gateway."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from components.tags import named

# What nodes call all the time: images, credentials, logs. S3 holds the image layers and the models.
_INTERFACE_SERVICES = ("ecr.api", "ecr.dkr", "sts", "logs")
_HTTPS = 443


@dataclass(frozen=True, kw_only=True)
class VpcEndpointsArgs:
    """The VPC (id and CIDR), where S3's routes go, and the subnets that interface endpoints stand in."""

    vpc_id: pulumi.Input[str]
    vpc_cidr: str
    region: str
    route_table_ids: Sequence[pulumi.Input[str]]
    subnet_ids: Sequence[pulumi.Input[str]]
    tags: Mapping[str, str]


class VpcEndpoints(pulumi.ComponentResource):
    """A gateway endpoint for S3, and interface endpoints for ECR, STS and CloudWatch Logs.

    endpoints = VpcEndpoints("endpoints", VpcEndpointsArgs(
        vpc_id=vpc.id, vpc_cidr="10.0.0.0/16", region="us-east-1",
        route_table_ids=[table.id], subnet_ids=[subnet.id], tags={},
    ))
    """

    security_group_id: pulumi.Output[str]
    """Security group of the interface endpoints: HTTPS from the VPC."""

    def __init__(self, name: str, args: VpcEndpointsArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("inference-platform:index:VpcEndpoints", name, None, opts)
        child = pulumi.ResourceOptions(parent=self)
        aws.ec2.VpcEndpoint(
            f"{name}-s3",
            vpc_id=args.vpc_id,
            service_name=f"com.amazonaws.{args.region}.s3",
            vpc_endpoint_type="Gateway",
            route_table_ids=args.route_table_ids,
            tags=named(args.tags, f"{name}-s3"),
            opts=child,
        )
        group = self._security_group(name, args, child)
        for service in _INTERFACE_SERVICES:
            role = f"{name}-{service.replace('.', '-')}"
            aws.ec2.VpcEndpoint(
                role,
                vpc_id=args.vpc_id,
                service_name=f"com.amazonaws.{args.region}.{service}",
                vpc_endpoint_type="Interface",
                subnet_ids=args.subnet_ids,
                security_group_ids=[group.id],
                private_dns_enabled=True,
                tags=named(args.tags, role),
                opts=child,
            )
        self.security_group_id = group.id
        self.register_outputs({"security_group_id": self.security_group_id})

    def _security_group(
        self, name: str, args: VpcEndpointsArgs, child: pulumi.ResourceOptions
    ) -> aws.ec2.SecurityGroup:
        group = aws.ec2.SecurityGroup(
            f"{name}-sg",
            vpc_id=args.vpc_id,
            description="HTTPS from the VPC to its interface endpoints",
            tags=named(args.tags, f"{name}-sg"),
            opts=child,
        )
        aws.vpc.SecurityGroupIngressRule(
            f"{name}-https",
            security_group_id=group.id,
            description="HTTPS from the VPC",
            cidr_ipv4=args.vpc_cidr,
            ip_protocol="tcp",
            from_port=_HTTPS,
            to_port=_HTTPS,
            tags=named(args.tags, f"{name}-https"),
            opts=child,
        )
        return group
