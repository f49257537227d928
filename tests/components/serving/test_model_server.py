"""What stands round a server's pods: identity, network, disruption, rollout."""

from collections.abc import Callable
from typing import Any

import pulumi
import pulumi_kubernetes as k8s
import pytest

from components.serving import VllmServer
from tests.components.answers import PASSWORD
from tests.components.recorder import Recorded, Recording, record
from tests.components.serving.examples import (
    DEPLOYMENT,
    ollama,
    pod,
    server,
    spec,
    tgi,
    triton,
    vllm,
    vllm_args,
)

TOKEN = "hf_stand_in"
POLICY = "kubernetes:networking.k8s.io/v1:NetworkPolicy"


def _kubernetes(recording: Recording) -> list[Recorded]:
    return [item for item in recording.resources if item.type.startswith("kubernetes:")]


def test_a_server_is_its_objects_and_no_more() -> None:
    kinds = {item.inputs["kind"] for item in _kubernetes(vllm())}

    assert kinds == {
        "ServiceAccount",
        "ConfigMap",
        "Secret",
        "Deployment",
        "Service",
        "PodDisruptionBudget",
        "NetworkPolicy",
        "PodMonitor",
        "ScaledObject",
    }


@pytest.mark.parametrize("serve", [vllm, triton, tgi])
def test_everything_that_selects_pods_selects_the_servers(serve: Callable[[], Recording]) -> None:
    recording = serve()
    labels = spec(recording.one(DEPLOYMENT))["template"]["metadata"]["labels"]
    selectors = [
        spec(recording.one(DEPLOYMENT))["selector"]["matchLabels"],
        spec(recording.one("kubernetes:core/v1:Service"))["selector"],
        spec(recording.one("kubernetes:policy/v1:PodDisruptionBudget"))["selector"]["matchLabels"],
        spec(recording.one(POLICY))["podSelector"]["matchLabels"],
        spec(recording.one("kubernetes:monitoring.coreos.com/v1:PodMonitor"))["selector"]["matchLabels"],
    ]

    for selector in selectors:
        assert selector
        assert selector.items() <= labels.items()


def test_a_token_is_a_secret_from_end_to_end() -> None:
    recording = vllm(hf_token=TOKEN)
    secret = recording.one("kubernetes:core/v1:Secret")
    variable = server(recording)["env"][0]

    assert secret.secret_inputs == {"stringData"}
    assert secret.inputs["stringData"]["HF_TOKEN"] == TOKEN
    assert variable["valueFrom"]["secretKeyRef"] == {
        "name": secret.inputs["metadata"]["name"],
        "key": "HF_TOKEN",
    }
    assert TOKEN not in repr([item.inputs for item in recording.resources if item != secret])


def test_args_do_not_print_their_token() -> None:
    def program() -> None:
        args = vllm_args(hf_token=TOKEN)
        assert TOKEN not in repr(args)
        VllmServer("qwen", args)

    record(program)


@pytest.mark.parametrize("serve", [triton, ollama])
def test_an_engine_without_secrets_has_no_secret(serve: Callable[[], Recording]) -> None:
    assert not serve().of_type("kubernetes:core/v1:Secret")
    assert "env" not in server(serve())


def test_a_changed_environment_rolls_the_pods() -> None:
    before, after = vllm(startup_seconds=600), vllm(startup_seconds=1200)
    configs = [item.one("kubernetes:core/v1:ConfigMap").inputs for item in (before, after)]

    assert configs[0]["metadata"]["name"] != configs[1]["metadata"]["name"]
    assert all(config["immutable"] for config in configs)
    assert server(after)["envFrom"] == [{"configMapRef": {"name": configs[1]["metadata"]["name"]}}]


def test_the_engine_gives_up_no_sooner_than_its_probe() -> None:
    environment = vllm(startup_seconds=1800).one("kubernetes:core/v1:ConfigMap").inputs["data"]

    assert environment["VLLM_ENGINE_READY_TIMEOUT_S"] == "1800"


def test_replicas_are_left_to_keda() -> None:
    assert "replicas" not in spec(vllm().one(DEPLOYMENT))


def test_karpenter_leaves_a_node_alone_while_its_server_loads_and_no_longer() -> None:
    deployment = spec(vllm(provision_seconds=600, startup_seconds=905).one(DEPLOYMENT))
    seconds = int(deployment["progressDeadlineSeconds"])

    assert seconds > 600 + 905
    assert deployment["template"]["metadata"]["annotations"] == {"karpenter.sh/do-not-disrupt": f"{seconds}s"}


def test_a_rollout_surges_as_told_and_waits_for_a_node_and_a_model() -> None:
    deployment = spec(vllm(max_surge=2, max_unavailable=1, provision_seconds=600).one(DEPLOYMENT))

    assert deployment["strategy"]["rollingUpdate"] == {"maxSurge": 2, "maxUnavailable": 1}
    assert deployment["progressDeadlineSeconds"] > 600 + 905


@pytest.mark.parametrize("replicas", [1, 2])
def test_one_pod_at_a_time_may_be_evicted_even_if_it_is_the_only_one(replicas: int) -> None:
    budget = spec(vllm(min_replicas=replicas).one("kubernetes:policy/v1:PodDisruptionBudget"))

    assert budget["maxUnavailable"] == 1
    assert budget["unhealthyPodEvictionPolicy"] == "AlwaysAllow"


def test_only_the_gateway_and_monitoring_come_in() -> None:
    rules = spec(vllm().one(POLICY))["ingress"]
    sources = [rule["from"][0]["namespaceSelector"]["matchLabels"] for rule in rules]

    assert sources == [
        {"kubernetes.io/metadata.name": "envoy-gateway-system"},
        {"kubernetes.io/metadata.name": "monitoring"},
    ]
    assert [[port["port"] for port in rule["ports"]] for rule in rules] == [[8000], [8000]]


def test_only_names_and_tls_go_out_and_never_to_the_nodes_credentials() -> None:
    dns, https = spec(vllm().one(POLICY))["egress"]

    assert {port["port"] for port in dns["ports"]} == {53}
    assert [port["port"] for port in https["ports"]] == [443]
    assert https["to"][0]["ipBlock"]["except"] == ["169.254.169.254/32"]


def test_pods_start_after_what_they_name_and_what_guards_them() -> None:
    recording = vllm(hf_token=TOKEN)
    deployment = recording.one(DEPLOYMENT)

    for kind in ("core/v1:ServiceAccount", "core/v1:ConfigMap", "core/v1:Secret", POLICY.partition(":")[2]):
        assert recording.depends(deployment, recording.one(f"kubernetes:{kind}"))


def test_everything_waits_for_what_the_server_depends_on() -> None:
    def program() -> None:
        provider = k8s.Provider("provider", kubeconfig="{}", cluster_identifier="test")
        operator = k8s.core.v1.Namespace("operator", opts=pulumi.ResourceOptions(provider=provider))
        VllmServer("qwen", vllm_args(provider=provider, depends_on=[operator]))

    recording = record(program)
    operator = recording.one("kubernetes:core/v1:Namespace")
    children = recording.children_of(recording.one("inference-platform:index:VllmServer"))
    children = [child for child in children if child.type.startswith("kubernetes:")]

    assert children
    assert all(recording.depends(child, operator) for child in children)


def test_a_server_tells_routes_where_it_is() -> None:
    recording = vllm()
    component = recording.one("inference-platform:index:VllmServer")

    assert recording.registered_outputs[component.urn] == {
        "namespace": "inference",
        "service_name": "qwen",
        "http_port": 8000,
        "url": "http://qwen.inference.svc:8000",
        "api_key": PASSWORD,
    }
    (port,) = spec(recording.one("kubernetes:core/v1:Service"))["ports"]
    assert (port["port"], port["targetPort"]) == (8000, "http")
    assert pod(recording)["serviceAccountName"] == "qwen"


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"min_replicas": 0}, "min_replicas: 0 needs a trigger"),
        ({"min_replicas": -1}, "min_replicas: -1"),
        ({"min_replicas": 0, "max_replicas": 0}, "that at least 1"),
        ({"min_replicas": 5, "max_replicas": 4}, r"max_replicas \(4\)"),
        ({"max_surge": 0, "max_unavailable": 0}, "no rollout could begin"),
        ({"shm_gib": 12}, "shm_gib: 12"),
    ],
)
def test_numbers_that_cannot_work_are_refused(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        vllm(**changes)


def test_more_parallel_parts_than_gpus_are_refused() -> None:
    with pytest.raises(ValueError, match=r"need 1 GPUs; a replica has 0\. Set gpus and nodes"):
        vllm(gpus=0)
