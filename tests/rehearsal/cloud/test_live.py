"""A small platform through Pulumi's real engine, on the simulated cloud."""

import json
from pathlib import Path
from typing import Any

import pulumi
import pulumi_aws as aws
import pulumi_random as random
import pytest
from pulumi import automation as auto

from tests.rehearsal.cloud.engine import Engine
from tests.rehearsal.cloud.support import ACCOUNT, REGION, trust

pytestmark = pytest.mark.live
PASSWORD_LENGTH = 24


@pytest.fixture
def engine(tmp_path: Path) -> Engine:
    return Engine(tmp_path)


class Platform:
    """The program; what it exports, it also keeps for a second look."""

    def __init__(self, cidr: str = "10.0.0.0/16", nodes: int = 2) -> None:
        self.cidr, self.nodes = cidr, nodes

    def __call__(self) -> None:
        vpc = aws.ec2.Vpc("main", cidr_block=self.cidr, enable_dns_hostnames=True)
        zones = aws.get_availability_zones().names[:2]
        subnets = [
            aws.ec2.Subnet(zone, vpc_id=vpc.id, cidr_block=f"10.0.{i}.0/24", availability_zone=zone)
            for i, zone in enumerate(zones)
        ]
        ids = [subnet.id for subnet in subnets]
        self._cluster(ids)
        self._data(ids)
        pulumi.export("vpc", vpc.arn)

    def _cluster(self, subnets: list[pulumi.Output[str]]) -> None:
        role = aws.iam.Role("cluster", assume_role_policy=trust("eks.amazonaws.com"))
        logs = aws.cloudwatch.LogGroup("logs", name="/aws/eks/prod/cluster", retention_in_days=7)
        cluster = aws.eks.Cluster(
            "cluster",
            name="prod",
            role_arn=role.arn,
            version="1.36",
            enabled_cluster_log_types=["api"],
            vpc_config=aws.eks.ClusterVpcConfigArgs(subnet_ids=subnets),
            opts=pulumi.ResourceOptions(depends_on=[logs]),
        )
        aws.eks.NodeGroup(
            "system",
            cluster_name=cluster.name,
            node_role_arn=aws.iam.Role("nodes", assume_role_policy=trust("ec2.amazonaws.com")).arn,
            subnet_ids=subnets,
            instance_types=["m7i.large"],
            scaling_config=aws.eks.NodeGroupScalingConfigArgs(
                min_size=1, desired_size=self.nodes, max_size=4
            ),
        )
        pulumi.export("endpoint", cluster.endpoint)
        pulumi.export("group", cluster.vpc_config.cluster_security_group_id)
        pulumi.export("ca", cluster.certificate_authority.data)

    def _data(self, subnets: list[pulumi.Output[str]]) -> None:
        queue = aws.sqs.Queue("interruptions", message_retention_seconds=300)
        document = queue.arn.apply(lambda arn: json.dumps({"Statement": [{"Resource": arn}]}))
        aws.sqs.QueuePolicy("interruptions", queue_url=queue.url, policy=document)
        password = random.RandomPassword("database", length=PASSWORD_LENGTH)
        group = aws.rds.SubnetGroup("database", subnet_ids=subnets)
        database = aws.rds.Instance(
            "database",
            identifier="main",
            engine="postgres",
            instance_class="db.m7g.large",
            db_subnet_group_name=group.name,
            password=password.result,
            skip_final_snapshot=True,
        )
        pulumi.export("url", pulumi.Output.format("postgres://a:{0}@{1}", password.result, database.endpoint))


def outputs_of(stack: auto.Stack) -> dict[str, Any]:
    return {name: output.value for name, output in stack.outputs().items()}


def test_preview_up_no_change_grow_refresh_destroy(engine: Engine) -> None:
    program = Platform()
    planned = engine.preview(program)
    assert planned["create"] == 14
    assert engine.cloud.resources == []
    assert engine.up(program)["create"] == planned["create"]
    assert engine.up(program) == {"same": planned["create"]}
    assert engine.refresh(program) == {"same": planned["create"]}
    assert engine.cluster.groups.keys() == {
        g.inputs["nodeGroupName"] for g in engine.cloud.resources if g.nodes
    }
    assert engine.up(Platform(nodes=3))["update"] == 1
    assert [len(one.nodes) for one in engine.cloud.resources if one.nodes] == [3]
    engine.destroy(program)
    assert engine.cloud.leftovers() == []
    assert engine.cluster.groups == {}


def test_outputs_hang_together_and_secrets_stay_secret(engine: Engine) -> None:
    engine.up(Platform())
    outputs = engine.run(Platform(), outputs_of)
    assert outputs["endpoint"] == engine.cluster.endpoint
    assert outputs["ca"] == engine.cluster.ca_data
    assert outputs["group"] in {record.id for record in engine.cloud.resources}
    assert outputs["vpc"].startswith(f"arn:aws:ec2:{REGION}:{ACCOUNT}:vpc/vpc-")
    (password,) = (
        record.inputs["password"] for record in engine.cloud.resources if "password" in record.inputs
    )
    assert len(password) == PASSWORD_LENGTH
    assert password in outputs["url"]
    assert password not in engine.printed
    assert password not in engine.state_text()


def test_default_tags_reach_every_tagged_resource(engine: Engine) -> None:
    engine.up(Platform())
    tagged = [record for record in engine.cloud.resources if "tagsAll" in record.inputs]
    assert len(tagged) == 11
    assert all(record.inputs["tagsAll"] == {"team": "ml"} for record in tagged)


def test_a_subnet_that_does_not_exist_is_refused(engine: Engine) -> None:
    def program() -> None:
        aws.rds.SubnetGroup("database", subnet_ids=["subnet-0123456789abcdef0"])

    with pytest.raises(auto.CommandError, match=r"InvalidSubnetID\.NotFound: subnetIds\[0\]"):
        engine.up(program)
    assert engine.cloud.leftovers() == []


def test_a_network_in_use_is_not_replaced(engine: Engine) -> None:
    """The subnets are outside the new network: AWS refuses, and the old ones go on living."""
    engine.up(Platform())
    before = {record.id for record in engine.cloud.resources}
    with pytest.raises(auto.CommandError, match=r"InvalidSubnet\.Range: .*outside 10\.1\.0\.0/16"):
        engine.up(Platform(cidr="10.1.0.0/16"))
    assert before <= {record.id for record in engine.cloud.resources}


def test_deleting_out_of_order_is_refused(engine: Engine) -> None:
    def kept() -> None:
        """The network goes; its subnet, which names it by id alone, stays."""
        aws.ec2.Subnet("a", vpc_id=vpc_id, cidr_block="10.0.0.0/24")

    def both() -> None:
        aws.ec2.Vpc("main", cidr_block="10.0.0.0/16")

    engine.up(both)
    (vpc_id,) = (record.id for record in engine.cloud.resources if record.id.startswith("vpc-"))
    with pytest.raises(auto.CommandError, match="DependencyViolation: Vpc vpc-"):
        engine.up(kept)
