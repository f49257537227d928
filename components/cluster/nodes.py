"""The managed node group that runs what needs no GPU, Karpenter's own controller first."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from catalog import volumes
from components.tags import named

SYSTEM_LABEL = {"inference-platform/node-role": "system"}
"""Label of the system nodes. They have no taint: something must take pods that tolerate nothing."""

_ROOT_VOLUME_GIB = volumes.SYSTEM_ROOT_GIB
# Graviton families have a g among the letters after the generation: m7g, c7gn, im4gn.
_GRAVITON = re.compile(r"[a-z]+\d+[a-z]*g[a-z]*\.")


@dataclass(frozen=True, kw_only=True)
class SystemNodes:
    """What the node group is made of; `count` nodes, one more for a moment during updates."""

    cluster_name: pulumi.Input[str]
    kubernetes_version: str
    role_arn: pulumi.Input[str]
    subnet_ids: pulumi.Input[Sequence[pulumi.Input[str]]]
    instance_type: str
    count: int
    tags: Mapping[str, str]


def ami_type(instance_type: str) -> str:
    """Return the EKS name of the Amazon Linux 2023 image for an instance type's processor."""
    processor = "ARM_64" if _GRAVITON.match(instance_type) else "x86_64"
    return f"AL2023_{processor}_STANDARD"


def launch_template(
    name: str, tags: Mapping[str, str], child: pulumi.ResourceOptions
) -> aws.ec2.LaunchTemplate:
    """Make the launch template: encrypted disk, IMDSv2, and metadata out of reach of ordinary pods.

    One hop keeps pods from the node's own credentials; they get theirs from the Pod Identity agent, which
    runs on the host's network.
    """
    return aws.ec2.LaunchTemplate(
        name,
        update_default_version=True,
        metadata_options=aws.ec2.LaunchTemplateMetadataOptionsArgs(
            http_endpoint="enabled", http_tokens="required", http_put_response_hop_limit=1
        ),
        block_device_mappings=[
            aws.ec2.LaunchTemplateBlockDeviceMappingArgs(
                device_name="/dev/xvda",
                ebs=aws.ec2.LaunchTemplateBlockDeviceMappingEbsArgs(
                    volume_type="gp3",
                    volume_size=_ROOT_VOLUME_GIB,
                    encrypted="true",
                    delete_on_termination="true",
                ),
            )
        ],
        tag_specifications=[
            aws.ec2.LaunchTemplateTagSpecificationArgs(resource_type=resource, tags=named(tags, name))
            for resource in ("instance", "volume", "network-interface")
        ],
        tags=named(tags, name),
        opts=child,
    )


def system_node_group(
    name: str, nodes: SystemNodes, template: aws.ec2.LaunchTemplate, opts: pulumi.ResourceOptions
) -> aws.eks.NodeGroup:
    """Make the node group. `opts` carries what must stand first: the network add-on, the role's policies."""
    return aws.eks.NodeGroup(
        name,
        cluster_name=nodes.cluster_name,
        node_role_arn=nodes.role_arn,
        subnet_ids=nodes.subnet_ids,
        version=nodes.kubernetes_version,
        ami_type=ami_type(nodes.instance_type),
        instance_types=[nodes.instance_type],
        capacity_type="ON_DEMAND",
        scaling_config=aws.eks.NodeGroupScalingConfigArgs(
            min_size=nodes.count, desired_size=nodes.count, max_size=nodes.count + 1
        ),
        update_config=aws.eks.NodeGroupUpdateConfigArgs(max_unavailable=1),
        launch_template=aws.eks.NodeGroupLaunchTemplateArgs(
            id=template.id, version=pulumi.Output.format("{0}", template.latest_version)
        ),
        labels=SYSTEM_LABEL,
        tags=named(nodes.tags, name),
        opts=opts,
    )
