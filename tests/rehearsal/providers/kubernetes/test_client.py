import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from rehearsal.providers.base import UNKNOWN, ProviderError
from rehearsal.providers.kubernetes import HelmReleases, KubernetesProvider
from rehearsal.providers.kubernetes.client import Client, current_context, parse_kubeconfig

URN = "urn:pulumi:dev::p::kubernetes:core/v1:ConfigMap::settings"
TOKEN = "kubernetes:core/v1:ConfigMap"


def kubeconfig(user: dict[str, Any], server: str = "https://127.0.0.1:9") -> dict[str, Any]:
    return {
        "apiVersion": "v1",
        "kind": "Config",
        "clusters": [{"name": "c", "cluster": {"server": server}}],
        "users": [{"name": "u", "user": user}],
        "contexts": [{"name": "x", "context": {"cluster": "c", "user": "u", "namespace": "home"}}],
        "current-context": "x",
    }


def plugin(folder: Path, script: str) -> dict[str, Any]:
    program = folder / "credentials"
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(0o700)
    version = "client.authentication.k8s.io/v1"
    return {"exec": {"apiVersion": version, "command": str(program), "interactiveMode": "Never"}}


class Echo(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200)
        self.end_headers()
        self.wfile.write(json.dumps({"authorization": self.headers["Authorization"]}).encode())

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class's name
        del format, args


@pytest.fixture
def echo() -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Echo) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


@pytest.mark.parametrize("text", ['{"clusters": []}', "clusters: []", {"clusters": []}])
def test_a_kubeconfig_may_be_json_yaml_or_a_tree(text: Any) -> None:
    assert parse_kubeconfig(text) == {"clusters": []}


@pytest.mark.parametrize("text", ["{hunter2", "hunter2", {}, 5])
def test_what_is_no_kubeconfig_is_refused_without_being_shown(text: Any) -> None:
    with pytest.raises(ProviderError, match="kubeconfig") as caught:
        parse_kubeconfig(text)
    assert "hunter2" not in caught.value.message


def test_the_context_says_the_namespace() -> None:
    assert current_context(kubeconfig({}))["namespace"] == "home"


def test_a_credential_plugin_is_asked_for_a_token(tmp_path: Path, echo: str) -> None:
    answer = (
        '{"apiVersion":"client.authentication.k8s.io/v1","kind":"ExecCredential","status":{"token":"t0k3n"}}'
    )
    client = Client(kubeconfig(plugin(tmp_path, f"echo '{answer}'"), echo))
    assert client.get("/version") == {"authorization": "Bearer t0k3n"}


def test_a_credential_plugin_that_fails_is_named(tmp_path: Path) -> None:
    with pytest.raises(ProviderError, match="credentials` on PATH"):
        Client(kubeconfig(plugin(tmp_path, "exit 3")))


def test_a_provider_without_a_cluster_never_looks_for_another(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KUBECONFIG", "/home/me/.kube/config")
    provider = KubernetesProvider(HelmReleases())
    provider.configure({})
    with pytest.raises(ProviderError, match="never uses your own KUBECONFIG"):
        provider.create(TOKEN, URN, {}, preview=False)


def test_a_preview_before_there_is_a_cluster_gives_the_inputs() -> None:
    provider = KubernetesProvider(HelmReleases())
    provider.configure({"kubeconfig": UNKNOWN})
    inputs = provider.check(TOKEN, URN, {}, {"data": {"a": "b"}}).inputs
    made = provider.create(TOKEN, URN, inputs, preview=True)
    assert (made.id, made.outputs) == ("", inputs)
    assert (inputs["apiVersion"], inputs["kind"]) == ("v1", "ConfigMap")


@pytest.mark.parametrize(
    ("old", "new", "replaces"),
    [
        ({"clusterIdentifier": "a"}, {"clusterIdentifier": "a", "kubeconfig": UNKNOWN}, ()),
        ({"clusterIdentifier": "a"}, {"clusterIdentifier": "b"}, ("clusterIdentifier",)),
        ({"kubeconfig": kubeconfig({})}, {"kubeconfig": kubeconfig({"token": "x"})}, ()),
        ({"kubeconfig": kubeconfig({})}, {"kubeconfig": kubeconfig({}, "https://b")}, ("kubeconfig",)),
        ({"kubeconfig": kubeconfig({})}, {"kubeconfig": UNKNOWN}, ("kubeconfig",)),
    ],
)
def test_another_cluster_replaces_everything(
    old: dict[str, Any], new: dict[str, Any], replaces: tuple[str, ...]
) -> None:
    diff = KubernetesProvider(HelmReleases()).diff_config(old, new)
    assert diff.replaces == replaces


def test_yaml_text_is_decoded_into_objects() -> None:
    text = "kind: A\n---\n---\nkind: B\n"
    answer = KubernetesProvider(HelmReleases()).invoke("kubernetes:yaml:decode", {"text": text})
    assert answer == {"result": [{"kind": "A"}, {"kind": "B"}]}


def test_an_unknown_function_is_named() -> None:
    with pytest.raises(ProviderError, match="kubernetes:helm:template"):
        KubernetesProvider(HelmReleases()).invoke("kubernetes:helm:template", {})
