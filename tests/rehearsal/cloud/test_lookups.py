from typing import Any

import pytest

from rehearsal.cloud import CloudError, Scope
from rehearsal.cloud.zones import zone_id_of, zones_of
from tests.rehearsal.cloud.support import ACCOUNT, REGION, Account


def look(account: Account, path: str, region: str = REGION, /, **args: Any) -> dict[str, Any]:
    module, function = path.split(".")
    token = f"aws:{module}/{function}:{function}"
    return account.cloud.invoke(Scope(region), token, args)


def test_who_and_where(account: Account) -> None:
    assert look(account, "index.getCallerIdentity")["accountId"] == ACCOUNT
    assert look(account, "index.getRegion")["name"] == REGION
    assert look(account, "index.getPartition")["partition"] == "aws"
    assert look(account, "index.getPartition", "cn-north-1")["dnsSuffix"] == "amazonaws.com.cn"


def test_who_asks_exists(account: Account) -> None:
    caller = look(account, "index.getCallerIdentity")["arn"]
    cluster = account.eks().id
    entry = account.make("aws:eks/accessEntry:AccessEntry", clusterName=cluster, principalArn=caller)
    assert entry.id == f"{cluster}:{caller}"


def test_zones_and_their_ids(account: Account) -> None:
    found = look(account, "index.getAvailabilityZones", "us-east-1", excludeNames=["us-east-1e"])
    assert found["names"] == [f"us-east-1{letter}" for letter in "abcdf"]
    assert found["zoneIds"][0] == "use1-az1"


@pytest.mark.parametrize(
    ("zone", "zone_id"),
    [
        ("us-west-2d", "usw2-az4"),
        ("eu-central-1a", "euc1-az1"),
        ("ap-southeast-2b", "apse2-az2"),
        ("us-gov-west-1a", "usgw1-az1"),
    ],
)
def test_zone_ids_are_built_as_aws_builds_them(zone: str, zone_id: str) -> None:
    assert zone_id_of(zone) == zone_id
    assert zone in zones_of(zone[:-1])


def test_instance_types_are_offered_where_asked(account: Account) -> None:
    filters = [{"name": "instance-type", "values": ["g6.xlarge", "p5.48xlarge"]}]
    found = look(account, "ec2.getInstanceTypeOfferings", filters=filters, locationType="availability-zone")
    assert len(found["instanceTypes"]) == len(found["locations"]) == 2 * 3


def test_parameters_of_the_stack_and_of_aws(account: Account) -> None:
    account.make("aws:ssm/parameter:Parameter", name="/a", type="String", value="v")
    assert look(account, "ssm.getParameter", name="/a")["value"] == "v"
    assert look(account, "ssm.getParameter", name="/aws/service/eks/x")["value"].startswith("ami-")
    with pytest.raises(CloudError, match="ParameterNotFound: the parameter /b"):
        look(account, "ssm.getParameter", name="/b")


def test_an_unknown_function_names_itself_and_where_to_add_it(account: Account) -> None:
    with pytest.raises(CloudError, match=r"ec2/getAmi:getAmi; add it to rehearsal/cloud/lookups\.py"):
        look(account, "ec2.getAmi")
