"""The EKS control plane: its role, the key of its secrets, its logs, and the cluster itself."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from catalog import eks
from components.iam import EKS, ServiceRole, managed_policies, service_role
from components.tags import named

_LOG_RETENTION_DAYS = 90
_KEY_DELETION_DAYS = 30


@dataclass(frozen=True, kw_only=True)
class ControlPlane:
    """What the control plane is made of."""

    cluster_name: str
    kubernetes_version: str
    subnet_ids: pulumi.Input[Sequence[pulumi.Input[str]]]
    public_endpoint_cidrs: Sequence[str]
    deletion_protection: bool
    partition: str
    tags: Mapping[str, str]


def create(name: str, plane: ControlPlane, child: pulumi.ResourceOptions) -> aws.eks.Cluster:
    """Make the control plane. Its role keeps its rights, and its log group stands, as long as it does."""
    role = service_role(
        f"{name}-role",
        EKS,
        managed_policies(plane.partition, eks.CONTROL_PLANE_POLICIES),
        named(plane.tags, f"{plane.cluster_name}-control-plane"),
        child,
    )
    key = _secrets_key(name, plane, child)
    grant = _key_grant(f"{name}-role-secrets-key", role, key, child)
    logs = aws.cloudwatch.LogGroup(
        f"{name}-logs",
        # EKS writes to this name and would make the group itself, without an end to its retention.
        name=f"/aws/eks/{plane.cluster_name}/cluster",
        retention_in_days=_LOG_RETENTION_DAYS,
        tags=named(plane.tags, f"{plane.cluster_name}-control-plane"),
        opts=child,
    )
    first = pulumi.ResourceOptions(depends_on=[*role.attachments, grant, logs])
    opts = pulumi.ResourceOptions.merge(child, first)
    return _cluster(f"{name}-control-plane", plane, role, key, opts)


def _cluster(
    name: str, plane: ControlPlane, role: ServiceRole, key: aws.kms.Key, opts: pulumi.ResourceOptions
) -> aws.eks.Cluster:
    public = list(plane.public_endpoint_cidrs)
    return aws.eks.Cluster(
        name,
        name=plane.cluster_name,
        version=plane.kubernetes_version,
        role_arn=role.role.arn,
        vpc_config=aws.eks.ClusterVpcConfigArgs(
            subnet_ids=plane.subnet_ids,
            endpoint_private_access=True,
            endpoint_public_access=bool(public),
            public_access_cidrs=public or None,
        ),
        access_config=aws.eks.ClusterAccessConfigArgs(
            authentication_mode="API", bootstrap_cluster_creator_admin_permissions=False
        ),
        encryption_config=aws.eks.ClusterEncryptionConfigArgs(
            provider=aws.eks.ClusterEncryptionConfigProviderArgs(key_arn=key.arn), resources=["secrets"]
        ),
        # The add-ons are EKS-managed ones, declared beside the cluster.
        bootstrap_self_managed_addons=False,
        deletion_protection=plane.deletion_protection,
        enabled_cluster_log_types=list(eks.CONTROL_PLANE_LOGS),
        # EXTENDED, the default, would silently cost more an hour once the minor leaves standard support.
        upgrade_policy=aws.eks.ClusterUpgradePolicyArgs(support_type="STANDARD"),
        tags=named(plane.tags, plane.cluster_name),
        opts=opts,
    )


def _secrets_key(name: str, plane: ControlPlane, child: pulumi.ResourceOptions) -> aws.kms.Key:
    key = aws.kms.Key(
        f"{name}-secrets-key",
        description=f"Kubernetes secrets of the EKS cluster {plane.cluster_name}",
        enable_key_rotation=True,
        deletion_window_in_days=_KEY_DELETION_DAYS,
        tags=named(plane.tags, f"{plane.cluster_name}-secrets"),
        opts=child,
    )
    aws.kms.Alias(
        f"{name}-secrets-key-alias",
        name=f"alias/eks/{plane.cluster_name}/secrets",
        target_key_id=key.key_id,
        opts=child,
    )
    return key


def _key_grant(
    name: str, role: ServiceRole, key: aws.kms.Key, child: pulumi.ResourceOptions
) -> aws.iam.RolePolicy:
    """Let the control plane use the key, and no other one."""
    statement = {
        "Effect": "Allow",
        "Action": ["kms:Encrypt", "kms:Decrypt", "kms:ListGrants", "kms:DescribeKey"],
        "Resource": key.arn,
    }
    document = pulumi.Output.json_dumps({"Version": "2012-10-17", "Statement": [statement]})
    return aws.iam.RolePolicy(name, role=role.role.id, policy=document, opts=child)
