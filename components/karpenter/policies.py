"""What Karpenter's controller may do: six IAM policies as pure functions of one scope.

Source: Karpenter v1.14 reference/cloudformation.md. Every right to change something is bound to tags that
name this cluster, so that the controller reaches no machine but its own.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

Document: TypeAlias = dict[str, Any]
_Conditions: TypeAlias = Mapping[str, Mapping[str, str | Sequence[str]]]

MAX_CHARACTERS = 6144
"""AWS's limit for a managed policy, not counting whitespace."""

_NODE_POOL = "karpenter.sh/nodepool"
_NODE_CLASS = "karpenter.k8s.aws/ec2nodeclass"
_CLUSTER = "eks:eks-cluster-name"
_REGION = "topology.kubernetes.io/region"
_LAUNCH = ("ec2:RunInstances", "ec2:CreateFleet")
# What a launch makes, and may therefore tag while it makes it.
_LAUNCHED = ("fleet", "instance", "volume", "network-interface", "launch-template", "spot-instances-request")
# What a launch only uses; images and snapshots belong to no account of ours.
_SHARED = ("image", "snapshot")
_USED = ("security-group", "subnet", "capacity-reservation", "placement-group")
_DESCRIBED = (
    "CapacityReservations",
    "Images",
    "Instances",
    "InstanceStatus",
    "InstanceTypeOfferings",
    "InstanceTypes",
    "LaunchTemplates",
    "PlacementGroups",
    "SecurityGroups",
    "SpotPriceHistory",
    "Subnets",
)


@dataclass(frozen=True, kw_only=True)
class Scope:
    """The cluster, account and region that the rights are for, and the role and queue they name."""

    partition: str
    region: str
    account_id: str
    cluster_name: str
    node_role_arn: str
    queue_arn: str

    def owned(self, kind: str) -> dict[str, str]:
        """Return the condition key and value that say: tagged as this cluster's own."""
        return {f"aws:{kind}Tag/kubernetes.io/cluster/{self.cluster_name}": "owned"}

    def named(self) -> dict[str, str]:
        """Return the condition that a request tags what it makes with the cluster's name."""
        return {f"aws:RequestTag/{_CLUSTER}": self.cluster_name}

    def in_region(self, kind: str) -> dict[str, str]:
        """Return the condition that a tag holds this region; instance profiles are global."""
        return {f"aws:{kind}Tag/{_REGION}": self.region}

    def ec2(self, resource: str, account: str = "*") -> str:
        """Return the ARN pattern of an EC2 resource type in this region."""
        return f"arn:{self.partition}:ec2:{self.region}:{account}:{resource}/*"

    @property
    def instance_profiles(self) -> str:
        """The ARN pattern of the account's instance profiles."""
        return f"arn:{self.partition}:iam::{self.account_id}:instance-profile/*"

    @property
    def cluster_arn(self) -> str:
        """The ARN of the EKS cluster."""
        return f"arn:{self.partition}:eks:{self.region}:{self.account_id}:cluster/{self.cluster_name}"


def node_lifecycle(scope: Scope) -> Document:
    """Start, tag and end instances of this cluster, and nothing else's."""
    launched = [scope.ec2(resource) for resource in _LAUNCHED]
    pool_asked = {f"aws:RequestTag/{_NODE_POOL}": "*"}
    pool_owned = {f"aws:ResourceTag/{_NODE_POOL}": "*"}
    asked = {**scope.owned("Request"), **scope.named()}
    created = {"ec2:CreateAction": ["RunInstances", "CreateFleet", "CreateLaunchTemplate"]}
    owned: _Conditions = {"StringEquals": scope.owned("Resource"), "StringLike": pool_owned}
    return _document(
        _allow(
            "AllowScopedEC2InstanceAccessActions",
            _LAUNCH,
            [*(scope.ec2(r, "") for r in _SHARED), *(scope.ec2(r) for r in _USED)],
        ),
        _allow("AllowScopedEC2LaunchTemplateAccessActions", _LAUNCH, scope.ec2("launch-template"), owned),
        _allow(
            "AllowScopedEC2InstanceActionsWithTags",
            [*_LAUNCH, "ec2:CreateLaunchTemplate"],
            launched,
            {"StringEquals": asked, "StringLike": pool_asked},
        ),
        _allow(
            "AllowScopedResourceCreationTagging",
            "ec2:CreateTags",
            launched,
            {"StringEquals": {**asked, **created}, "StringLike": pool_asked},
        ),
        _allow(
            "AllowScopedResourceTagging", "ec2:CreateTags", scope.ec2("instance"), _retagging(scope, owned)
        ),
        _allow(
            "AllowScopedDeletion",
            ["ec2:TerminateInstances", "ec2:DeleteLaunchTemplate"],
            [scope.ec2("instance"), scope.ec2("launch-template")],
            owned,
        ),
    )


def _retagging(scope: Scope, owned: _Conditions) -> _Conditions:
    """Let a running instance get the tags that name it, and no other ones."""
    return {
        **owned,
        "StringEqualsIfExists": scope.named(),
        "ForAllValues:StringEquals": {"aws:TagKeys": [_CLUSTER, "karpenter.sh/nodeclaim", "Name"]},
    }


def iam_integration(scope: Scope) -> Document:
    """Give instances the node role, and nothing else, through profiles that belong to this cluster."""
    services = ["ec2.amazonaws.com", "ec2.amazonaws.com.cn"]
    asked = {**scope.owned("Request"), **scope.named(), **scope.in_region("Request")}
    owned = {**scope.owned("Resource"), **scope.in_region("Resource")}
    class_asked = {f"aws:RequestTag/{_NODE_CLASS}": "*"}
    class_owned = {f"aws:ResourceTag/{_NODE_CLASS}": "*"}
    changes = ["AddRoleTo", "RemoveRoleFrom", "Delete"]
    return _document(
        _allow(
            "AllowPassingInstanceRole",
            "iam:PassRole",
            scope.node_role_arn,
            {"StringEquals": {"iam:PassedToService": services}},
        ),
        _allow(
            "AllowScopedInstanceProfileCreationActions",
            "iam:CreateInstanceProfile",
            scope.instance_profiles,
            {"StringEquals": asked, "StringLike": class_asked},
        ),
        _allow(
            "AllowScopedInstanceProfileTagActions",
            "iam:TagInstanceProfile",
            scope.instance_profiles,
            {"StringEquals": {**owned, **asked}, "StringLike": {**class_owned, **class_asked}},
        ),
        _allow(
            "AllowScopedInstanceProfileActions",
            [f"iam:{change}InstanceProfile" for change in changes],
            scope.instance_profiles,
            {"StringEquals": owned, "StringLike": class_owned},
        ),
    )


def eks_integration(scope: Scope) -> Document:
    """Find the API server's address."""
    return _document(_allow("AllowAPIServerEndpointDiscovery", "eks:DescribeCluster", scope.cluster_arn))


def interruption(scope: Scope) -> Document:
    """Read the interruption queue."""
    actions = ["sqs:DeleteMessage", "sqs:GetQueueUrl", "sqs:ReceiveMessage"]
    return _document(_allow("AllowInterruptionQueueActions", actions, scope.queue_arn))


def zonal_shift(scope: Scope) -> Document:
    """See whether traffic is being moved out of a zone."""
    return _document(
        _allow(
            "AllowZonalShiftStatusReadOnly",
            "arc-zonal-shift:GetManagedResource",
            "*",
            {"StringEquals": {"arc-zonal-shift:ResourceIdentifier": scope.cluster_arn}},
        )
    )


def resource_discovery(scope: Scope) -> Document:
    """Read what can be bought, at what price, and where it would go."""
    parameters = f"arn:{scope.partition}:ssm:{scope.region}::parameter/aws/service/*"
    return _document(
        _allow(
            "AllowRegionalReadActions",
            [f"ec2:Describe{what}" for what in _DESCRIBED],
            "*",
            {"StringEquals": {"aws:RequestedRegion": scope.region}},
        ),
        _allow("AllowSSMReadActions", "ssm:GetParameter", parameters),
        _allow("AllowPricingReadActions", "pricing:GetProducts", "*"),
        _allow("AllowUnscopedInstanceProfileListAction", "iam:ListInstanceProfiles", "*"),
        _allow("AllowInstanceProfileReadActions", "iam:GetInstanceProfile", scope.instance_profiles),
    )


POLICIES: Mapping[str, Callable[[Scope], Document]] = {
    "node-lifecycle": node_lifecycle,
    "iam-integration": iam_integration,
    "eks-integration": eks_integration,
    "interruption": interruption,
    "zonal-shift": zonal_shift,
    "resource-discovery": resource_discovery,
}


def _document(*statements: Document) -> Document:
    return {"Version": "2012-10-17", "Statement": list(statements)}


def _allow(
    sid: str,
    actions: str | Sequence[str],
    resources: str | Sequence[str],
    conditions: _Conditions | None = None,
) -> Document:
    statement: Document = {"Sid": sid, "Effect": "Allow", "Action": actions, "Resource": resources}
    return {**statement, "Condition": conditions} if conditions else statement
