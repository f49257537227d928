import re
from concurrent.futures import ThreadPoolExecutor

import pytest

from rehearsal.cloud import Record, Scope
from tests.rehearsal.cloud import support
from tests.rehearsal.cloud.support import ACCOUNT, REGION, Account


def test_ids_and_arns_have_the_form_of_aws(account: Account) -> None:
    vpc = account.make(support.VPC, cidrBlock="10.0.0.0/16")
    role = account.make(support.ROLE, name="nodes", assumeRolePolicy=support.trust("ec2.amazonaws.com"))
    queue = account.make(support.QUEUE, name="interruptions")
    assert re.fullmatch(r"vpc-[0-9a-f]{17}", vpc.id)
    assert vpc.outputs["arn"] == f"arn:aws:ec2:{REGION}:{ACCOUNT}:vpc/{vpc.id}"
    assert role.outputs["arn"] == f"arn:aws:iam::{ACCOUNT}:role/nodes"
    assert queue.id == queue.outputs["url"] == f"https://sqs.{REGION}.amazonaws.com/{ACCOUNT}/interruptions"


def test_outputs_hang_together(account: Account) -> None:
    (subnet,) = account.subnets("a")
    vpc = next(one for one in account.cloud.resources if one.token == support.VPC)
    account.make(support.GATEWAY, vpcId=vpc.id)
    address = account.make("aws:ec2/eip:Eip")
    nat = account.make("aws:ec2/natGateway:NatGateway", subnetId=subnet, allocationId=address.id)
    assert nat.outputs["publicIp"] == address.outputs["publicIp"]
    assert nat.outputs["vpcId"] == vpc.id


def test_a_deeper_input_is_laid_over_what_aws_computes(account: Account) -> None:
    cluster = account.eks()
    config = cluster.outputs["vpcConfig"]
    assert len(config["subnetIds"]) == 2
    assert config["vpcId"].startswith("vpc-")
    assert config["endpointPublicAccess"] is True


def test_what_aws_makes_with_a_resource_lives_and_goes_with_it(account: Account) -> None:
    vpc = account.make(support.VPC, cidrBlock="10.0.0.0/16")
    ids = {record.id for record in account.cloud.resources}
    assert {vpc.outputs["defaultSecurityGroupId"], vpc.outputs["mainRouteTableId"]} < ids
    account.drop(vpc)
    assert account.cloud.leftovers() == []


def test_the_clusters_security_group_can_be_used_and_keeps_it(account: Account) -> None:
    cluster = account.eks()
    group = cluster.outputs["vpcConfig"]["clusterSecurityGroupId"]
    rule = account.make(
        "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule",
        securityGroupId=group,
        ipProtocol="-1",
        cidrIpv4="10.0.0.0/8",
    )
    assert cluster.key in {record.owner for record in account.cloud.resources}
    account.drop(rule)
    account.drop(cluster)
    assert group not in {record.id for record in account.cloud.resources}


def test_an_update_keeps_what_aws_computed_and_counts_versions(account: Account) -> None:
    template = account.make("aws:ec2/launchTemplate:LaunchTemplate", imageId="ami-1")
    before = dict(template.outputs)
    after = account.change(template, imageId="ami-2").outputs
    assert (before["latestVersion"], after["latestVersion"]) == (1, 2)
    assert after["arn"] == before["arn"]
    assert after["imageId"] == "ami-2"


def test_a_resource_lives_in_the_region_it_names(account: Account) -> None:
    here = account.make("aws:acm/certificate:Certificate", domainName="a.example", validationMethod="DNS")
    there = account.make(
        "aws:acm/certificate:Certificate", domainName="a.example", validationMethod="DNS", region="us-east-1"
    )
    assert REGION in here.arn
    assert ":us-east-1:" in there.arn
    assert account.cloud.read(Scope("us-east-1"), here.token, here.id) is not None


def test_a_wildcard_certificate_shares_its_parents_proof(account: Account) -> None:
    made = account.make(
        "aws:acm/certificate:Certificate",
        domainName="a.example",
        subjectAlternativeNames=["*.a.example", "b.example"],
        validationMethod="DNS",
    )
    first, wildcard, other = made.outputs["domainValidationOptions"]
    assert first["resourceRecordName"] == wildcard["resourceRecordName"]
    assert first["resourceRecordValue"] != other["resourceRecordValue"]


def test_the_summary_counts_the_stacks_own_resources(account: Account) -> None:
    account.subnets()
    account.make(support.QUEUE)
    assert account.cloud.summary() == {"ec2": 3, "sqs": 1}


def test_resources_come_in_the_order_of_creation(account: Account) -> None:
    names = ["c", "a", "b"]
    for name in names:
        account.make(support.LOG_GROUP, name=name)
    assert [record.id for record in account.cloud.resources] == names


def test_many_threads_make_and_delete_at_once(account: Account) -> None:
    def group(number: int) -> Record:
        return account.make(support.LOG_GROUP, name=f"g{number}")

    with ThreadPoolExecutor(16) as pool:
        made = list(pool.map(group, range(200)))
        assert len(account.cloud.resources) == 200
        list(pool.map(account.drop, made))
    assert account.cloud.leftovers() == []


def test_a_second_delete_is_a_success(account: Account) -> None:
    queue = account.make(support.QUEUE)
    account.drop(queue)
    account.drop(queue)
    assert account.cloud.read(account.scope, support.QUEUE, queue.id) is None


@pytest.mark.parametrize(("engine", "port"), [("postgres", 5432), ("mysql", 3306)])
def test_a_database_answers_on_its_engines_port(account: Account, engine: str, port: int) -> None:
    made = account.make(
        support.DATABASE, identifier="main", engine=engine, instanceClass="db.t4g.micro", password="hidden"
    )
    assert made.outputs["endpoint"] == f"{made.outputs['address']}:{port}"
    assert made.outputs["address"].startswith("main.")
