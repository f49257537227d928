"""Karpenter as recorded: its queue, its identity, its charts, and the order they come in."""

import json
from typing import Any

import pulumi
import pulumi_kubernetes as k8s
import pytest

from components.karpenter import Karpenter, KarpenterArgs
from tests.components.answers import ACCOUNT, REGION
from tests.components.recorder import Recording, record

RELEASE = "kubernetes:helm.sh/v3:Release"
RULE = "aws:cloudwatch/eventRule:EventRule"
QUEUE_ARN = f"arn:aws:sqs:{REGION}:{ACCOUNT}:queue/inference-karpenter"


def karpenter(opts: pulumi.ResourceOptions | None = None, **changes: Any) -> Karpenter:
    given: dict[str, Any] = {
        "cluster_name": "inference",
        "cluster_endpoint": pulumi.Output.from_input("https://inference.example.com"),
        "node_role_arn": f"arn:aws:iam::{ACCOUNT}:role/nodes",
        "region": REGION,
        "account_id": ACCOUNT,
        "provider": k8s.Provider("cluster", kubeconfig="{}"),
        "tags": {"team": "ml"},
    }
    return Karpenter("k", KarpenterArgs(**{**given, **changes}), opts)


@pytest.fixture(scope="module")
def recording() -> Recording:
    return record(karpenter)


def values(recording: Recording) -> dict[str, Any]:
    return recording.one(RELEASE, "k-controller").inputs["values"]


def test_warnings_are_kept_for_five_minutes_and_encrypted(recording: Recording) -> None:
    queue = recording.one("aws:sqs/queue:Queue").inputs

    assert queue["messageRetentionSeconds"] == 300
    assert queue["sqsManagedSseEnabled"] is True


def test_only_events_may_be_sent_and_never_in_clear(recording: Recording) -> None:
    policy = json.loads(recording.one("aws:sqs/queuePolicy:QueuePolicy").inputs["policy"])
    allow, deny = policy["Statement"]

    assert allow["Effect"] == "Allow"
    assert allow["Action"] == "sqs:SendMessage"
    assert set(allow["Principal"]["Service"]) == {"events.amazonaws.com", "sqs.amazonaws.com"}
    assert (deny["Sid"], deny["Effect"], deny["Action"], deny["Principal"]) == (
        "DenyHTTP",
        "Deny",
        "sqs:*",
        "*",
    )
    assert deny["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}
    assert {allow["Resource"], deny["Resource"]} == {QUEUE_ARN}


def test_all_five_kinds_of_warning_reach_the_queue(recording: Recording) -> None:
    rules = recording.of_type(RULE)
    patterns = {
        (*pattern["source"], *pattern["detail-type"])
        for pattern in (json.loads(rule.inputs["eventPattern"]) for rule in rules)
    }
    targets = recording.of_type("aws:cloudwatch/eventTarget:EventTarget")

    assert patterns == {
        ("aws.health", "AWS Health Event"),
        ("aws.ec2", "EC2 Spot Instance Interruption Warning"),
        ("aws.ec2", "EC2 Instance Rebalance Recommendation"),
        ("aws.ec2", "EC2 Instance State-change Notification"),
        ("aws.ec2", "EC2 Capacity Reservation Instance Interruption Warning"),
    }
    assert [t.inputs["arn"] for t in targets] == [QUEUE_ARN] * 5
    assert sorted(t.inputs["rule"] for t in targets) == sorted(rule.name for rule in rules)


def test_the_controllers_service_account_gets_its_role_by_pod_identity(recording: Recording) -> None:
    association = recording.one("aws:eks/podIdentityAssociation:PodIdentityAssociation").inputs
    role = recording.one("aws:iam/role:Role").inputs
    (statement,) = json.loads(role["assumeRolePolicy"])["Statement"]

    assert (association["clusterName"], association["namespace"], association["serviceAccount"]) == (
        "inference",
        "kube-system",
        "karpenter",
    )
    assert association["roleArn"] == f"arn:aws:iam::{ACCOUNT}:role/k-controller-role"
    assert values(recording)["serviceAccount"]["name"] == association["serviceAccount"]
    assert statement["Principal"] == {"Service": "pods.eks.amazonaws.com"}
    assert statement["Action"] == ["sts:AssumeRole", "sts:TagSession"]


def test_the_identity_waits_for_the_cluster_that_a_plain_name_only_mentions(recording: Recording) -> None:
    association = recording.one("aws:eks/podIdentityAssociation:PodIdentityAssociation")

    assert recording.depends(association, recording.one("pulumi:providers:kubernetes"))


def test_six_policies_are_attached_to_the_controllers_role(recording: Recording) -> None:
    policies = recording.of_type("aws:iam/policy:Policy")
    attachments = recording.of_type("aws:iam/rolePolicyAttachment:RolePolicyAttachment")

    assert len(policies) == 6
    assert {a.inputs["role"] for a in attachments} == {"k-controller-role"}
    assert {a.inputs["policyArn"] for a in attachments} == {
        f"arn:aws:iam::{ACCOUNT}:policy/{policy.name}" for policy in policies
    }


def test_the_policies_name_what_was_really_made(recording: Recording) -> None:
    policies = {p.name: json.loads(p.inputs["policy"]) for p in recording.of_type("aws:iam/policy:Policy")}

    assert policies["k-interruption-policy"]["Statement"][0]["Resource"] == QUEUE_ARN
    passed = policies["k-iam-integration-policy"]["Statement"][0]
    assert passed["Resource"] == f"arn:aws:iam::{ACCOUNT}:role/nodes"


def test_crds_come_first_and_the_controller_leaves_them_alone(recording: Recording) -> None:
    crds = recording.one(RELEASE, "k-crds")
    controller = recording.one(RELEASE, "k-controller")

    assert crds.inputs["chart"].endswith("/karpenter-crd")
    assert controller.inputs["skipCrds"] is True
    assert crds.inputs["version"] == controller.inputs["version"]
    assert recording.depends(controller, crds)


def test_the_controller_has_its_rights_and_its_queue_as_long_as_it_lives(recording: Recording) -> None:
    controller = recording.one(RELEASE, "k-controller")
    needed = [
        *recording.of_type("aws:iam/rolePolicyAttachment:RolePolicyAttachment"),
        *recording.of_type("aws:eks/podIdentityAssociation:PodIdentityAssociation"),
        *recording.of_type("aws:sqs/queuePolicy:QueuePolicy"),
        *recording.of_type("aws:cloudwatch/eventTarget:EventTarget"),
    ]

    assert len(needed) == 13
    assert [r.name for r in needed if not recording.depends(controller, r)] == []


def test_the_controller_knows_its_cluster_queue_and_region(recording: Recording) -> None:
    settings = values(recording)["settings"]

    assert settings["clusterName"] == "inference"
    assert settings["clusterEndpoint"] == "https://inference.example.com"
    assert settings["interruptionQueue"] == "inference-karpenter"
    assert values(recording)["controller"]["env"] == [{"name": "AWS_REGION", "value": REGION}]


def test_the_controllers_requests_equal_its_limits() -> None:
    recording = record(lambda: karpenter(controller_cpu="2", controller_memory="3Gi"))
    resources = values(recording)["controller"]["resources"]

    assert resources["requests"] == resources["limits"] == {"cpu": "2", "memory": "3Gi"}


def test_alpha_gates_are_off_unless_asked_for(recording: Recording) -> None:
    assert values(recording)["settings"]["featureGates"] == {"nodeOverlay": False, "reservedCapacity": True}
    sharing = record(lambda: karpenter(node_overlay=True))
    assert values(sharing)["settings"]["featureGates"]["nodeOverlay"] is True


def test_metrics_wait_for_what_brings_their_kind() -> None:
    def program() -> None:
        monitoring = k8s.core.v1.Namespace("monitoring")
        karpenter(metrics=True, depends_on=[monitoring])

    recording = record(program)

    assert values(recording)["serviceMonitor"] == {"enabled": True}
    monitoring = recording.one("kubernetes:core/v1:Namespace")
    assert recording.depends(recording.one(RELEASE, "k-controller"), monitoring)


def test_both_releases_go_through_the_clusters_provider(recording: Recording) -> None:
    provider = recording.one("pulumi:providers:kubernetes")

    assert all(r.provider.startswith(provider.urn) for r in recording.of_type(RELEASE))


def test_every_child_is_named_after_the_component_and_tagged(recording: Recording) -> None:
    mine = [r for r in recording.resources if r.name not in {"cluster", "k"}]
    taggable = ("aws:sqs/queue:Queue", RULE, "aws:iam/role:Role", "aws:iam/policy:Policy")

    assert [r.name for r in mine if not r.name.startswith("k-")] == []
    assert [r.name for r in mine if "inference-platform:index:Karpenter" not in r.parent] == []
    tagged = [r for r in mine if r.type in taggable]
    assert len(tagged) == 13
    assert [r.name for r in tagged if r.inputs["tags"].get("team") != "ml"] == []


def test_the_callers_options_stay_with_the_component() -> None:
    recording = record(lambda: karpenter(opts=pulumi.ResourceOptions(ignore_changes=["tags"])))
    component = recording.one("inference-platform:index:Karpenter")

    assert component.ignore_changes == ("tags",)
    assert [r.name for r in recording.resources if r.ignore_changes and r is not component] == []
    assert recording.registered_outputs[component.urn] == {
        "queue_name": "inference-karpenter",
        "controller_role_arn": f"arn:aws:iam::{ACCOUNT}:role/k-controller-role",
    }
