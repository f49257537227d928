from typing import Any

import pytest

from rehearsal.providers.aws import AwsProvider
from rehearsal.providers.base import UNKNOWN, Created, ProviderError, Secret
from tests.rehearsal.cloud import support
from tests.rehearsal.cloud.support import REGION, Account, urn


@pytest.fixture
def account() -> Account:
    return Account()


@pytest.fixture
def provider(account: Account) -> AwsProvider:
    made = AwsProvider(account.cloud, "7.51.1")
    made.configure({"region": REGION, "defaultTags": {"tags": {"team": "ml"}}})
    return made


def make(provider: AwsProvider, kind: str, **inputs: Any) -> Created:
    checked = provider.check(kind, urn(kind, "it"), {}, inputs).inputs
    return provider.create(kind, urn(kind, "it"), checked, preview=False)


def test_without_a_region_there_is_no_provider(account: Account) -> None:
    with pytest.raises(ProviderError, match="aws:region is not set"):
        AwsProvider(account.cloud, "7.51.1").configure({})


def test_a_second_region_is_refused_with_what_to_do(provider: AwsProvider) -> None:
    provider.configure({"region": "us-east-1"})
    provider.configure({"region": REGION})
    make(provider, support.QUEUE)
    provider.configure({"region": REGION})
    with pytest.raises(ProviderError, match="set the resource's own `region` input instead"):
        provider.configure({"region": "us-east-1"})


def test_passwords_come_back_as_secrets(provider: AwsProvider) -> None:
    inputs = {"identifier": "db", "engine": "postgres", "password": "hidden"}
    made = make(provider, support.DATABASE, **inputs)
    assert made.outputs["password"] == Secret("hidden")
    live = provider.read(support.DATABASE, urn(support.DATABASE, "it"), made.id, {}, made.outputs)
    assert live is not None
    assert live.outputs["password"] == Secret("hidden")


def test_a_preview_changes_nothing(provider: AwsProvider, account: Account) -> None:
    planned = provider.create(support.QUEUE, urn(support.QUEUE, "q"), {"name": "q"}, preview=True)
    assert planned.id == ""
    assert planned.outputs["url"] == UNKNOWN
    assert account.cloud.resources == []


def test_the_preview_of_an_update_keeps_what_does_not_change(provider: AwsProvider) -> None:
    kind = "aws:ec2/launchTemplate:LaunchTemplate"
    olds = {"arn": "arn:x", "latestVersion": 1, "imageId": "ami-1", "name": "t"}
    old_inputs, news = {"imageId": "ami-1", "name": "t"}, {"imageId": "ami-2", "name": "t"}
    planned = provider.update(kind, urn(kind, "t"), "lt-1", olds, old_inputs, news, preview=True)
    assert planned == {"arn": "arn:x", "latestVersion": UNKNOWN, "imageId": "ami-2", "name": "t"}


def test_a_refusal_says_what_was_being_done(provider: AwsProvider) -> None:
    with pytest.raises(ProviderError, match=r"creating aws:ec2/subnet:Subnet: InvalidVpcID\.NotFound: vpcId"):
        make(provider, support.SUBNET, vpcId="vpc-0123456789abcdef0", cidrBlock="10.0.0.0/24")


def test_what_is_gone_is_read_as_gone(provider: AwsProvider) -> None:
    made = make(provider, support.QUEUE)
    provider.delete(support.QUEUE, "urn", made.id, made.outputs, {})
    assert provider.read(support.QUEUE, "urn", made.id, {}, made.outputs) is None


def test_functions_are_answered(provider: AwsProvider) -> None:
    token = "aws:index/getRegion:getRegion"
    assert provider.invoke(token, {})["name"] == REGION
    with pytest.raises(ProviderError, match="does not know the function aws:ec2/getAmi:getAmi"):
        provider.invoke("aws:ec2/getAmi:getAmi", {})
