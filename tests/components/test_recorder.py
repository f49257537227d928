"""The recorder shows what mocks hide, and fails when a program fails."""

import pulumi
import pulumi_aws as aws
import pulumi_kubernetes as k8s
import pulumi_random as random
import pytest

from tests.components.answers import PASSWORD, REGION
from tests.components.recorder import record


class _Box(pulumi.ComponentResource):
    def __init__(self, name: str) -> None:
        super().__init__("test:index:Box", name)
        child = pulumi.ResourceOptions(parent=self)
        self.vpc = aws.ec2.Vpc(f"{name}-vpc", cidr_block="10.0.0.0/16", opts=child)
        password = random.RandomPassword(f"{name}-password", length=12, opts=child)
        key = aws.kms.Key(f"{name}-key", opts=pulumi.ResourceOptions(parent=self, protect=True))
        aws.ssm.Parameter(
            f"{name}-parameter",
            type="SecureString",
            value=password.result,
            opts=pulumi.ResourceOptions(parent=self, depends_on=[key]),
        )
        self.register_outputs({"vpc_id": self.vpc.id, "password": password.result})


def test_a_recording_shows_parents_options_and_outputs() -> None:
    recording = record(lambda: _Box("box"))
    box = recording.one("test:index:Box")
    key = recording.one("aws:kms/key:Key")
    parameter = recording.one("aws:ssm/parameter:Parameter")

    assert {child.name for child in recording.children_of(box)} == {
        "box-vpc",
        "box-password",
        "box-key",
        "box-parameter",
    }
    assert key.protect
    assert not parameter.protect
    assert recording.depends(parameter, key)
    assert not recording.depends(key, parameter)
    assert recording.registered_outputs[box.urn] == {"vpc_id": "box-vpc-id", "password": PASSWORD}


def test_secrets_are_seen_on_their_way_in_and_out() -> None:
    recording = record(lambda: _Box("box"))
    box = recording.one("test:index:Box")

    assert recording.one("aws:ssm/parameter:Parameter").secret_inputs == {"value"}
    assert recording.secret_outputs[box.urn] == {"password"}


def test_an_additional_secret_output_becomes_secret() -> None:
    def program() -> None:
        opts = pulumi.ResourceOptions(additional_secret_outputs=["cidr_block"])
        vpc = aws.ec2.Vpc("vpc", cidr_block="10.0.0.0/16", opts=opts)
        aws.ssm.Parameter("range", type="String", value=vpc.cidr_block)

    assert record(program).one("aws:ssm/parameter:Parameter").secret_inputs == {"value"}


def test_a_provider_is_a_dependency() -> None:
    def program() -> None:
        provider = k8s.Provider("provider", kubeconfig="{}")
        k8s.core.v1.Namespace("space", opts=pulumi.ResourceOptions(provider=provider))

    recording = record(program)
    namespace = recording.one("kubernetes:core/v1:Namespace")

    assert recording.depends(namespace, recording.one("pulumi:providers:kubernetes"))


def test_an_invoke_has_an_answer_and_an_unknown_one_fails() -> None:
    def known() -> None:
        aws.ec2.Vpc("vpc", tags={"region": aws.get_region_output().region})

    def unknown() -> None:
        aws.ec2.Vpc("vpc", tags={"image": aws.ec2.get_ami_output().image_id})

    assert record(known).one("aws:ec2/vpc:Vpc").inputs["tags"] == {"region": REGION}
    with pytest.raises(Exception, match="getAmi"):
        record(unknown)


def test_exports_are_kept() -> None:
    def program() -> None:
        pulumi.export("id", aws.ec2.Vpc("vpc").id)

    assert record(program).exports() == {"id": "vpc-id"}


def test_a_failing_apply_fails_the_recording_and_leaves_the_next_one_alone() -> None:
    def refuse(_: str) -> str:
        raise ValueError("refused in apply")

    def program() -> None:
        aws.ec2.Vpc("vpc", cidr_block=aws.ec2.Eip("ip").id.apply(refuse))

    with pytest.raises(ValueError, match="refused in apply"):
        record(program)
    assert len(record(lambda: aws.ec2.Vpc("vpc")).resources) == 1


def test_a_program_without_resources_is_no_recording() -> None:
    with pytest.raises(AssertionError, match="no resource"):
        record(lambda: None)
