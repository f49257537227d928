"""IAM roles that AWS services assume."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pulumi
import pulumi_aws as aws

EC2 = "ec2.amazonaws.com"
EKS = "eks.amazonaws.com"
POD_IDENTITY = "pods.eks.amazonaws.com"
"""EKS Pod Identity: pods get a role through an association, without an OIDC provider."""


@dataclass(frozen=True)
class ServiceRole:
    """A role and its policy attachments, which users of the role should wait for."""

    role: aws.iam.Role
    attachments: tuple[aws.iam.RolePolicyAttachment, ...]


def trust(service: str) -> dict[str, Any]:
    """Return a trust policy for one service. Pod Identity also names the pod in session tags."""
    tagging = ["sts:TagSession"] if service == POD_IDENTITY else []
    statement = {
        "Effect": "Allow",
        "Principal": {"Service": service},
        "Action": ["sts:AssumeRole", *tagging],
    }
    return {"Version": "2012-10-17", "Statement": [statement]}


def managed_policies(partition: str, names: Sequence[str]) -> dict[str, str]:
    """Return the ARNs of AWS managed policies by name."""
    return {name: f"arn:{partition}:iam::aws:policy/{name}" for name in names}


def service_role(
    name: str,
    service: str,
    policies: Mapping[str, pulumi.Input[str]],
    tags: Mapping[str, str],
    child: pulumi.ResourceOptions,
) -> ServiceRole:
    """Make a role that `service` can assume, with `policies` (ARNs by the name of the attachment)."""
    role = aws.iam.Role(
        name, assume_role_policy=pulumi.Output.json_dumps(trust(service)), tags=tags, opts=child
    )
    attachments = tuple(
        aws.iam.RolePolicyAttachment(f"{name}-{policy}", role=role.name, policy_arn=arn, opts=child)
        for policy, arn in policies.items()
    )
    return ServiceRole(role, attachments)
