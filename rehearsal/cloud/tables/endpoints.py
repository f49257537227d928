"""EC2's VPC endpoints, flow logs, launch templates and single tags."""

from collections.abc import Mapping

from rehearsal.cloud.spec import ResourceSpec
from rehearsal.cloud.tables.network import LAUNCH_TEMPLATE, OWNED, VPC_ENDPOINT, ec2_arn

SPECS: Mapping[str, ResourceSpec] = {
    VPC_ENDPOINT: ResourceSpec(
        id="vpce-{hex17}",
        arn=ec2_arn("vpc-endpoint"),
        outputs={
            **OWNED,
            "cidrBlocks": [],
            "dnsEntries": [],
            "ipAddressType": "ipv4",
            "networkInterfaceIds": lambda form: [f"eni-{form['hex17']}" for _ in form.get("subnetIds") or ()],
            "prefixListId": "pl-{hex17}",
            "privateDnsEnabled": False,
            "requesterManaged": False,
            "state": "available",
        },
        defaults={"vpcEndpointType": "Gateway"},
        documents={"policy": 20480},
        replace_on=("serviceName", "serviceRegion", "vpcEndpointType", "vpcId"),
    ),
    "aws:ec2/flowLog:FlowLog": ResourceSpec(
        id="fl-{hex17}",
        arn=ec2_arn("vpc-flow-log"),
        outputs={"logFormat": "${{version}} ${{account-id}} ${{interface-id}} ${{action}}"},
        defaults={"logDestinationType": "cloud-watch-logs", "maxAggregationInterval": 600},
        replace_on=(
            "destinationOptions",
            "eniId",
            "iamRoleArn",
            "logDestination",
            "logDestinationType",
            "logFormat",
            "maxAggregationInterval",
            "subnetId",
            "trafficType",
            "vpcId",
        ),
    ),
    LAUNCH_TEMPLATE: ResourceSpec(
        id="lt-{hex17}",
        arn=ec2_arn("launch-template"),
        missing="InvalidLaunchTemplateId.NotFound",
        outputs={"latestVersion": lambda form: form["updates"] + 1, "defaultVersion": 1},
        renewed=("latestVersion",),
        replace_on=("name", "namePrefix"),
        named_by="name",
        name_limit=128,
        unique=("name",),
        duplicate="InvalidLaunchTemplateName.AlreadyExistsException",
    ),
    "aws:ec2/tag:Tag": ResourceSpec(
        id="{resourceId},{key}",
        tagged=False,
        replace_on=("key", "resourceId"),
        unique=("resourceId", "key"),
    ),
}
