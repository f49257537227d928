"""Flow logs of a VPC, kept in CloudWatch."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pulumi
import pulumi_aws as aws

from components.tags import named


@dataclass(frozen=True, kw_only=True)
class FlowLogsArgs:
    """Which VPC to watch and how long to keep what is seen (days; CloudWatch takes only its own steps)."""

    vpc_id: pulumi.Input[str]
    vpc_arn: pulumi.Input[str]
    log_group_name: str
    tags: Mapping[str, str]
    retention_days: int = 90


def trust(vpc_arn: str) -> dict[str, Any]:
    """Return a trust policy that only the flow logs of this account and region can use.

    Without the two conditions the service could be talked into using the role for another account.
    """
    _, partition, _, region, account, _ = vpc_arn.split(":", 5)
    return {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Principal": {"Service": "vpc-flow-logs.amazonaws.com"},
                "Action": "sts:AssumeRole",
                "Condition": {
                    "StringEquals": {"aws:SourceAccount": account},
                    "ArnLike": {"aws:SourceArn": f"arn:{partition}:ec2:{region}:{account}:vpc-flow-log/*"},
                },
            }
        ],
    }


class FlowLogs(pulumi.ComponentResource):
    """A log group, a role that may only write to it, and the flow log of all traffic.

    logs = FlowLogs("vpc-logs", FlowLogsArgs(
        vpc_id=vpc.id, vpc_arn=vpc.arn, log_group_name="/aws/vpc/main/flow-logs", tags={},
    ))
    """

    log_group_name: pulumi.Output[str]
    """Name of the CloudWatch log group."""

    def __init__(self, name: str, args: FlowLogsArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("inference-platform:index:FlowLogs", name, None, opts)
        child = pulumi.ResourceOptions(parent=self)
        group = aws.cloudwatch.LogGroup(
            f"{name}-group",
            name=args.log_group_name,
            retention_in_days=args.retention_days,
            tags=named(args.tags, args.log_group_name),
            opts=child,
        )
        role, policy = self._writer(name, args, group, child)
        aws.ec2.FlowLog(
            f"{name}-flow-log",
            vpc_id=args.vpc_id,
            traffic_type="ALL",
            log_destination_type="cloud-watch-logs",
            log_destination=group.arn,
            iam_role_arn=role.arn,
            tags=named(args.tags, name),
            opts=pulumi.ResourceOptions(parent=self, depends_on=[policy]),
        )
        self.log_group_name = group.name
        self.register_outputs({"log_group_name": self.log_group_name})

    def _writer(
        self, name: str, args: FlowLogsArgs, group: aws.cloudwatch.LogGroup, child: pulumi.ResourceOptions
    ) -> tuple[aws.iam.Role, aws.iam.RolePolicy]:
        """Make the role of the flow logs service; it reaches this log group and nothing else."""
        role = aws.iam.Role(
            f"{name}-role",
            assume_role_policy=pulumi.Output.json_dumps(pulumi.Output.from_input(args.vpc_arn).apply(trust)),
            tags=named(args.tags, name),
            opts=child,
        )
        actions = ["CreateLogStream", "PutLogEvents", "DescribeLogGroups", "DescribeLogStreams"]
        document = {
            "Version": "2012-10-17",
            "Statement": [
                {
                    "Effect": "Allow",
                    "Action": [f"logs:{action}" for action in actions],
                    "Resource": pulumi.Output.format("{0}:*", group.arn),
                }
            ],
        }
        policy = aws.iam.RolePolicy(
            f"{name}-policy", role=role.id, policy=pulumi.Output.json_dumps(document), opts=child
        )
        return role, policy
