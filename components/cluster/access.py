"""Who may enter the cluster, and how clients are told to."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pulumi
import pulumi_aws as aws

from catalog import eks
from components.tags import named

_SESSION = ":assumed-role/"
_SSO_PREFIX = "AWSReservedSSO_"


def principal_arn(arn: str) -> str:
    """Return the IAM principal behind `arn`, which an access entry can name.

    A session such as `arn:aws:sts::123456789012:assumed-role/deployer/me` becomes its role. Raises ValueError
    where that cannot be told: IAM Identity Center's roles have a path, which a session does not show.
    """
    if not arn.startswith("arn:"):
        raise ValueError(
            f"admin_principal_arns: {arn} is not an ARN. Write arn:aws:iam::<account>:role/<name>"
        )
    head, session, tail = arn.partition(_SESSION)
    if not session:
        return arn
    role = tail.partition("/")[0]
    if role.startswith(_SSO_PREFIX):
        raise ValueError(
            f"admin_principal_arns: {arn} is a session of an Identity Center role, whose path it hides."
            f" Give the ARN that `aws iam get-role --role-name {role}` prints"
        )
    return f"{head.replace(':sts:', ':iam:')}:role/{role}"


@dataclass(frozen=True, kw_only=True)
class Door:
    """The cluster that access entries open."""

    cluster_name: pulumi.Input[str]
    partition: str
    tags: Mapping[str, str]


def admit_admins(
    name: str, door: Door, arns: Sequence[pulumi.Input[str]], child: pulumi.ResourceOptions
) -> list[pulumi.Resource]:
    """Give every principal an entry with full rights; what two ARNs known beforehand share is made once.

    An ARN that is not known beforehand is that of whoever runs Pulumi. It is kept as it was at first, or the
    next one to run Pulumi, a preview's role too, would turn the first one out.
    """
    known = dict.fromkeys(principal_arn(arn) for arn in arns if isinstance(arn, str))
    later = [pulumi.Output.from_input(arn).apply(principal_arn) for arn in arns if not isinstance(arn, str)]
    lasting = pulumi.ResourceOptions.merge(child, pulumi.ResourceOptions(ignore_changes=["principal_arn"]))
    return [
        *(_admit_admin(f"{name}-{_slug(arn)}", door, arn, child) for arn in known),
        *(_admit_admin(f"{name}-{index}", door, arn, lasting) for index, arn in enumerate(later)),
    ]


def _slug(arn: str) -> str:
    """Name a principal after itself: a place in a list would move when another one is added before it."""
    account, _, principal = arn.split(":", 4)[4].partition(":")
    return f"{account}-{principal.replace('/', '-')}"


def _admit_admin(
    name: str, door: Door, arn: pulumi.Input[str], opts: pulumi.ResourceOptions
) -> pulumi.Resource:
    entry = aws.eks.AccessEntry(
        name,
        cluster_name=door.cluster_name,
        principal_arn=arn,
        type="STANDARD",
        tags=named(door.tags, name),
        opts=opts,
    )
    return aws.eks.AccessPolicyAssociation(
        f"{name}-policy",
        cluster_name=door.cluster_name,
        principal_arn=entry.principal_arn,
        policy_arn=f"arn:{door.partition}:eks::aws:cluster-access-policy/{eks.ADMIN_ACCESS_POLICY}",
        access_scope=aws.eks.AccessPolicyAssociationAccessScopeArgs(type="cluster"),
        opts=opts,
    )


def admit_nodes(
    name: str, door: Door, role_arn: pulumi.Input[str], child: pulumi.ResourceOptions
) -> aws.eks.AccessEntry:
    """Let nodes with this role join."""
    return aws.eks.AccessEntry(
        name,
        cluster_name=door.cluster_name,
        principal_arn=role_arn,
        type="EC2_LINUX",
        tags=named(door.tags, name),
        opts=child,
    )


def kubeconfig(
    name: pulumi.Input[str],
    endpoint: pulumi.Input[str],
    authority: pulumi.Input[str],
    region: pulumi.Input[str],
) -> dict[str, Any]:
    """Return a kubeconfig that asks the AWS CLI for a short-lived token; `authority` is base64 PEM."""
    token = ["eks", "get-token", "--cluster-name", name, "--region", region, "--output", "json"]
    return {
        "apiVersion": "v1",
        "kind": "Config",
        "current-context": name,
        "clusters": [
            {"name": name, "cluster": {"server": endpoint, "certificate-authority-data": authority}}
        ],
        "contexts": [{"name": name, "context": {"cluster": name, "user": name}}],
        "users": [
            {
                "name": name,
                "user": {
                    "exec": {
                        "apiVersion": "client.authentication.k8s.io/v1beta1",
                        "command": "aws",
                        "args": token,
                        "interactiveMode": "Never",
                    }
                },
            }
        ],
    }
