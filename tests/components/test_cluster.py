"""The EKS control plane as recorded: who may enter, what is encrypted, what is logged."""

import json
from typing import Any

import pulumi
import pulumi_aws as aws
import pytest

from components.cluster.access import principal_arn
from tests.components.answers import ACCOUNT
from tests.components.clusters import CLUSTER, DEPLOYER, ENTRY, NODE_GROUP, cluster, role_policies, trusted
from tests.components.recorder import Recording, record

POLICY = "aws:eks/accessPolicyAssociation:AccessPolicyAssociation"


@pytest.fixture(scope="module")
def recording() -> Recording:
    return record(cluster)


# The control plane


def test_the_api_server_is_private_unless_addresses_are_listed(recording: Recording) -> None:
    private = recording.one(CLUSTER).inputs["vpcConfig"]
    public = (
        record(lambda: cluster(public_endpoint_cidrs=("203.0.113.0/24",))).one(CLUSTER).inputs["vpcConfig"]
    )

    assert (private["endpointPrivateAccess"], private["endpointPublicAccess"]) == (True, False)
    assert "publicAccessCidrs" not in private
    assert (public["endpointPrivateAccess"], public["endpointPublicAccess"]) == (True, True)
    assert public["publicAccessCidrs"] == ["203.0.113.0/24"]


def test_the_control_plane_stands_in_the_intra_subnets_and_nodes_in_the_private_ones(
    recording: Recording,
) -> None:
    assert recording.one(CLUSTER).inputs["vpcConfig"]["subnetIds"] == ["subnet-intra-a", "subnet-intra-b"]
    assert recording.one(NODE_GROUP).inputs["subnetIds"] == ["subnet-private-a", "subnet-private-b"]


def test_access_is_by_entries_only_and_the_creator_gets_no_silent_one(recording: Recording) -> None:
    assert recording.one(CLUSTER).inputs["accessConfig"] == {
        "authenticationMode": "API",
        "bootstrapClusterCreatorAdminPermissions": False,
    }


def test_secrets_are_encrypted_with_a_key_that_rotates_and_only_the_control_plane_may_use(
    recording: Recording,
) -> None:
    key = recording.one("aws:kms/key:Key").inputs
    encryption = recording.one(CLUSTER).inputs["encryptionConfig"]
    grant = recording.one("aws:iam/rolePolicy:RolePolicy").inputs
    (statement,) = json.loads(grant["policy"])["Statement"]

    assert key["enableKeyRotation"] is True
    assert encryption["resources"] == ["secrets"]
    assert encryption["provider"]["keyArn"] == statement["Resource"]
    assert statement["Resource"].startswith("arn:aws:kms:")
    assert not any("*" in action for action in statement["Action"])
    assert recording.one("aws:kms/alias:Alias").inputs["name"] == "alias/eks/inference/secrets"


def test_the_control_plane_logs_everything_to_a_group_that_forgets(recording: Recording) -> None:
    logs = recording.one("aws:cloudwatch/logGroup:LogGroup")
    plane = recording.one(CLUSTER)

    assert logs.inputs["name"] == "/aws/eks/inference/cluster"
    assert logs.inputs["retentionInDays"] == 90
    assert set(plane.inputs["enabledClusterLogTypes"]) == {
        "api",
        "audit",
        "authenticator",
        "controllerManager",
        "scheduler",
    }
    assert recording.depends(plane, logs)


def test_the_control_plane_keeps_its_rights_until_it_is_gone(recording: Recording) -> None:
    plane = recording.one(CLUSTER)
    token = "aws:iam/rolePolicyAttachment:RolePolicyAttachment"

    assert recording.depends(plane, recording.one(token, "c-role-AmazonEKSClusterPolicy"))
    assert recording.depends(plane, recording.one("aws:iam/rolePolicy:RolePolicy"))


def test_extended_support_and_self_managed_addons_are_declined(recording: Recording) -> None:
    inputs = recording.one(CLUSTER).inputs

    assert inputs["upgradePolicy"] == {"supportType": "STANDARD"}
    assert inputs["bootstrapSelfManagedAddons"] is False
    assert inputs["version"] == "1.36"


@pytest.mark.parametrize("protected", [True, False])
def test_deletion_protection_is_the_callers_choice(protected: bool) -> None:  # noqa: FBT001  a parameter
    recording = record(lambda: cluster(deletion_protection=protected))

    assert recording.one(CLUSTER).inputs["deletionProtection"] is protected


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"kubernetes_version": "1.34"}, "kubernetes_version: 1.34 is not supported. Use 1.35 or 1.36"),
        ({"admin_principal_arns": []}, "admin_principal_arns: none given"),
        ({"system_node_count": 1}, "system_node_count: 1 is too few. Use 2 or more"),
    ],
)
def test_a_cluster_that_could_not_work_is_refused(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        record(lambda: cluster(**changes))


# Access


def test_every_admin_has_an_entry_with_the_admin_policy() -> None:
    person = f"arn:aws:iam::{ACCOUNT}:user/ada"
    session = f"arn:aws:sts::{ACCOUNT}:assumed-role/ci/run-7"
    recording = record(
        lambda: cluster(admin_principal_arns=[DEPLOYER, person, pulumi.Output.from_input(session)])
    )
    entries = {e.inputs["principalArn"] for e in recording.of_type(ENTRY) if e.inputs["type"] == "STANDARD"}
    policies = recording.of_type(POLICY)

    assert entries == {DEPLOYER, person, f"arn:aws:iam::{ACCOUNT}:role/ci"}
    assert {p.inputs["principalArn"] for p in policies} == entries
    admin = "arn:aws:eks::aws:cluster-access-policy/AmazonEKSClusterAdminPolicy"
    assert {p.inputs["policyArn"] for p in policies} == {admin}
    assert all(p.inputs["accessScope"] == {"type": "cluster"} for p in policies)


def test_whoever_ran_pulumi_first_stays_and_no_one_s_entry_moves_when_an_admin_is_added() -> None:
    caller = f"arn:aws:iam::{ACCOUNT}:role/first"
    person = f"arn:aws:iam::{ACCOUNT}:user/team/ada"

    def names(*admins: str) -> dict[str, str]:
        recording = record(lambda: cluster(admin_principal_arns=[*admins, pulumi.Output.from_input(caller)]))
        entries = [e for e in recording.of_type(ENTRY) if e.inputs["type"] == "STANDARD"]
        kept = {e.inputs["principalArn"] for e in entries if e.ignore_changes == ("principalArn",)}
        assert kept == {caller}
        return {e.inputs["principalArn"]: e.name for e in entries}

    before, after = names(DEPLOYER), names(person, DEPLOYER)

    assert set(after) - set(before) == {person}
    assert {arn: after[arn] for arn in before} == before


def test_an_admin_named_twice_has_one_entry() -> None:
    session = f"arn:aws:sts::{ACCOUNT}:assumed-role/deployer/me"
    recording = record(lambda: cluster(admin_principal_arns=[DEPLOYER, session]))

    assert len([e for e in recording.of_type(ENTRY) if e.inputs["type"] == "STANDARD"]) == 1


@pytest.mark.parametrize(
    ("arn", "principal"),
    [
        ("arn:aws:sts::123456789012:assumed-role/deployer/me", "arn:aws:iam::123456789012:role/deployer"),
        ("arn:aws-cn:sts::123456789012:assumed-role/ci/a/b", "arn:aws-cn:iam::123456789012:role/ci"),
        ("arn:aws:iam::123456789012:role/team/deployer", "arn:aws:iam::123456789012:role/team/deployer"),
        ("arn:aws:iam::123456789012:user/ada", "arn:aws:iam::123456789012:user/ada"),
    ],
)
def test_a_session_is_taken_as_its_role(arn: str, principal: str) -> None:
    assert principal_arn(arn) == principal


def test_a_session_that_hides_its_roles_path_is_refused_with_the_way_out() -> None:
    session = "arn:aws:sts::123456789012:assumed-role/AWSReservedSSO_Admin_0123456789abcdef/ada@example.com"

    with pytest.raises(
        ValueError, match="aws iam get-role --role-name AWSReservedSSO_Admin_0123456789abcdef"
    ):
        principal_arn(session)


def test_what_is_no_arn_is_refused() -> None:
    with pytest.raises(ValueError, match="deployer is not an ARN"):
        principal_arn("deployer")


def test_nodes_of_karpenter_may_join(recording: Recording) -> None:
    entry = recording.one(ENTRY, "c-node-entry").inputs

    assert entry["type"] == "EC2_LINUX"
    assert entry["principalArn"] == f"arn:aws:iam::{ACCOUNT}:role/c-node-role"
    assert trusted(recording, "c-node-role") == ("ec2.amazonaws.com", ["sts:AssumeRole"])
    assert role_policies(recording, "c-node-role") == {
        "AmazonEKSWorkerNodePolicy",
        "AmazonEKS_CNI_Policy",
        "AmazonEC2ContainerRegistryPullOnly",
        "AmazonSSMManagedInstanceCore",
    }


def test_karpenter_finds_the_clusters_security_group(recording: Recording) -> None:
    tag = recording.one("aws:ec2/tag:Tag").inputs

    assert (tag["key"], tag["value"]) == ("karpenter.sh/discovery", "inference")
    assert tag["resourceId"] == "c-control-plane-cluster-sg"


# The component


def test_every_child_is_named_after_the_component_and_belongs_to_it(recording: Recording) -> None:
    component = recording.one("inference-platform:index:Cluster")
    rest = [r for r in recording.resources if r is not component]

    assert [r.name for r in rest if not r.name.startswith("c-")] == []
    assert [r.name for r in rest if r.parent != component.urn] == []


def test_everything_that_can_be_tagged_is(recording: Recording) -> None:
    untagged = {
        "aws:ec2/tag:Tag",
        "aws:eks/accessPolicyAssociation:AccessPolicyAssociation",
        "aws:iam/rolePolicy:RolePolicy",
        "aws:iam/rolePolicyAttachment:RolePolicyAttachment",
        "aws:kms/alias:Alias",
    }
    made = [r for r in recording.resources if r.type.startswith("aws:") and r.type not in untagged]

    assert [r.name for r in made if r.inputs.get("tags", {}).get("team") != "ml"] == []


def test_the_callers_options_stay_with_the_component() -> None:
    recording = record(lambda: cluster(opts=pulumi.ResourceOptions(ignore_changes=["tags"])))
    component = recording.one("inference-platform:index:Cluster")

    assert component.ignore_changes == ("tags",)
    assert [r.name for r in recording.resources if r.ignore_changes and r is not component] == []


def test_outputs_are_usable_where_they_are_needed() -> None:
    def program() -> None:
        made = cluster()
        tags = {
            "name": made.name,
            "endpoint": made.endpoint,
            "group": made.cluster_security_group_id,
            "role": made.node_role_name,
            "role-arn": made.node_role_arn,
        }
        aws.ec2.Eip("user", tags=tags)

    assert record(program).one("aws:ec2/eip:Eip").inputs["tags"] == {
        "name": "inference",
        "endpoint": "https://c-control-plane.eks.example.com",
        "group": "c-control-plane-cluster-sg",
        "role": "c-node-role",
        "role-arn": f"arn:aws:iam::{ACCOUNT}:role/c-node-role",
    }
