"""Each right of Karpenter's controller, and the conditions that bind it to one cluster."""

import json
from typing import Any

import pytest

from components.karpenter.policies import MAX_CHARACTERS, POLICIES, Scope

SCOPE = Scope(
    partition="aws",
    region="eu-west-1",
    account_id="123456789012",
    cluster_name="inference",
    node_role_arn="arn:aws:iam::123456789012:role/nodes",
    queue_arn="arn:aws:sqs:eu-west-1:123456789012:inference",
)
EC2 = "arn:aws:ec2:eu-west-1:"
PROFILES = "arn:aws:iam::123456789012:instance-profile/*"
CLUSTER_ARN = "arn:aws:eks:eu-west-1:123456789012:cluster/inference"

REQUEST_OWNED = {"aws:RequestTag/kubernetes.io/cluster/inference": "owned"}
RESOURCE_OWNED = {"aws:ResourceTag/kubernetes.io/cluster/inference": "owned"}
REQUEST_NAMED = {"aws:RequestTag/eks:eks-cluster-name": "inference"}
REQUEST_REGION = {"aws:RequestTag/topology.kubernetes.io/region": "eu-west-1"}
RESOURCE_REGION = {"aws:ResourceTag/topology.kubernetes.io/region": "eu-west-1"}
REQUEST_POOL = {"aws:RequestTag/karpenter.sh/nodepool": "*"}
RESOURCE_POOL = {"aws:ResourceTag/karpenter.sh/nodepool": "*"}
REQUEST_CLASS = {"aws:RequestTag/karpenter.k8s.aws/ec2nodeclass": "*"}
RESOURCE_CLASS = {"aws:ResourceTag/karpenter.k8s.aws/ec2nodeclass": "*"}

LAUNCHED = {"fleet", "instance", "volume", "network-interface", "launch-template", "spot-instances-request"}
CREATED_BY = ["RunInstances", "CreateFleet", "CreateLaunchTemplate"]

# Policy, statement, actions, conditions. A statement without conditions is listed with an empty mapping.
RIGHTS: list[tuple[str, str, set[str], dict[str, Any]]] = [
    ("node-lifecycle", "AllowScopedEC2InstanceAccessActions", {"ec2:RunInstances", "ec2:CreateFleet"}, {}),
    (
        "node-lifecycle",
        "AllowScopedEC2LaunchTemplateAccessActions",
        {"ec2:RunInstances", "ec2:CreateFleet"},
        {"StringEquals": RESOURCE_OWNED, "StringLike": RESOURCE_POOL},
    ),
    (
        "node-lifecycle",
        "AllowScopedEC2InstanceActionsWithTags",
        {"ec2:RunInstances", "ec2:CreateFleet", "ec2:CreateLaunchTemplate"},
        {"StringEquals": {**REQUEST_OWNED, **REQUEST_NAMED}, "StringLike": REQUEST_POOL},
    ),
    (
        "node-lifecycle",
        "AllowScopedResourceCreationTagging",
        {"ec2:CreateTags"},
        {
            "StringEquals": {**REQUEST_OWNED, **REQUEST_NAMED, "ec2:CreateAction": CREATED_BY},
            "StringLike": REQUEST_POOL,
        },
    ),
    (
        "node-lifecycle",
        "AllowScopedResourceTagging",
        {"ec2:CreateTags"},
        {
            "StringEquals": RESOURCE_OWNED,
            "StringLike": RESOURCE_POOL,
            "StringEqualsIfExists": REQUEST_NAMED,
            "ForAllValues:StringEquals": {
                "aws:TagKeys": ["eks:eks-cluster-name", "karpenter.sh/nodeclaim", "Name"]
            },
        },
    ),
    (
        "node-lifecycle",
        "AllowScopedDeletion",
        {"ec2:TerminateInstances", "ec2:DeleteLaunchTemplate"},
        {"StringEquals": RESOURCE_OWNED, "StringLike": RESOURCE_POOL},
    ),
    (
        "iam-integration",
        "AllowPassingInstanceRole",
        {"iam:PassRole"},
        {"StringEquals": {"iam:PassedToService": ["ec2.amazonaws.com", "ec2.amazonaws.com.cn"]}},
    ),
    (
        "iam-integration",
        "AllowScopedInstanceProfileCreationActions",
        {"iam:CreateInstanceProfile"},
        {"StringEquals": {**REQUEST_OWNED, **REQUEST_NAMED, **REQUEST_REGION}, "StringLike": REQUEST_CLASS},
    ),
    (
        "iam-integration",
        "AllowScopedInstanceProfileTagActions",
        {"iam:TagInstanceProfile"},
        {
            "StringEquals": {
                **RESOURCE_OWNED,
                **RESOURCE_REGION,
                **REQUEST_OWNED,
                **REQUEST_NAMED,
                **REQUEST_REGION,
            },
            "StringLike": {**RESOURCE_CLASS, **REQUEST_CLASS},
        },
    ),
    (
        "iam-integration",
        "AllowScopedInstanceProfileActions",
        {"iam:AddRoleToInstanceProfile", "iam:RemoveRoleFromInstanceProfile", "iam:DeleteInstanceProfile"},
        {"StringEquals": {**RESOURCE_OWNED, **RESOURCE_REGION}, "StringLike": RESOURCE_CLASS},
    ),
    ("eks-integration", "AllowAPIServerEndpointDiscovery", {"eks:DescribeCluster"}, {}),
    (
        "interruption",
        "AllowInterruptionQueueActions",
        {"sqs:DeleteMessage", "sqs:GetQueueUrl", "sqs:ReceiveMessage"},
        {},
    ),
    (
        "zonal-shift",
        "AllowZonalShiftStatusReadOnly",
        {"arc-zonal-shift:GetManagedResource"},
        {"StringEquals": {"arc-zonal-shift:ResourceIdentifier": CLUSTER_ARN}},
    ),
    (
        "resource-discovery",
        "AllowRegionalReadActions",
        {
            f"ec2:Describe{what}"
            for what in (
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
        },
        {"StringEquals": {"aws:RequestedRegion": "eu-west-1"}},
    ),
    ("resource-discovery", "AllowSSMReadActions", {"ssm:GetParameter"}, {}),
    ("resource-discovery", "AllowPricingReadActions", {"pricing:GetProducts"}, {}),
    ("resource-discovery", "AllowUnscopedInstanceProfileListAction", {"iam:ListInstanceProfiles"}, {}),
    ("resource-discovery", "AllowInstanceProfileReadActions", {"iam:GetInstanceProfile"}, {}),
]


def ec2(*resources: str) -> set[str]:
    return {f"{EC2}*:{resource}/*" for resource in resources}


# What each statement reaches.
REACH: dict[str, set[str]] = {
    "AllowScopedEC2InstanceAccessActions": {f"{EC2}:image/*", f"{EC2}:snapshot/*"}
    | ec2("security-group", "subnet", "capacity-reservation", "placement-group"),
    "AllowScopedEC2LaunchTemplateAccessActions": ec2("launch-template"),
    "AllowScopedEC2InstanceActionsWithTags": ec2(*LAUNCHED),
    "AllowScopedResourceCreationTagging": ec2(*LAUNCHED),
    "AllowScopedResourceTagging": ec2("instance"),
    "AllowScopedDeletion": ec2("instance", "launch-template"),
    "AllowPassingInstanceRole": {SCOPE.node_role_arn},
    "AllowScopedInstanceProfileCreationActions": {PROFILES},
    "AllowScopedInstanceProfileTagActions": {PROFILES},
    "AllowScopedInstanceProfileActions": {PROFILES},
    "AllowAPIServerEndpointDiscovery": {CLUSTER_ARN},
    "AllowInterruptionQueueActions": {SCOPE.queue_arn},
    "AllowZonalShiftStatusReadOnly": {"*"},
    "AllowRegionalReadActions": {"*"},
    "AllowSSMReadActions": {"arn:aws:ssm:eu-west-1::parameter/aws/service/*"},
    "AllowPricingReadActions": {"*"},
    "AllowUnscopedInstanceProfileListAction": {"*"},
    "AllowInstanceProfileReadActions": {PROFILES},
}


def as_set(value: str | list[str]) -> set[str]:
    return {value} if isinstance(value, str) else set(value)


def statement(policy: str, sid: str) -> dict[str, Any]:
    (found,) = [s for s in POLICIES[policy](SCOPE)["Statement"] if s["Sid"] == sid]
    return found


@pytest.mark.parametrize(("policy", "sid", "actions", "conditions"), RIGHTS, ids=[r[1] for r in RIGHTS])
def test_a_right_has_its_actions_its_reach_and_all_its_conditions(
    policy: str, sid: str, actions: set[str], conditions: dict[str, Any]
) -> None:
    found = statement(policy, sid)

    assert found["Effect"] == "Allow"
    assert as_set(found["Action"]) == actions
    assert as_set(found["Resource"]) == REACH[sid]
    assert found.get("Condition", {}) == conditions


def test_there_is_no_right_beyond_those() -> None:
    made = [(name, s["Sid"]) for name, policy in POLICIES.items() for s in policy(SCOPE)["Statement"]]

    assert sorted(made) == sorted((policy, sid) for policy, sid, _, _ in RIGHTS)


@pytest.mark.parametrize("name", POLICIES)
def test_a_policy_stays_within_what_aws_allows_for_the_longest_names(name: str) -> None:
    longest = Scope(
        partition="aws-us-gov",
        region="ap-southeast-4",
        account_id="123456789012",
        cluster_name="c" * 100,
        node_role_arn="arn:aws-us-gov:iam::123456789012:role/" + "r" * 64,
        queue_arn="arn:aws-us-gov:sqs:ap-southeast-4:123456789012:" + "q" * 80,
    )

    assert len(json.dumps(POLICIES[name](longest))) <= MAX_CHARACTERS
