import json
from typing import Any

import pytest

from rehearsal.cloud import CloudError
from tests.rehearsal.cloud import support
from tests.rehearsal.cloud.support import ACCOUNT, REGION, Account

GONE = "0123456789abcdef0"


@pytest.mark.parametrize(
    ("token", "inputs", "message"),
    [
        (support.SUBNET, {"vpcId": f"vpc-{GONE}"}, "InvalidVpcID.NotFound: vpcId: vpc-"),
        (
            "aws:rds/subnetGroup:SubnetGroup",
            {"subnetIds": [f"subnet-{GONE}"]},
            r"InvalidSubnetID.NotFound: subnetIds\[0\]",
        ),
        (
            "aws:eks/podIdentityAssociation:PodIdentityAssociation",
            {"clusterName": "nope", "roleArn": "arn:aws:iam::aws:role/x"},
            "ResourceNotFoundException: clusterName: nope",
        ),
        (
            "aws:iam/rolePolicyAttachment:RolePolicyAttachment",
            {"role": "nope", "policyArn": "arn:aws:iam::aws:policy/AmazonEKSWorkerNodePolicy"},
            "NoSuchEntity: role: nope",
        ),
        (
            "aws:cloudwatch/eventTarget:EventTarget",
            {"rule": "default", "arn": f"arn:aws:sqs:{REGION}:{ACCOUNT}:nope"},
            "NonExistentQueue: arn: arn:aws:sqs",
        ),
        ("aws:s3/bucketVersioning:BucketVersioning", {"bucket": "nope"}, "NoSuchBucket: bucket: nope"),
    ],
)
def test_a_mention_of_what_does_not_exist_is_refused(
    account: Account, token: str, inputs: dict[str, Any], message: str
) -> None:
    with pytest.raises(CloudError, match=message):
        account.make(token, **inputs)
    assert account.cloud.resources == []


@pytest.mark.parametrize(
    "inputs",
    [
        {"tags": {"note": f"subnet-{GONE}"}},
        {"description": f"vpc-{GONE}"},
        {"policy": json.dumps({"Statement": [{"Resource": f"arn:aws:sqs:{REGION}:{ACCOUNT}:later"}]})},
    ],
)
def test_free_text_tags_and_resources_of_policies_are_not_mentions(
    account: Account, inputs: dict[str, Any]
) -> None:
    document = json.dumps({"Statement": [{"Effect": "Allow"}]})
    assert account.make(support.POLICY, **{"policy": document, **inputs}).arn


def test_what_the_account_holds_beside_the_stack_may_be_mentioned() -> None:
    admin = f"arn:aws:iam::{ACCOUNT}:role/admin"
    account = Account(existing=[admin])
    entry = account.make("aws:eks/accessEntry:AccessEntry", clusterName=account.eks().id, principalArn=admin)
    assert entry.outputs["userName"] == admin


def test_a_principal_that_does_not_exist_makes_a_policy_malformed(account: Account) -> None:
    ghost = f"arn:aws:iam::{ACCOUNT}:role/ghost"
    document = {"Statement": [{"Effect": "Allow", "Principal": {"AWS": ghost}}]}
    with pytest.raises(CloudError, match="MalformedPolicyDocument: assumeRolePolicy: invalid principal"):
        account.make(support.ROLE, assumeRolePolicy=json.dumps(document))


def test_an_update_is_looked_at_as_a_create_is(account: Account) -> None:
    group = account.make("aws:ec2/flowLog:FlowLog", trafficType="ALL")
    with pytest.raises(CloudError, match=r"InvalidSubnetID.NotFound"):
        account.change(group, subnetId=f"subnet-{GONE}")


@pytest.mark.parametrize(
    ("token", "inputs", "code"),
    [
        (support.ROLE, {"name": "a", "assumeRolePolicy": support.trust("x")}, "EntityAlreadyExists"),
        (support.LOG_GROUP, {"name": "a"}, "ResourceAlreadyExistsException"),
        (support.QUEUE, {"name": "a"}, "QueueAlreadyExists"),
        ("aws:s3/bucket:Bucket", {"bucket": "a"}, "BucketAlreadyOwnedByYou"),
        ("aws:ecr/repository:Repository", {"name": "a"}, "RepositoryAlreadyExistsException"),
        (support.DATABASE, {"identifier": "a", "engine": "postgres"}, "DBInstanceAlreadyExists"),
    ],
)
def test_a_name_that_is_taken_is_refused(
    account: Account, token: str, inputs: dict[str, Any], code: str
) -> None:
    account.make(token, "first", **inputs)
    with pytest.raises(CloudError, match=rf"{code}: .*exists already: .*\(first\)"):
        account.make(token, "second", **inputs)
    assert len(account.cloud.resources) == 1


@pytest.mark.parametrize(
    ("cidr", "message"),
    [
        ("10.0.0.128/25", r"InvalidSubnet.Conflict: .*conflicts with Subnet subnet-\w+ \(a\)"),
        ("10.1.0.0/24", "InvalidSubnet.Range: the CIDR 10.1.0.0/24 is outside 10.0.0.0/16"),
        ("10.0.0.0/29", "InvalidSubnet.Range: .*not between /16 and /28"),
        ("10.0.1.7/24", "InvalidParameterValue: cidrBlock: .*host bits set"),
    ],
)
def test_subnets_lie_in_their_network_and_apart(account: Account, cidr: str, message: str) -> None:
    account.subnets("a")
    vpc = next(one for one in account.cloud.resources if one.token == support.VPC)
    with pytest.raises(CloudError, match=message):
        account.make(support.SUBNET, vpcId=vpc.id, cidrBlock=cidr)


def test_a_zone_of_another_region_is_refused(account: Account) -> None:
    vpc = account.make(support.VPC, cidrBlock="10.0.0.0/16")
    with pytest.raises(CloudError, match="us-east-1a is not one of eu-west-1a, eu-west-1b, eu-west-1c"):
        account.make(support.SUBNET, vpcId=vpc.id, cidrBlock="10.0.0.0/24", availabilityZone="us-east-1a")


def test_an_endpoint_service_of_another_region_is_refused(account: Account) -> None:
    vpc = account.make(support.VPC, cidrBlock="10.0.0.0/16")
    with pytest.raises(CloudError, match="InvalidServiceName"):
        account.make(
            "aws:ec2/vpcEndpoint:VpcEndpoint", vpcId=vpc.id, serviceName="com.amazonaws.us-west-2.s3"
        )


def test_a_cluster_and_a_subnet_group_want_two_zones(account: Account) -> None:
    role = account.make(support.ROLE, assumeRolePolicy=support.trust("eks.amazonaws.com"))
    subnets = account.subnets("a")
    with pytest.raises(CloudError, match="at least two zones"):
        account.make(support.CLUSTER, roleArn=role.arn, vpcConfig={"subnetIds": subnets})
    with pytest.raises(CloudError, match="DBSubnetGroupDoesNotCoverEnoughAZs"):
        account.make("aws:rds/subnetGroup:SubnetGroup", subnetIds=subnets)


def test_a_nat_gateway_wants_an_internet_gateway_and_keeps_it(account: Account) -> None:
    (subnet,) = account.subnets("a")
    vpc = next(one for one in account.cloud.resources if one.token == support.VPC)
    address = account.make("aws:ec2/eip:Eip")
    with pytest.raises(CloudError, match=r"Gateway.NotAttached"):
        account.make("aws:ec2/natGateway:NatGateway", subnetId=subnet, allocationId=address.id)
    gateway = account.make(support.GATEWAY, vpcId=vpc.id)
    account.make("aws:ec2/natGateway:NatGateway", "nat", subnetId=subnet, allocationId=address.id)
    with pytest.raises(
        CloudError, match=r"DependencyViolation: InternetGateway .* used by NatGateway .*\(nat\)"
    ):
        account.drop(gateway)


def test_the_policy_of_a_managed_policy_has_a_limit_without_whitespace(account: Account) -> None:
    def document(size: int) -> str:
        statement = {"Statement": [{"Resource": ""}]}
        padding = size - len(json.dumps(statement, separators=(",", ":")))
        return json.dumps({"Statement": [{"Resource": "x" * padding}]}, indent=4)

    assert account.make(support.POLICY, name="fits", policy=document(6144)).arn
    with pytest.raises(CloudError, match=r"LimitExceeded: policy: 6145 characters .* the limit is 6144"):
        account.make(support.POLICY, name="long", policy=document(6145))


def test_fifty_tags_are_the_limit_default_tags_included() -> None:
    account = Account(tags={"team": "ml"})
    account.make(support.QUEUE, name="a", tags={f"k{i}": "v" for i in range(49)})
    with pytest.raises(CloudError, match="TooManyTags: 51 tags"):
        account.make(support.QUEUE, name="b", tags={f"k{i}": "v" for i in range(50)})


def test_a_tag_key_of_aws_is_refused(account: Account) -> None:
    with pytest.raises(CloudError, match=r"InvalidTag: tags.aws:thing"):
        account.make(support.QUEUE, tags={"aws:thing": "v"})


def test_deleting_out_of_order_names_who_is_in_the_way(account: Account) -> None:
    subnets = account.subnets()
    vpc = next(one for one in account.cloud.resources if one.token == support.VPC)
    with pytest.raises(CloudError, match=r"DependencyViolation: Vpc .* still used by") as refused:
        account.drop(vpc)
    assert all(subnet in refused.value.message for subnet in subnets)
    assert vpc in account.cloud.resources


def test_a_role_with_a_policy_attached_is_a_delete_conflict(account: Account) -> None:
    role = account.make(support.ROLE, name="r", assumeRolePolicy=support.trust("ec2.amazonaws.com"))
    attached = account.make(
        "aws:iam/rolePolicyAttachment:RolePolicyAttachment", role="r", policyArn="arn:aws:iam::aws:policy/P"
    )
    with pytest.raises(CloudError, match="DeleteConflict: Role r"):
        account.drop(role)
    account.drop(attached)
    account.drop(role)
    assert account.cloud.leftovers() == []


@pytest.mark.parametrize("protect", [True, False])
def test_a_protected_database_is_not_deleted(account: Account, *, protect: bool) -> None:
    made = account.make(
        support.DATABASE, engine="postgres", deletionProtection=protect, skipFinalSnapshot=True
    )
    if not protect:
        account.drop(made)
        assert account.cloud.leftovers() == []
        return
    with pytest.raises(
        CloudError, match=r"InvalidParameterCombination: .*set deletionProtection to false first"
    ):
        account.drop(made)
    account.change(made, deletionProtection=False)
    account.drop(made)


def test_a_database_is_not_deleted_without_a_word_on_its_last_snapshot(account: Account) -> None:
    made = account.make(support.DATABASE, engine="postgres")
    with pytest.raises(CloudError, match="finalSnapshotIdentifier is required"):
        account.drop(made)


def test_an_access_policy_wants_an_access_entry(account: Account) -> None:
    cluster = account.eks()
    role = account.make(support.ROLE, name="dev", assumeRolePolicy=support.trust("ec2.amazonaws.com"))
    policy = {
        "clusterName": cluster.id,
        "principalArn": role.arn,
        "policyArn": "arn:aws:eks::aws:cluster-access-policy/AmazonEKSViewPolicy",
        "accessScope": {"type": "cluster"},
    }
    token = "aws:eks/accessPolicyAssociation:AccessPolicyAssociation"
    with pytest.raises(CloudError, match="has no access entry for"):
        account.make(token, **policy)
    account.make("aws:eks/accessEntry:AccessEntry", clusterName=cluster.id, principalArn=role.arn)
    assert account.make(token, **policy).id


def test_cloudfronts_firewall_and_certificate_live_in_us_east_1(account: Account) -> None:
    visible = {"cloudwatchMetricsEnabled": True, "metricName": "m", "sampledRequestsEnabled": True}
    acl = {"scope": "CLOUDFRONT", "defaultAction": {"allow": {}}, "visibilityConfig": visible}
    with pytest.raises(CloudError, match="WAFInvalidParameterException"):
        account.make("aws:wafv2/webAcl:WebAcl", **acl)
    assert ":global/webacl/" in account.make("aws:wafv2/webAcl:WebAcl", **acl, region="us-east-1").arn
    here = account.make("aws:acm/certificate:Certificate", domainName="a.example")
    with pytest.raises(CloudError, match="InvalidViewerCertificate"):
        account.make(
            "aws:cloudfront/distribution:Distribution", viewerCertificate={"acmCertificateArn": here.arn}
        )
