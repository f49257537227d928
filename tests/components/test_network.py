"""The VPC as recorded: who reaches what, and what waits for what."""

import json
from typing import Any

import pulumi
import pulumi_aws as aws
import pytest

from components.flow_logs import trust
from components.network import Network, NetworkArgs
from planning.network import NetworkPlanError
from tests.components.answers import ACCOUNT
from tests.components.recorder import Recorded, Recording, record

ZONES = ("us-east-1a", "us-east-1b", "us-east-1c")


def network(opts: pulumi.ResourceOptions | None = None, **changes: Any) -> Network:
    given: dict[str, Any] = {
        "cidr": "10.0.0.0/16",
        "zones": ZONES,
        "nat_per_zone": True,
        "cluster_name": "inference",
        "region": "us-east-1",
        "tags": {"team": "ml"},
    }
    return Network("net", NetworkArgs(**{**given, **changes}), opts)


@pytest.fixture(scope="module")
def recording() -> Recording:
    return record(network)


def subnets(recording: Recording, kind: str) -> list[Recorded]:
    return [s for s in recording.of_type("aws:ec2/subnet:Subnet") if s.name.startswith(f"net-{kind}-")]


def route(recording: Recording, name: str) -> dict[str, Any]:
    return recording.one("aws:ec2/route:Route", name).inputs


def test_each_kind_of_subnet_is_in_every_zone(recording: Recording) -> None:
    for kind in ("public", "private", "intra"):
        assert [s.inputs["availabilityZone"] for s in subnets(recording, kind)] == list(ZONES)
    assert len(recording.of_type("aws:ec2/subnet:Subnet")) == 9


def test_controllers_find_subnets_by_their_tags(recording: Recording) -> None:
    for subnet in subnets(recording, "public"):
        assert subnet.inputs["tags"]["kubernetes.io/role/elb"] == "1"
        assert "karpenter.sh/discovery" not in subnet.inputs["tags"]
    for subnet in subnets(recording, "private"):
        assert subnet.inputs["tags"]["kubernetes.io/role/internal-elb"] == "1"
        assert subnet.inputs["tags"]["karpenter.sh/discovery"] == "inference"
    for subnet in subnets(recording, "intra"):
        assert set(subnet.inputs["tags"]) == {"team", "Name"}


def test_no_subnet_gives_public_addresses_away(recording: Recording) -> None:
    assert not any(s.inputs.get("mapPublicIpOnLaunch") for s in recording.of_type("aws:ec2/subnet:Subnet"))


def test_each_zone_leaves_through_its_own_nat_gateway(recording: Recording) -> None:
    assert len(recording.of_type("aws:ec2/natGateway:NatGateway")) == 3
    for zone in ZONES:
        nat = recording.one("aws:ec2/natGateway:NatGateway", f"net-nat-{zone}")
        assert nat.inputs["subnetId"] == f"net-public-{zone}-id"
        assert route(recording, f"net-private-{zone}-out")["natGatewayId"] == f"net-nat-{zone}-id"


def test_one_nat_gateway_can_serve_every_zone() -> None:
    recording = record(lambda: network(nat_per_zone=False))

    assert [n.name for n in recording.of_type("aws:ec2/natGateway:NatGateway")] == ["net-nat-us-east-1a"]
    assert len(recording.of_type("aws:ec2/eip:Eip")) == 1
    targets = {route(recording, f"net-private-{zone}-out")["natGatewayId"] for zone in ZONES}
    assert targets == {"net-nat-us-east-1a-id"}


def test_going_to_a_nat_gateway_a_zone_replaces_no_table_or_subnet(recording: Recording) -> None:
    kept = ("aws:ec2/subnet:Subnet", "aws:ec2/routeTable:RouteTable", "aws:ec2/route:Route")
    single = record(lambda: network(nat_per_zone=False))

    for token in kept:
        assert [r.name for r in single.of_type(token)] == [r.name for r in recording.of_type(token)]


def test_only_public_subnets_have_a_way_in_and_intra_ones_none_out(recording: Recording) -> None:
    assert route(recording, "net-public-out")["gatewayId"] == "net-igw-id"
    tables = {r.inputs["routeTableId"] for r in recording.of_type("aws:ec2/route:Route")}
    assert "net-intra-routes-id" not in tables
    for zone in ZONES:
        token = "aws:ec2/routeTableAssociation:RouteTableAssociation"
        association = recording.one(token, f"net-intra-{zone}-routes")
        assert association.inputs["routeTableId"] == "net-intra-routes-id"


def test_who_uses_a_private_subnet_waits_for_its_way_out() -> None:
    def program() -> None:
        net = network()
        aws.ec2.Instance("user", subnet_id=net.private_subnet_ids[1])

    recording = record(program)
    user = recording.one("aws:ec2/instance:Instance")

    assert recording.depends(user, recording.one("aws:ec2/route:Route", "net-private-us-east-1b-out"))
    assert recording.depends(user, recording.one("aws:ec2/internetGateway:InternetGateway"))


def test_the_default_security_group_is_closed(recording: Recording) -> None:
    group = recording.one("aws:ec2/defaultSecurityGroup:DefaultSecurityGroup").inputs

    assert group["ingress"] == []
    assert group["egress"] == []


def test_s3_and_the_services_nodes_need_have_endpoints(recording: Recording) -> None:
    endpoints = {
        e.inputs["serviceName"]: e.inputs for e in recording.of_type("aws:ec2/vpcEndpoint:VpcEndpoint")
    }
    prefix = "com.amazonaws.us-east-1"
    s3 = endpoints.pop(f"{prefix}.s3")

    assert s3["vpcEndpointType"] == "Gateway"
    assert set(s3["routeTableIds"]) == {f"net-private-{zone}-routes-id" for zone in ZONES} | {
        "net-intra-routes-id"
    }
    assert set(endpoints) == {f"{prefix}.{service}" for service in ("ecr.api", "ecr.dkr", "sts", "logs")}
    for endpoint in endpoints.values():
        assert endpoint["vpcEndpointType"] == "Interface"
        assert endpoint["privateDnsEnabled"] is True
        assert endpoint["subnetIds"] == [f"net-intra-{zone}-id" for zone in ZONES]
        assert endpoint["securityGroupIds"] == ["net-endpoints-sg-id"]


def test_endpoints_take_https_from_the_vpc_only(recording: Recording) -> None:
    rule = recording.one("aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule").inputs

    assert (rule["cidrIpv4"], rule["fromPort"], rule["toPort"], rule["ipProtocol"]) == (
        "10.0.0.0/16",
        443,
        443,
        "tcp",
    )


def test_flow_logs_record_all_traffic_with_a_role_that_can_do_nothing_else(recording: Recording) -> None:
    flow_log = recording.one("aws:ec2/flowLog:FlowLog")
    group = recording.one("aws:cloudwatch/logGroup:LogGroup").inputs
    policy = recording.one("aws:iam/rolePolicy:RolePolicy")
    statements = json.loads(policy.inputs["policy"])["Statement"]

    assert flow_log.inputs["trafficType"] == "ALL"
    assert flow_log.inputs["logDestination"].endswith(group["name"])
    assert group["retentionInDays"] == 90
    assert recording.depends(flow_log, policy)
    assert [s["Resource"] for s in statements] == [f"{flow_log.inputs['logDestination']}:*"]
    assert all("*" not in action for s in statements for action in s["Action"])


def test_the_flow_logs_role_serves_this_account_and_region_only() -> None:
    document = trust(f"arn:aws-us-gov:ec2:us-gov-west-1:{ACCOUNT}:vpc/vpc-1")
    condition = document["Statement"][0]["Condition"]

    assert condition["StringEquals"] == {"aws:SourceAccount": ACCOUNT}
    source = f"arn:aws-us-gov:ec2:us-gov-west-1:{ACCOUNT}:vpc-flow-log/*"
    assert condition["ArnLike"] == {"aws:SourceArn": source}


def test_everything_that_can_be_tagged_is(recording: Recording) -> None:
    untagged = {"aws:ec2/route:Route", "aws:ec2/routeTableAssociation:RouteTableAssociation"}
    untagged |= {"aws:iam/rolePolicy:RolePolicy"}
    made = [r for r in recording.resources if r.custom and r.type not in untagged]

    assert [r.name for r in made if r.inputs.get("tags", {}).get("team") != "ml"] == []
    assert [r.name for r in made if not r.inputs["tags"].get("Name")] == []


def test_every_child_is_named_after_the_component_and_belongs_to_it(recording: Recording) -> None:
    component = recording.one("inference-platform:index:Network")
    rest = [r for r in recording.resources if r is not component]

    assert all(r.name.startswith("net-") for r in rest)
    assert all("inference-platform:index:Network" in r.parent for r in rest)


def test_the_callers_options_stay_with_the_component() -> None:
    recording = record(lambda: network(opts=pulumi.ResourceOptions(ignore_changes=["tags"])))
    component = recording.one("inference-platform:index:Network")

    assert component.ignore_changes == ("tags",)
    assert [r.name for r in recording.resources if r.ignore_changes and r is not component] == []


def test_outputs_are_registered_under_their_names(recording: Recording) -> None:
    component = recording.one("inference-platform:index:Network")

    assert recording.registered_outputs[component.urn] == {
        "vpc_id": "net-vpc-id",
        "public_subnet_ids": [f"net-public-{zone}-id" for zone in ZONES],
        "private_subnet_ids": [f"net-private-{zone}-id" for zone in ZONES],
        "intra_subnet_ids": [f"net-intra-{zone}-id" for zone in ZONES],
    }


def test_a_range_too_small_stops_the_program() -> None:
    with pytest.raises(NetworkPlanError, match="too small for 3 zones"):
        record(lambda: network(cidr="10.0.0.0/24"))
