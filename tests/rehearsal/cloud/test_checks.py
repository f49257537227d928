import json
import re
from typing import Any

from rehearsal.cloud import Scope
from rehearsal.cloud.checks import check, diff, planned_outputs
from rehearsal.providers.base import UNKNOWN
from tests.rehearsal.cloud import support
from tests.rehearsal.cloud.support import REGION, urn

SCOPE = Scope(REGION, {"team": "ml", "stage": "dev"})
ROLE_URN = urn(support.ROLE, "controller")
TRUST = support.trust("ec2.amazonaws.com")


def test_a_resource_without_a_name_is_given_one_that_stays() -> None:
    first = check(SCOPE, support.ROLE, ROLE_URN, {}, {"assumeRolePolicy": TRUST}).inputs
    assert re.fullmatch(r"controller-[0-9a-f]{7}", first["name"])
    again = check(SCOPE, support.ROLE, ROLE_URN, first, {"assumeRolePolicy": TRUST}).inputs
    assert again["name"] == first["name"]
    assert diff(support.ROLE, first, again).changed == ()


def test_a_name_that_the_program_drops_is_not_kept() -> None:
    olds = {"assumeRolePolicy": TRUST, "name": "fixed"}
    news = check(SCOPE, support.ROLE, ROLE_URN, olds, {"assumeRolePolicy": TRUST}).inputs
    assert news["name"] != "fixed"


def test_generated_names_have_the_form_their_type_wants() -> None:
    queue = check(SCOPE, support.QUEUE, urn(support.QUEUE, "jobs"), {}, {"fifoQueue": True}).inputs
    bucket_type = "aws:s3/bucket:Bucket"
    bucket = check(SCOPE, bucket_type, urn(bucket_type, "Models"), {}, {}).inputs
    alias_type = "aws:kms/alias:Alias"
    alias = check(SCOPE, alias_type, urn(alias_type, "key"), {}, {"targetKeyId": UNKNOWN}).inputs
    prefixed = check(SCOPE, support.QUEUE, urn(support.QUEUE, "jobs"), {}, {"namePrefix": "p-"}).inputs
    assert queue["name"].endswith(".fifo")
    assert bucket["bucket"].startswith("models-")
    assert alias["name"].startswith("alias/key-")
    assert prefixed["name"].startswith("p-")


def test_default_tags_are_merged_under_the_resources_own() -> None:
    tags = {"stage": "prod"}
    inputs = check(SCOPE, support.QUEUE, urn(support.QUEUE, "q"), {}, {"tags": tags}).inputs
    assert inputs["tags"] == tags
    assert inputs["tagsAll"] == {"team": "ml", "stage": "prod"}


def test_tags_that_are_not_known_yet_leave_all_tags_unknown() -> None:
    inputs = check(SCOPE, support.QUEUE, urn(support.QUEUE, "q"), {}, {"tags": {"a": UNKNOWN}}).inputs
    assert inputs["tagsAll"] == UNKNOWN


def test_a_name_over_the_limit_fails_before_aws() -> None:
    name = "r" * 65
    checked = check(SCOPE, support.ROLE, ROLE_URN, {}, {"name": name, "assumeRolePolicy": TRUST})
    assert checked.failures == (("name", f"expected length in the range 1 - 64, got 65: {name}"),)


def test_policies_that_are_no_policies_fail_before_aws() -> None:
    broken = check(SCOPE, support.ROLE, ROLE_URN, {}, {"assumeRolePolicy": "{"}).failures
    empty = check(SCOPE, support.ROLE, ROLE_URN, {}, {"assumeRolePolicy": json.dumps({})}).failures
    unknown = check(SCOPE, support.ROLE, ROLE_URN, {}, {"assumeRolePolicy": UNKNOWN}).failures
    assert broken[0][1].startswith("contains an invalid JSON policy: ")
    assert empty == (("assumeRolePolicy", "contains an invalid JSON policy: it has no Statement"),)
    assert unknown == ()


def test_changes_that_aws_cannot_make_replace() -> None:
    old = {"vpcId": "vpc-1", "cidrBlock": "10.0.0.0/24", "tagsAll": {}}
    tags = diff(support.SUBNET, old, {**old, "tagsAll": {"a": "b"}})
    block = diff(support.SUBNET, old, {**old, "cidrBlock": "10.0.1.0/24"})
    assert (tags.changed, tags.replaces) == (("tagsAll",), ())
    assert (block.changed, block.replaces) == (("cidrBlock",), ("cidrBlock",))


def test_a_path_inside_an_object_replaces_alone() -> None:
    def cluster(**network: str) -> dict[str, Any]:
        return {"name": "c", "kubernetesNetworkConfig": network}

    old = cluster(serviceIpv4Cidr="172.20.0.0/16")
    moved = diff(support.CLUSTER, old, cluster(serviceIpv4Cidr="10.100.0.0/16"))
    assert moved.replaces == ("kubernetesNetworkConfig.serviceIpv4Cidr",)
    other = cluster(serviceIpv4Cidr="172.20.0.0/16", elasticLoadBalancing="on")
    assert diff(support.CLUSTER, old, other).changed == ("kubernetesNetworkConfig",)
    assert diff(support.CLUSTER, old, other).replaces == ()


def test_only_a_fixed_name_makes_the_old_one_go_first() -> None:
    fixed = {"name": "r", "path": "/"}
    generated = {**fixed, "__defaults": ["name"]}
    assert diff(support.ROLE, fixed, {**fixed, "path": "/x/"}).delete_before_replace
    assert not diff(support.ROLE, generated, {**generated, "path": "/x/"}).delete_before_replace
    assert not diff(support.ROLE, fixed, {**fixed, "name": "s"}).delete_before_replace


def test_a_preview_knows_inputs_and_defaults_and_nothing_that_aws_decides() -> None:
    inputs = {"name": "prod", "roleArn": UNKNOWN, "vpcConfig": {"subnetIds": [UNKNOWN]}, "tagsAll": {}}
    outputs = planned_outputs(SCOPE, support.CLUSTER, inputs)
    assert outputs["name"] == "prod"
    assert outputs["region"] == REGION
    assert outputs["deletionProtection"] is False
    for name in ("arn", "endpoint", "certificateAuthority", "identities", "status"):
        assert outputs[name] == UNKNOWN
    assert outputs["vpcConfig"]["clusterSecurityGroupId"] == UNKNOWN
    assert outputs["vpcConfig"]["endpointPublicAccess"] is True
    assert "id" not in outputs
