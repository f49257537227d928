import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from rehearsal.providers.kubernetes.reachability import Reachability, probe_url


class Repository(BaseHTTPRequestHandler):
    asked = 0

    def do_GET(self) -> None:
        type(self).asked += 1
        self.send_response(200 if self.path == "/charts/index.yaml" else 401 if self.path == "/v2/" else 404)
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class's name
        del format, args


@pytest.fixture
def address() -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Repository) as server:
        Repository.asked = 0
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def test_a_repository_is_asked_for_its_index() -> None:
    assert probe_url("keda", "https://example.com/charts/") == "https://example.com/charts/index.yaml"


def test_a_registry_is_asked_for_its_api() -> None:
    assert probe_url("oci://example.com/karpenter/karpenter", "") == "https://example.com/v2/"


def test_an_answer_is_asked_for_once(address: str) -> None:
    reachability = Reachability()
    url = f"{address}/charts/index.yaml"
    reachability.ask([url, url])
    assert [reachability.why_not(url) for _ in range(3)] == ["", "", ""]
    assert Repository.asked == 1


def test_a_registry_that_wants_a_token_can_be_reached(address: str) -> None:
    assert Reachability().why_not(f"{address}/v2/") == ""


def test_a_missing_index_is_not_a_repository(address: str) -> None:
    assert "answers HTTP 404" in Reachability().why_not(f"{address}/none/index.yaml")


def test_an_unreachable_host_is_named() -> None:
    assert (
        Reachability().why_not("http://127.0.0.1:9/index.yaml") == "127.0.0.1:9 cannot be reached from here"
    )


def test_only_web_addresses_are_asked() -> None:
    assert "no web address" in Reachability().why_not("file:///etc/passwd")
