"""What AWS-managed databases share: their place in the network, and a name for the last snapshot."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pulumi
import pulumi_aws as aws
from pulumi_random import RandomId

from components.tags import named

BACKUP_DAYS = 7
"""Days that daily snapshots are kept."""


@dataclass(frozen=True, kw_only=True)
class ManagedArgs:
    """Where a managed database stands, who may reach it, and how hard it is to delete.

    `prefix` starts its name in AWS, which an account has once in a region: stacks that share one differ in it.
    `client_security_group_id` is that of the nodes, whose pods use it: on EKS, the cluster's security group.
    `app_namespace` gets the Secret for programs; `provider` is the cluster's. `protect` makes Pulumi refuse
    to delete the database, and RDS as well.
    `kms_key_arn` encrypts it and its snapshots. Without one AWS's own key does, which outlives the stack; a
    key that goes with the stack would leave a last snapshot nobody can read.
    """

    prefix: str
    provider: pulumi.ProviderResource
    app_namespace: pulumi.Input[str]
    vpc_id: pulumi.Input[str]
    subnet_ids: pulumi.Input[Sequence[pulumi.Input[str]]]
    client_security_group_id: pulumi.Input[str]
    protect: bool
    tags: Mapping[str, str]
    kms_key_arn: pulumi.Input[str] | None = None

    def identifier(self, name: str) -> str:
        """Return the name in AWS of the component `name`; ElastiCache takes at most 40 characters."""
        return f"{self.prefix}-{name}"


def security_group(
    name: str, port: int, args: ManagedArgs, child: pulumi.ResourceOptions
) -> aws.ec2.SecurityGroup:
    """Make a security group that lets the nodes in on TCP `port`, and nothing out."""
    group = aws.ec2.SecurityGroup(
        name,
        description=f"TCP {port} from the cluster's nodes",
        vpc_id=args.vpc_id,
        tags=named(args.tags, name),
        opts=child,
    )
    client_rule(f"{name}-clients", group, port, args, child)
    return group


def client_rule(
    name: str, group: aws.ec2.SecurityGroup, port: int, args: ManagedArgs, child: pulumi.ResourceOptions
) -> None:
    """Let the nodes in on one more TCP `port`."""
    aws.vpc.SecurityGroupIngressRule(
        name,
        security_group_id=group.id,
        referenced_security_group_id=args.client_security_group_id,
        ip_protocol="tcp",
        from_port=port,
        to_port=port,
        description="Pods on the cluster's nodes",
        tags=named(args.tags, name),
        opts=child,
    )


def final_snapshot(name: str, identifier: str, child: pulumi.ResourceOptions) -> pulumi.Output[str]:
    """Return a name for the snapshot taken at deletion, new for each database that ever had `identifier`."""
    suffix = RandomId(f"{name}-final-snapshot", byte_length=4, opts=child)
    return pulumi.Output.format("{0}-final-{1}", identifier, suffix.hex)
