"""EKS add-ons, before and after the nodes they serve."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from catalog import eks
from components.iam import POD_IDENTITY, ServiceRole, managed_policies, service_role
from components.tags import named

# Without it the network add-on lets every NetworkPolicy pass unenforced. The value is a string in its schema.
_CONFIGURATION = {eks.VPC_CNI.name: json.dumps({"enableNetworkPolicy": "true"})}


@dataclass(frozen=True, kw_only=True)
class AddonHome:
    """The cluster that add-ons go to; `versions` pins some of them by name."""

    cluster_name: pulumi.Input[str]
    partition: str
    versions: Mapping[str, str]
    tags: Mapping[str, str]


def install(
    name: str,
    home: AddonHome,
    *,
    before_nodes: bool,
    child: pulumi.ResourceOptions,
    depends_on: Sequence[pulumi.Resource] = (),
) -> list[aws.eks.Addon]:
    """Install the add-ons of one phase, after `depends_on`."""
    chosen = [addon for addon in eks.ADDONS if addon.before_nodes == before_nodes]
    return [_addon(name, addon, home, child, depends_on) for addon in chosen]


def _addon(
    name: str,
    addon: eks.Addon,
    home: AddonHome,
    child: pulumi.ResourceOptions,
    depends_on: Sequence[pulumi.Resource],
) -> aws.eks.Addon:
    role = _ebs_csi_role(name, home, child) if addon is eks.EBS_CSI else None
    attachments = role.attachments if role else ()
    opts = pulumi.ResourceOptions(depends_on=[*depends_on, *attachments])
    return aws.eks.Addon(
        f"{name}-{addon.name}",
        cluster_name=home.cluster_name,
        addon_name=addon.name,
        addon_version=home.versions.get(addon.name),
        configuration_values=_CONFIGURATION.get(addon.name),
        pod_identity_associations=_identities(role),
        # What is declared here wins over what was changed by hand.
        resolve_conflicts_on_create="OVERWRITE",
        resolve_conflicts_on_update="OVERWRITE",
        tags=named(home.tags, addon.name),
        opts=pulumi.ResourceOptions.merge(child, opts),
    )


def _identities(role: ServiceRole | None) -> list[aws.eks.AddonPodIdentityAssociationArgs] | None:
    if role is None:
        return None
    account = eks.EBS_CSI_SERVICE_ACCOUNT
    return [aws.eks.AddonPodIdentityAssociationArgs(role_arn=role.role.arn, service_account=account)]


def _ebs_csi_role(name: str, home: AddonHome, child: pulumi.ResourceOptions) -> ServiceRole:
    return service_role(
        f"{name}-ebs-csi-role",
        POD_IDENTITY,
        managed_policies(home.partition, eks.EBS_CSI_POLICIES),
        named(home.tags, f"{name}-ebs-csi"),
        child,
    )
