"""EKS: the cluster and what hangs on it."""

from collections.abc import Mapping
from typing import Any

from rehearsal.cloud.forms import linked
from rehearsal.cloud.spec import ResourceSpec
from rehearsal.cloud.tables.network import SECURITY_GROUP, SUBNET

CLUSTER = "aws:eks/cluster:Cluster"
NODE_GROUP = "aws:eks/nodeGroup:NodeGroup"
ACCESS_ENTRY = "aws:eks/accessEntry:AccessEntry"
_ARN = "arn:{partition}:eks:{region}:{account}:"
_IN_CLUSTER = {"clusterName": CLUSTER}
_ISSUER = "https://oidc.eks.{region}.amazonaws.com/id/{upper26}"
# Plainly no version of AWS: the add-on's own release is not simulated.
_ADDON_VERSION = "v0.0.0-rehearsal.1"


def _vpc_of_subnets(form: Mapping[str, Any]) -> str | None:
    subnets = form["vpcConfig"].get("subnetIds") or [None]
    record = form["find"](subnets[0], SUBNET) if subnets[0] else None
    return record.outputs["vpcId"] if record else None


def _disk_size(form: Mapping[str, Any]) -> int | None:
    """Return EKS's own disk size in GiB; a launch template brings its own."""
    return None if form.get("launchTemplate") else 20


SPECS: Mapping[str, ResourceSpec] = {
    CLUSTER: ResourceSpec(
        id="{name}",
        arn=_ARN + "cluster/{name}",
        outputs={
            "certificateAuthority": {"data": "{cluster_ca}"},
            "clusterId": "",
            "createdAt": "{now}",
            "endpoint": "{cluster_endpoint}",
            "identities": [{"oidcs": [{"issuer": _ISSUER}]}],
            "platformVersion": "eks.1",
            "status": "ACTIVE",
            "accessConfig": {"authenticationMode": "CONFIG_MAP"},
            "kubernetesNetworkConfig": {"ipFamily": "ipv4", "serviceIpv4Cidr": "172.20.0.0/16"},
            "upgradePolicy": {"supportType": "EXTENDED"},
            "vpcConfig": {
                "clusterSecurityGroupId": "sg-{hex17}",
                "publicAccessCidrs": ["0.0.0.0/0"],
                "vpcId": _vpc_of_subnets,
            },
        },
        defaults={
            "bootstrapSelfManagedAddons": True,
            "deletionProtection": False,
            "vpcConfig": {"endpointPrivateAccess": False, "endpointPublicAccess": True},
        },
        protected_by="deletionProtection",
        children={"vpcConfig.clusterSecurityGroupId": SECURITY_GROUP},
        replace_on=(
            "accessConfig.bootstrapClusterCreatorAdminPermissions",
            "bootstrapSelfManagedAddons",
            "encryptionConfig",
            "kubernetesNetworkConfig.ipFamily",
            "kubernetesNetworkConfig.serviceIpv4Cidr",
            "name",
            "outpostConfig",
            "roleArn",
        ),
        named_by="name",
        name_limit=100,
        unique=("name",),
    ),
    NODE_GROUP: ResourceSpec(
        id="{clusterName}:{nodeGroupName}",
        arn=_ARN + "nodegroup/{clusterName}/{nodeGroupName}/{uuid}",
        outputs={
            "amiType": "AL2023_x86_64_STANDARD",
            "capacityType": "ON_DEMAND",
            "diskSize": _disk_size,
            "instanceTypes": ["t3.medium"],
            "releaseVersion": "{version}-rehearsal",
            "resources": [{"autoscalingGroups": [{"name": "eks-{nodeGroupName}-{uuid}"}]}],
            "status": "ACTIVE",
            "updateConfig": {"maxUnavailable": 1},
            "version": linked(CLUSTER, "clusterName", "version"),
        },
        references=_IN_CLUSTER,
        replace_on=(
            "amiType",
            "capacityType",
            "clusterName",
            "diskSize",
            "instanceTypes",
            "launchTemplate.id",
            "launchTemplate.name",
            "nodeGroupName",
            "nodeGroupNamePrefix",
            "nodeRoleArn",
            "remoteAccess",
            "subnetIds",
        ),
        named_by="nodeGroupName",
        name_limit=63,
        unique=("clusterName", "nodeGroupName"),
    ),
    "aws:eks/addon:Addon": ResourceSpec(
        id="{clusterName}:{addonName}",
        arn=_ARN + "addon/{clusterName}/{addonName}/{uuid}",
        outputs={
            "addonVersion": _ADDON_VERSION,
            "configurationValues": "",
            "createdAt": "{now}",
            "modifiedAt": "{now}",
        },
        renewed=("modifiedAt",),
        references=_IN_CLUSTER,
        replace_on=("addonName", "clusterName"),
        unique=("clusterName", "addonName"),
    ),
    ACCESS_ENTRY: ResourceSpec(
        id="{clusterName}:{principalArn}",
        outputs={
            "accessEntryArn": _ARN + "access-entry/{clusterName}/{uuid}",
            "createdAt": "{now}",
            "kubernetesGroups": [],
            "modifiedAt": "{now}",
            "userName": "{principalArn}",
        },
        defaults={"type": "STANDARD"},
        renewed=("modifiedAt",),
        references=_IN_CLUSTER,
        replace_on=("clusterName", "principalArn", "type"),
        unique=("clusterName", "principalArn"),
    ),
    "aws:eks/accessPolicyAssociation:AccessPolicyAssociation": ResourceSpec(
        id="{clusterName}#{principalArn}#{policyArn}",
        tagged=False,
        outputs={"associatedAt": "{now}", "modifiedAt": "{now}"},
        references=_IN_CLUSTER,
        replace_on=("accessScope", "clusterName", "policyArn", "principalArn"),
    ),
    "aws:eks/podIdentityAssociation:PodIdentityAssociation": ResourceSpec(
        id="a-{hex17}",
        outputs={
            "associationArn": _ARN + "podidentityassociation/{clusterName}/{id}",
            "associationId": "{id}",
            "externalId": "",
        },
        references=_IN_CLUSTER,
        replace_on=("clusterName", "namespace", "serviceAccount"),
        unique=("clusterName", "namespace", "serviceAccount"),
    ),
}
