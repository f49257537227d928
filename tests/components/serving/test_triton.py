"""A Triton server reads its own models from S3 with a role of its own."""

import json
from typing import Any

import pytest

from components.serving.triton_identity import Repository, parse, read_policy
from tests.components.serving.examples import DEPLOYMENT, pod, server, spec, triton


def _statements(document: str) -> dict[str, dict[str, Any]]:
    return {statement["Sid"]: statement for statement in json.loads(document)["Statement"]}


@pytest.mark.parametrize(
    ("url", "repository"),
    [
        ("s3://acme-models/triton", Repository(bucket="acme-models", prefix="triton")),
        ("s3://acme-models/a/b/", Repository(bucket="acme-models", prefix="a/b")),
        ("s3://acme-models", Repository(bucket="acme-models", prefix="")),
    ],
)
def test_an_s3_url_is_a_bucket_and_a_prefix(url: str, repository: Repository) -> None:
    assert parse(url) == repository


@pytest.mark.parametrize("url", ["/models", "https://acme-models/triton", "s3://", "s3://Acme_Models/x"])
def test_any_other_url_is_refused(url: str) -> None:
    with pytest.raises(ValueError, match="s3://bucket/prefix"):
        parse(url)


def test_the_role_reads_the_named_models_and_nothing_else() -> None:
    policy = _statements(read_policy(parse("s3://acme/triton"), ["a", "b"], partition="aws-cn"))

    assert policy["ListRepository"]["Resource"] == "arn:aws-cn:s3:::acme"
    assert policy["ListRepository"]["Condition"] == {"StringLike": {"s3:prefix": "triton/*"}}
    assert policy["ReadModels"]["Action"] == "s3:GetObject"
    assert policy["ReadModels"]["Resource"] == [
        "arn:aws-cn:s3:::acme/triton/a/*",
        "arn:aws-cn:s3:::acme/triton/b/*",
    ]


def test_a_repository_at_the_root_of_a_bucket_has_no_double_slash() -> None:
    policy = _statements(read_policy(parse("s3://acme"), ["a"], partition="aws"))

    assert policy["ReadModels"]["Resource"] == ["arn:aws:s3:::acme/a/*"]


def test_the_role_is_the_service_accounts_before_the_pod_is_admitted() -> None:
    recording = triton(tags={"team": "vision"})
    association = recording.one("aws:eks/podIdentityAssociation:PodIdentityAssociation")
    role = recording.one("aws:iam/role:Role")
    trust = json.loads(role.inputs["assumeRolePolicy"])["Statement"]
    account = recording.one("kubernetes:core/v1:ServiceAccount").inputs["metadata"]

    assert association.inputs["namespace"] == account["namespace"]
    assert association.inputs["serviceAccount"] == account["name"] == pod(recording)["serviceAccountName"]
    assert association.inputs["clusterName"] == "dev"
    assert trust[0]["Principal"] == {"Service": "pods.eks.amazonaws.com"}
    assert role.inputs["tags"] == {"team": "vision"}
    for before in (association, recording.one("aws:iam/rolePolicy:RolePolicy")):
        assert recording.depends(recording.one(DEPLOYMENT), before)


def test_models_are_fetched_to_where_the_server_looks() -> None:
    recording = triton()
    (fetch,) = pod(recording)["initContainers"]
    container = server(recording)

    assert fetch["command"][:4] == ["aws", "s3", "sync", "s3://acme-models/triton"]
    assert f"--model-repository={fetch['command'][4]}" in container["command"]
    assert {"name": "AWS_REGION", "value": "us-east-1"} in fetch["env"]
    assert any(mount["mountPath"] == "/cache" for mount in fetch["volumeMounts"])
    assert {"--load-model=detector", "--load-model=ensemble"} <= set(container["command"])


def test_the_gateway_reaches_http_and_grpc_and_monitoring_the_metrics() -> None:
    recording = triton()
    gateway, monitoring = spec(recording.one("kubernetes:networking.k8s.io/v1:NetworkPolicy"))["ingress"]
    ports = {port["name"]: port for port in spec(recording.one("kubernetes:core/v1:Service"))["ports"]}

    assert [port["port"] for port in gateway["ports"]] == [8000, 8001]
    assert [port["port"] for port in monitoring["ports"]] == [8002]
    assert ports["grpc"]["appProtocol"] == "kubernetes.io/h2c"


def test_it_reaches_the_pod_identity_agent() -> None:
    egress = spec(triton().one("kubernetes:networking.k8s.io/v1:NetworkPolicy"))["egress"]

    assert egress[-1]["to"] == [{"ipBlock": {"cidr": "169.254.170.23/32"}}]
    assert egress[-1]["ports"][0]["port"] == 80


def test_it_is_ready_when_its_models_are_and_alive_before() -> None:
    container = server(triton(shutdown_seconds=45))

    assert container["readinessProbe"]["httpGet"]["path"] == "/v2/health/ready"
    assert container["startupProbe"]["httpGet"]["path"] == "/v2/health/ready"
    assert container["livenessProbe"]["httpGet"]["path"] == "/v2/health/live"
    assert "--exit-timeout-secs=45" in container["command"]


def test_its_role_is_an_output() -> None:
    recording = triton()
    outputs = recording.registered_outputs[recording.one("inference-platform:index:TritonServer").urn]

    assert outputs["role_arn"].endswith("vision-role")
    assert outputs["url"] == "http://vision.inference.svc:8000"


@pytest.mark.parametrize(
    ("changes", "message"), [({"models": []}, "models:"), ({"model_repository": "x"}, "s3://bucket/prefix")]
)
def test_a_server_with_nothing_to_load_is_refused(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        triton(**changes)
