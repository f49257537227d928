"""A model's route: its own prefix, and only the paths on its list."""

from typing import Any

import pulumi_kubernetes as k8s
import pytest

from components.edge.model_route import OPENAI_PATHS, TRITON_PATHS, ModelRoute, ModelRouteArgs
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
        (OPENAI_PATHS, "/chat/v1/chat/completions", "/v1/chat/completions"),
        (OPENAI_PATHS, "/chat/v1", "/v1"),
        (OPENAI_PATHS, "/chat/v10/models", None),
        (OPENAI_PATHS, "/chat/health", None),
        (OPENAI_PATHS, "/chat/metrics", None),
        (OPENAI_PATHS, "/chat/tokenize", None),
        (OPENAI_PATHS, "/chat/invocations", None),
        (OPENAI_PATHS, "/v1/chat/completions", None),
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
