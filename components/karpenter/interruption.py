"""The queue through which AWS tells Karpenter that a node is about to go."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pulumi
import pulumi_aws as aws

from components.tags import named

# A warning is two minutes ahead; one that is older than five helps nobody.
_RETENTION_SECONDS = 300

# EventBridge rules by role. Source: Karpenter v1.14 reference/cloudformation.md.
_EVENTS: Mapping[str, tuple[str, str]] = {
    "health": ("aws.health", "AWS Health Event"),
    "spot": ("aws.ec2", "EC2 Spot Instance Interruption Warning"),
    "rebalance": ("aws.ec2", "EC2 Instance Rebalance Recommendation"),
    "state": ("aws.ec2", "EC2 Instance State-change Notification"),
    "reservation": ("aws.ec2", "EC2 Capacity Reservation Instance Interruption Warning"),
}


@dataclass(frozen=True, kw_only=True)
class InterruptionQueueArgs:
    """Name of the queue, and its tags."""

    queue_name: str
    tags: Mapping[str, str]


class InterruptionQueue(pulumi.ComponentResource):
    """An encrypted SQS queue, and the EventBridge rules that fill it with the five kinds of warning.

    queue = InterruptionQueue("interruption", InterruptionQueueArgs(queue_name="inference", tags={}))
    """

    queue_name: pulumi.Output[str]
    """Name of the queue, as Karpenter's settings want it."""
    queue_arn: pulumi.Output[str]
    """ARN of the queue."""

    def __init__(
        self, name: str, args: InterruptionQueueArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("inference-platform:index:InterruptionQueue", name, None, opts)
        child = pulumi.ResourceOptions(parent=self)
        queue = aws.sqs.Queue(
            f"{name}-queue",
            name=args.queue_name,
            message_retention_seconds=_RETENTION_SECONDS,
            sqs_managed_sse_enabled=True,
            tags=named(args.tags, args.queue_name),
            opts=child,
        )
        aws.sqs.QueuePolicy(
            f"{name}-queue-policy",
            queue_url=queue.url,
            policy=pulumi.Output.json_dumps(queue_policy(queue.arn)),
            opts=child,
        )
        for role, (source, detail) in _EVENTS.items():
            self._rule(f"{name}-{role}", {"source": [source], "detail-type": [detail]}, queue, args)
        self.queue_name = queue.name
        self.queue_arn = queue.arn
        self.register_outputs({"queue_name": self.queue_name, "queue_arn": self.queue_arn})

    def _rule(
        self, name: str, pattern: Mapping[str, list[str]], queue: aws.sqs.Queue, args: InterruptionQueueArgs
    ) -> None:
        child = pulumi.ResourceOptions(parent=self)
        rule = aws.cloudwatch.EventRule(
            name,
            description=f"{pattern['detail-type'][0]}, for Karpenter",
            event_pattern=pulumi.Output.json_dumps(pattern),
            tags=named(args.tags, name),
            opts=child,
        )
        aws.cloudwatch.EventTarget(f"{name}-target", rule=rule.name, arn=queue.arn, opts=child)


def queue_policy(queue_arn: pulumi.Input[str]) -> dict[str, Any]:
    """Return the queue's policy: AWS's events may be sent to it, and nobody may talk to it in clear."""
    return {
        "Version": "2012-10-17",
        "Id": "EC2InterruptionPolicy",
        "Statement": [
            {
                "Sid": "AllowEvents",
                "Effect": "Allow",
                "Principal": {"Service": ["events.amazonaws.com", "sqs.amazonaws.com"]},
                "Action": "sqs:SendMessage",
                "Resource": queue_arn,
            },
            {
                "Sid": "DenyHTTP",
                "Effect": "Deny",
                "Principal": "*",
                "Action": "sqs:*",
                "Resource": queue_arn,
                "Condition": {"Bool": {"aws:SecureTransport": "false"}},
            },
        ],
    }
