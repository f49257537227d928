"""An account with a stand-in for the local cluster, driven as the provider drives it."""

import base64
import json
from collections.abc import Mapping, Sequence
from typing import Any

from rehearsal.cloud import Cloud, NodeGroupSpec, Record, Scope
from rehearsal.cloud.checks import check

REGION = "eu-west-1"
ACCOUNT = "123456789012"
VPC = "aws:ec2/vpc:Vpc"
SUBNET = "aws:ec2/subnet:Subnet"
GATEWAY = "aws:ec2/internetGateway:InternetGateway"
GROUP = "aws:ec2/securityGroup:SecurityGroup"
ROLE = "aws:iam/role:Role"
POLICY = "aws:iam/policy:Policy"
CLUSTER = "aws:eks/cluster:Cluster"
NODE_GROUP = "aws:eks/nodeGroup:NodeGroup"
LOG_GROUP = "aws:cloudwatch/logGroup:LogGroup"
QUEUE = "aws:sqs/queue:Queue"
DATABASE = "aws:rds/instance:Instance"


def trust(service: str) -> str:
    statement = {"Effect": "Allow", "Principal": {"Service": service}, "Action": "sts:AssumeRole"}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


class FakeCluster:
    """Remembers the groups of nodes it was asked for."""

    endpoint = "https://127.0.0.1:16443"
    ca_data = base64.b64encode(b"-----BEGIN CERTIFICATE-----").decode()

    def __init__(self) -> None:
        self.groups: dict[str, NodeGroupSpec] = {}
        self.removals: list[str] = []
        self.broken = False

    def add_nodes(self, group: NodeGroupSpec) -> Sequence[str]:
        if self.broken:
            raise RuntimeError("no API server")
        self.groups[group.name] = group
        return [f"{group.name}-{index}" for index in range(group.size)]

    def remove_nodes(self, group_name: str) -> None:
        self.removals.append(group_name)
        self.groups.pop(group_name, None)


class Account:
    """A cloud, and short ways to fill it."""

    def __init__(self, existing: Sequence[str] = (), tags: Mapping[str, str] | None = None) -> None:
        self.cluster = FakeCluster()
        self.cloud = Cloud(self.cluster, existing)
        self.scope = Scope(REGION, tags or {})

    def make(self, token: str, logical: str = "it", /, **inputs: Any) -> Record:
        checked = check(self.scope, token, urn(token, logical), {}, inputs)
        assert checked.failures == ()
        return self.cloud.create(self.scope, token, urn(token, logical), checked.inputs)

    def change(self, record: Record, **inputs: Any) -> Record:
        news = {**record.inputs, **inputs}
        return self.cloud.update(self.scope, record.token, record.id, news)

    def drop(self, record: Record) -> None:
        self.cloud.delete(Scope(record.region or REGION), record.token, record.id)

    def subnets(self, zones: str = "ab") -> list[str]:
        vpc = self.make(VPC, cidrBlock="10.0.0.0/16")
        return [
            self.make(
                SUBNET, zone, vpcId=vpc.id, cidrBlock=f"10.0.{i}.0/24", availabilityZone=REGION + zone
            ).id
            for i, zone in enumerate(zones)
        ]

    def eks(self, **inputs: Any) -> Record:
        role = self.make(ROLE, name="eks", assumeRolePolicy=trust("eks.amazonaws.com"))
        subnets = {"subnetIds": self.subnets()}
        return self.make(CLUSTER, name="prod", version="1.36", roleArn=role.arn, vpcConfig=subnets, **inputs)

    def node_group(self, cluster: Record, **inputs: Any) -> Record:
        role = self.make(ROLE, name="nodes", assumeRolePolicy=trust("ec2.amazonaws.com"))
        stated: dict[str, Any] = {
            "clusterName": cluster.id,
            "nodeGroupName": "system",
            "nodeRoleArn": role.arn,
            "subnetIds": cluster.outputs["vpcConfig"]["subnetIds"],
            "instanceTypes": ["m7i.large"],
            "scalingConfig": {"minSize": 1, "desiredSize": 2, "maxSize": 4},
        }
        return self.make(NODE_GROUP, **{**stated, **inputs})


def urn(token: str, name: str) -> str:
    return f"urn:pulumi:dev::live::{token}::{name}"
