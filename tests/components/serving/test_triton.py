"""A Triton server reads its own models from S3 with a role of its own."""

import json
from typing import Any

import pytest

from components.serving import S3Access
from components.serving.s3_access import Folder, parse, policy
from tests.components.serving.examples import DEPLOYMENT, pod, server, spec, triton


def _statements(document: str) -> dict[str, dict[str, Any]]:
    return {statement["Sid"]: statement for statement in json.loads(document)["Statement"]}


@pytest.mark.parametrize(
    ("url", "repository"),
    [
        ("s3://acme-models/triton", Folder(bucket="acme-models", prefix="triton")),
        ("s3://acme-models/a/b/", Folder(bucket="acme-models", prefix="a/b")),
        ("s3://acme-models", Folder(bucket="acme-models", prefix="")),
    ],
)
def test_an_s3_url_is_a_bucket_and_a_prefix(url: str, repository: Folder) -> None:
    assert parse(url, "model_repository") == repository


@pytest.mark.parametrize("url", ["/models", "https://acme-models/triton", "s3://", "s3://Acme_Models/x"])
def test_any_other_url_is_refused(url: str) -> None:
    with pytest.raises(ValueError, match="s3://bucket/prefix"):
        parse(url, "model_repository")


def test_the_role_reads_the_named_models_and_nothing_else() -> None:
    allowed = _statements(policy(parse("s3://acme/triton", "x"), ["a", "b"], partition="aws-cn"))

    assert allowed["ListRepository"]["Resource"] == "arn:aws-cn:s3:::acme"
    assert allowed["ListRepository"]["Condition"] == {"StringLike": {"s3:prefix": ["triton", "triton/*"]}}
    assert allowed["ReadModels"]["Action"] == "s3:GetObject"
    assert allowed["ReadModels"]["Resource"] == [
        "arn:aws-cn:s3:::acme/triton/a/*",
        "arn:aws-cn:s3:::acme/triton/b/*",
    ]


def test_a_repository_at_the_root_of_a_bucket_has_no_double_slash() -> None:
    allowed = _statements(policy(parse("s3://acme", "x"), ["a"], partition="aws"))

    assert allowed["ReadModels"]["Resource"] == ["arn:aws:s3:::acme/a/*"]


def test_the_role_is_the_service_accounts_before_the_pod_is_admitted() -> None:
    recording = triton(access=S3Access(region="us-east-1", cluster_name="dev", tags={"team": "vision"}))
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


def test_an_ensembles_steps_are_fetched_and_allowed_but_loaded_by_triton() -> None:
    recording = triton(models=["toxicity"], ensembles={"ranker": ["tokenizer", "reranker", "toxicity"]})
    (fetch,) = pod(recording)["initContainers"]
    allowed = _statements(recording.one("aws:iam/rolePolicy:RolePolicy").inputs["policy"])
    folders = ["toxicity", "ranker", "tokenizer", "reranker"]

    assert [flag for flag in server(recording)["command"] if flag.startswith("--load-model")] == [
        "--load-model=toxicity",
        "--load-model=ranker",
    ]
    assert [word for word in fetch["command"] if word.endswith("/*")] == [f"{folder}/*" for folder in folders]
    assert allowed["ReadModels"]["Resource"] == [
        f"arn:aws:s3:::acme-models/triton/{folder}/*" for folder in folders
    ]


def test_a_repository_in_a_claim_is_read_where_it_is() -> None:
    recording = triton(model_repository="pvc://models/vision", access=None)
    (volume,) = [one for one in pod(recording)["volumes"] if one["name"] == "models"]
    (mount,) = [one for one in server(recording)["volumeMounts"] if one["name"] == "models"]
    egress = spec(recording.one("kubernetes:networking.k8s.io/v1:NetworkPolicy"))["egress"]

    assert volume["persistentVolumeClaim"] == {"claimName": "models", "readOnly": True}
    assert mount == {"name": "models", "mountPath": "/models", "readOnly": True}
    assert "--model-repository=/models/vision" in server(recording)["command"]
    assert "initContainers" not in pod(recording)
    assert not recording.of_type("aws:iam/role:Role")
    assert [port["port"] for rule in egress for port in rule["ports"]] == [53, 53]


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"models": []}, "name at least one"),
        ({"model_repository": "/models"}, "s3://bucket/prefix"),
        ({"model_repository": "pvc://models/../secrets"}, "pvc://claim/path"),
        ({"access": None}, "access: is missing"),
    ],
)
def test_a_server_that_could_load_nothing_is_refused(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        triton(**changes)
