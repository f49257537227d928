"""A model's route: its own prefix, and only the paths on its list."""

from typing import Any

import pulumi_kubernetes as k8s
import pytest

from components.edge.model_route import (
    OLLAMA_PATHS,
    TGI_PATHS,
    TRITON_PATHS,
    VLLM_PATHS,
    ModelRoute,
    ModelRouteArgs,
)
from tests.components.recorder import Recording, record

ROUTE = "kubernetes:gateway.networking.k8s.io/v1:HTTPRoute"


def _route(**changes: Any) -> Recording:
    def program() -> None:
        args: dict[str, Any] = {
            "provider": k8s.Provider("provider", kubeconfig="{}"),
            "namespace": "models",
            "hostname": "models.example.com",
            "route": "chat",
            "service": "chat-server",
            "port": 8000,
            "gateway_name": "front",
            "gateway_namespace": "edge",
        }
        ModelRoute("chat", ModelRouteArgs(**{**args, **changes}))

    return record(program)


def _reachable(recording: Recording, path: str) -> str | None:
    """Return the path a server sees for a request to `path`, as the Gateway API defines prefixes."""
    for rule in recording.one(ROUTE).inputs["spec"]["rules"]:
        prefix = rule["matches"][0]["path"]["value"]
        if path == prefix or path.startswith(f"{prefix}/"):
            return rule["filters"][0]["urlRewrite"]["path"]["replacePrefixMatch"] + path[len(prefix) :]
    return None


@pytest.mark.parametrize(
    ("paths", "asked", "seen"),
    [
        (VLLM_PATHS, "/chat/v1/chat/completions", "/v1/chat/completions"),
        (VLLM_PATHS, "/chat/v1/audio/transcriptions", "/v1/audio/transcriptions"),
        (VLLM_PATHS, "/chat/v1/models", "/v1/models"),
        (VLLM_PATHS, "/chat/v1/models-of-others", None),
        (VLLM_PATHS, "/chat/v1", None),
        (VLLM_PATHS, "/chat/v1/load_lora_adapter", None),
        (VLLM_PATHS, "/chat/v1/unload_lora_adapter", None),
        (VLLM_PATHS, "/chat/version", None),
        (TGI_PATHS, "/chat/v1/chat/completions", "/v1/chat/completions"),
        (TGI_PATHS, "/chat/generate", None),
        (TGI_PATHS, "/chat/info", None),
        (OLLAMA_PATHS, "/chat/v1/embeddings", "/v1/embeddings"),
        (OLLAMA_PATHS, "/chat/api/pull", None),
        (OLLAMA_PATHS, "/chat/api/delete", None),
        (VLLM_PATHS, "/chat/v10/models", None),
        (VLLM_PATHS, "/chat/health", None),
        (VLLM_PATHS, "/chat/metrics", None),
        (VLLM_PATHS, "/chat/tokenize", None),
        (VLLM_PATHS, "/chat/invocations", None),
        (VLLM_PATHS, "/v1/chat/completions", None),
        (TRITON_PATHS, "/chat/v2/models/bert/infer", "/v2/models/bert/infer"),
        (TRITON_PATHS, "/chat/v2/health/ready", "/v2/health/ready"),
        (TRITON_PATHS, "/chat/v2/repository/models/bert/unload", None),
        (TRITON_PATHS, "/chat/v2/systemsharedmemory/status", None),
    ],
)
def test_a_path_is_rewritten_or_does_not_exist(paths: tuple[str, ...], asked: str, seen: str | None) -> None:
    assert _reachable(_route(paths=paths), asked) == seen


def test_the_route_hangs_on_the_tls_listener_and_goes_to_the_service() -> None:
    recording = _route()
    route = recording.one(ROUTE).inputs
    component = recording.one("inference-platform:index:ModelRoute")

    assert route["metadata"]["namespace"] == "models"
    assert route["spec"]["parentRefs"] == [{"name": "front", "namespace": "edge", "sectionName": "https"}]
    assert route["spec"]["hostnames"] == ["models.example.com"]
    assert route["spec"]["rules"][0]["backendRefs"] == [{"name": "chat-server", "port": 8000}]
    assert recording.registered_outputs[component.urn] == {"url": "https://models.example.com/chat"}


@pytest.mark.parametrize("paths", [(), ("/",), ("v1",), ("/v1/",)])
def test_a_list_that_lets_everything_or_nothing_through_is_refused(paths: tuple[str, ...]) -> None:
    with pytest.raises(ValueError, match="must be one or more like /v1"):
        _route(paths=paths)


def test_the_gateway_shows_the_server_its_key_in_place_of_the_callers() -> None:
    recording = _route(api_key="server-key")
    secret = recording.one("kubernetes:core/v1:Secret")
    credential = recording.one("kubernetes:gateway.envoyproxy.io/v1alpha1:HTTPRouteFilter").inputs
    route = recording.one(ROUTE)
    injection = credential["spec"]["credentialInjection"]

    assert secret.inputs["stringData"] == {"credential": "Bearer server-key"}
    assert secret.secret_inputs == {"stringData"}
    assert injection["overwrite"] is True
    assert injection["credential"]["valueRef"] == {"name": secret.inputs["metadata"]["name"]}
    assert credential["metadata"]["namespace"] == secret.inputs["metadata"]["namespace"] == "models"
    for rule in route.inputs["spec"]["rules"]:
        assert rule["filters"][-1]["extensionRef"] == {
            "group": "gateway.envoyproxy.io",
            "kind": "HTTPRouteFilter",
            "name": credential["metadata"]["name"],
        }
    assert "server-key" not in str(route.inputs)


def test_a_server_without_a_key_is_shown_none() -> None:
    recording = _route()

    assert not recording.of_type("kubernetes:core/v1:Secret")
    assert [len(rule["filters"]) for rule in recording.one(ROUTE).inputs["spec"]["rules"]] == [1] * len(
        VLLM_PATHS
    )


@pytest.mark.parametrize("paths", [VLLM_PATHS, TGI_PATHS, OLLAMA_PATHS, TRITON_PATHS])
def test_a_route_holds_as_many_rules_as_the_gateway_api_allows(paths: tuple[str, ...]) -> None:
    assert 0 < len(_route(paths=paths).one(ROUTE).inputs["spec"]["rules"]) <= 16
