"""What makes a cluster usable, as recorded: nodes, add-ons, storage, and the Kubernetes provider."""

import json

import pulumi
import pulumi_kubernetes as k8s
import pytest

from components.cluster import SYSTEM_LABEL
from components.cluster.nodes import ami_type
from tests.components.answers import ACCOUNT
from tests.components.clusters import ENTRY, NODE_GROUP, cluster, role_policies, trusted
from tests.components.recorder import Recorded, Recording, record

ADDON = "aws:eks/addon:Addon"
PROVIDER = "pulumi:providers:kubernetes"


@pytest.fixture(scope="module")
def recording() -> Recording:
    return record(cluster)


def addon(recording: Recording, name: str) -> Recorded:
    return recording.one(ADDON, f"c-{name}")


# Nodes and add-ons


def test_the_network_stands_before_the_nodes_and_dns_after_them(recording: Recording) -> None:
    group = recording.one(NODE_GROUP)

    for name in ("vpc-cni", "kube-proxy", "eks-pod-identity-agent"):
        assert recording.depends(group, addon(recording, name))
    for name in ("coredns", "metrics-server", "aws-ebs-csi-driver"):
        assert recording.depends(addon(recording, name), group)
    assert len(recording.of_type(ADDON)) == 6


def test_network_policies_are_enforced(recording: Recording) -> None:
    values = json.loads(addon(recording, "vpc-cni").inputs["configurationValues"])

    assert values == {"enableNetworkPolicy": "true"}


def test_the_ebs_driver_has_its_own_role_through_pod_identity(recording: Recording) -> None:
    driver = addon(recording, "aws-ebs-csi-driver").inputs

    assert driver["podIdentityAssociations"] == [
        {"roleArn": f"arn:aws:iam::{ACCOUNT}:role/c-ebs-csi-role", "serviceAccount": "ebs-csi-controller-sa"}
    ]
    assert trusted(recording, "c-ebs-csi-role") == (
        "pods.eks.amazonaws.com",
        ["sts:AssumeRole", "sts:TagSession"],
    )
    assert role_policies(recording, "c-ebs-csi-role") == {"AmazonEBSCSIDriverPolicyV2"}


def test_an_addon_can_be_pinned() -> None:
    recording = record(lambda: cluster(addon_versions={"coredns": "v1.99.0-eksbuild.1"}))

    assert addon(recording, "coredns").inputs["addonVersion"] == "v1.99.0-eksbuild.1"
    assert "addonVersion" not in addon(recording, "vpc-cni").inputs


def test_system_nodes_take_untolerating_pods_and_outlive_the_loss_of_one(recording: Recording) -> None:
    group = recording.one(NODE_GROUP).inputs

    assert "taints" not in group
    assert group["labels"] == SYSTEM_LABEL
    assert group["scalingConfig"] == {"minSize": 3, "desiredSize": 3, "maxSize": 4}
    assert group["amiType"] == "AL2023_x86_64_STANDARD"
    assert group["version"] == "1.36"
    assert group["launchTemplate"]["version"] == "1"


def test_the_system_role_is_not_karpenters_whose_entry_is_explicit(recording: Recording) -> None:
    assert recording.one(NODE_GROUP).inputs["nodeRoleArn"] == f"arn:aws:iam::{ACCOUNT}:role/c-system-role"
    assert len(recording.of_type(ENTRY)) == 2


def test_nodes_have_an_encrypted_disk_and_metadata_out_of_reach_of_pods(recording: Recording) -> None:
    template = recording.one("aws:ec2/launchTemplate:LaunchTemplate").inputs
    (disk,) = template["blockDeviceMappings"]

    assert template["metadataOptions"] == {
        "httpEndpoint": "enabled",
        "httpTokens": "required",
        "httpPutResponseHopLimit": 1,
    }
    assert (disk["ebs"]["encrypted"], disk["ebs"]["volumeType"]) == ("true", "gp3")
    assert {s["resourceType"] for s in template["tagSpecifications"]} == {
        "instance",
        "volume",
        "network-interface",
    }


@pytest.mark.parametrize(
    ("instance_type", "processor"),
    [
        ("m7i.xlarge", "x86_64"),
        ("m7i-flex.large", "x86_64"),
        ("g6.xlarge", "x86_64"),
        ("m7g.xlarge", "ARM_64"),
        ("c7gn.large", "ARM_64"),
        ("t4g.medium", "ARM_64"),
    ],
)
def test_the_image_fits_the_processor(instance_type: str, processor: str) -> None:
    assert ami_type(instance_type) == f"AL2023_{processor}_STANDARD"


# Kubernetes


def test_the_provider_stays_the_same_and_its_kubeconfig_is_secret(recording: Recording) -> None:
    provider = recording.one(PROVIDER)
    component = recording.one("inference-platform:index:Cluster")

    assert provider.inputs["clusterIdentifier"] == "inference"
    assert "kubeconfig" in provider.secret_inputs
    assert recording.secret_outputs[component.urn] == {"kubeconfig"}


def test_the_kubeconfig_asks_the_aws_cli_for_a_token(recording: Recording) -> None:
    config = json.loads(recording.one(PROVIDER).inputs["kubeconfig"])
    user = config["users"][0]["user"]

    assert config["clusters"][0]["cluster"] == {
        "server": "https://c-control-plane.eks.example.com",
        "certificate-authority-data": "Y2VydGlmaWNhdGU=",
    }
    assert user["exec"]["apiVersion"] == "client.authentication.k8s.io/v1beta1"
    assert user["exec"]["command"] == "aws"
    assert " ".join(user["exec"]["args"]) == (
        "eks get-token --cluster-name inference --region us-east-1 --output json"
    )


def test_who_uses_the_provider_waits_for_a_working_cluster() -> None:
    def program() -> None:
        made = cluster()
        k8s.core.v1.Namespace("models", opts=pulumi.ResourceOptions(provider=made.provider))

    recording = record(program)
    namespace = recording.one("kubernetes:core/v1:Namespace")
    association = recording.one("aws:eks/accessPolicyAssociation:AccessPolicyAssociation")

    tag = recording.one("aws:ec2/tag:Tag")
    for first in (association, recording.one(NODE_GROUP), recording.one(ENTRY, "c-node-entry"), tag):
        assert recording.depends(namespace, first)
    for made in recording.of_type(ADDON):
        assert recording.depends(namespace, made)


def test_both_storage_classes_are_encrypted_and_one_is_the_default(recording: Recording) -> None:
    classes = {
        c.inputs["metadata"]["name"]: c
        for c in recording.of_type("kubernetes:storage.k8s.io/v1:StorageClass")
    }
    annotation = "storageclass.kubernetes.io/is-default-class"

    assert set(classes) == {"gp3", "gp3-retain"}
    for made in classes.values():
        assert made.inputs["parameters"] == {"type": "gp3", "encrypted": "true"}
        assert made.inputs["volumeBindingMode"] == "WaitForFirstConsumer"
        assert made.provider.startswith(recording.one(PROVIDER).urn)
    assert classes["gp3"].inputs["reclaimPolicy"] == "Delete"
    assert classes["gp3"].inputs["metadata"]["annotations"][annotation] == "true"
    assert classes["gp3-retain"].inputs["reclaimPolicy"] == "Retain"
    assert classes["gp3-retain"].inputs["metadata"]["annotations"][annotation] == "false"
