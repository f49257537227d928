"""EC2's security groups and network ACLs."""

from collections.abc import Mapping
from typing import Any

from rehearsal.cloud.spec import ResourceSpec
from rehearsal.cloud.tables.network import NETWORK_ACL, OWNED, SECURITY_GROUP, VPC, ec2_arn

_RULE_KEY = ("securityGroupId", "ipProtocol", "fromPort", "toPort", "cidrIpv4", "cidrIpv6")


def _default_group_id(form: Mapping[str, Any]) -> str:
    vpc = form["find"](form["vpcId"], VPC)
    return vpc.outputs["defaultSecurityGroupId"]


def _group_rule() -> ResourceSpec:
    return ResourceSpec(
        id="sgr-{hex17}",
        arn=ec2_arn("security-group-rule"),
        outputs={"securityGroupRuleId": "{id}"},
        replace_on=("securityGroupId",),
        unique=(*_RULE_KEY, "prefixListId", "referencedSecurityGroupId"),
    )


SPECS: Mapping[str, ResourceSpec] = {
    NETWORK_ACL: ResourceSpec(
        id="acl-{hex17}",
        arn=ec2_arn("network-acl"),
        outputs={**OWNED, "egress": [], "ingress": [], "subnetIds": []},
        replace_on=("vpcId",),
    ),
    SECURITY_GROUP: ResourceSpec(
        id="sg-{hex17}",
        arn=ec2_arn("security-group"),
        missing="InvalidGroup.NotFound",
        outputs={**OWNED, "egress": [], "ingress": []},
        defaults={"description": "Managed by Pulumi", "revokeRulesOnDelete": False},
        replace_on=("description", "name", "namePrefix", "vpcId"),
        named_by="name",
        name_limit=255,
        unique=("vpcId", "name"),
        duplicate="InvalidGroup.Duplicate",
    ),
    "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup": ResourceSpec(
        id=_default_group_id,
        arn=ec2_arn("security-group"),
        outputs={
            **OWNED,
            "description": "default VPC security group",
            "name": "default",
            "namePrefix": "",
            "egress": [],
            "ingress": [],
        },
        replace_on=("vpcId",),
        unique=("vpcId",),
    ),
    "aws:ec2/securityGroupRule:SecurityGroupRule": ResourceSpec(
        id="sgrule-{hex12}",
        tagged=False,
        outputs={"securityGroupRuleId": "sgr-{hex17}"},
        defaults={"self": False},
        replace_on=(
            "cidrBlocks",
            "fromPort",
            "ipv6CidrBlocks",
            "prefixListIds",
            "protocol",
            "securityGroupId",
            "self",
            "sourceSecurityGroupId",
            "toPort",
            "type",
        ),
    ),
    "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule": _group_rule(),
    "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule": _group_rule(),
}
