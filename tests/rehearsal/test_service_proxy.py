import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import psutil
import pytest

from rehearsal.proxy_server import service_of
from rehearsal.service_proxy import ServiceProxy


class Echo(BaseHTTPRequestHandler):
    """Answers with what it was asked."""

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        pass

    def _answer(self, status: int = 200) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
        text = f"{self.command} {self.path} {self.headers.get('Authorization', '-')} {body}".encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    def do_GET(self) -> None:
        self._answer(404 if "missing" in self.path else 200)

    def do_POST(self) -> None:
        self._answer()


@pytest.fixture
def echo() -> Iterator[int]:
    with HTTPServer(("127.0.0.1", 0), Echo) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server.server_port
        server.shutdown()


@pytest.fixture
def proxy(tmp_path: Path) -> Iterator[ServiceProxy]:
    with ServiceProxy(tmp_path) as running:
        yield running


def ask(proxy: ServiceProxy, url: str, data: bytes | None = None, **headers: str) -> tuple[int, str]:
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({"http": proxy.url}))
    try:
        asked = urllib.request.Request(url, data, headers)  # noqa: S310  the test's own URLs
        with opener.open(asked, timeout=10) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()


@pytest.mark.parametrize(
    "host",
    ["queue.data.svc", "queue.data.svc.cluster.local", "queue.data.svc.cluster.local.", "Queue.data.svc"],
)
def test_a_service_is_found_by_each_of_its_names(host: str) -> None:
    assert service_of(host) == "queue.data.svc"


def test_a_routed_service_is_asked_with_path_query_credentials_and_body(
    proxy: ServiceProxy, echo: int
) -> None:
    proxy.route("queue", "data", 15672, echo)

    got = ask(proxy, "http://queue.data.svc.cluster.local:15672/api/queues?x=1", Authorization="Basic abc")
    posted = ask(proxy, "http://queue.data.svc:15672/api", b"body")

    assert got == (200, "GET /api/queues?x=1 Basic abc ")
    assert posted == (200, "POST /api - body")


def test_the_answer_is_passed_on_whatever_its_status(proxy: ServiceProxy, echo: int) -> None:
    proxy.route("queue", "data", 80, echo)
    assert ask(proxy, "http://queue.data.svc/missing") == (404, "GET /missing - ")


def test_what_has_no_route_is_refused_with_what_there_is(proxy: ServiceProxy, echo: int) -> None:
    proxy.route("queue", "data", 80, echo)

    status, text = ask(proxy, "http://queue.other.svc:80/")

    assert status == 502
    assert text == "nothing in this rehearsal answers for queue.other.svc:80; it has queue.data.svc:80"
    assert proxy.refused == ("queue.other.svc:80",)


def test_the_world_is_out_of_reach_with_and_without_tls(proxy: ServiceProxy, echo: int) -> None:
    assert ask(proxy, f"http://127.0.0.1:{echo}/")[0] == 502
    tunnel = urllib.request.build_opener(urllib.request.ProxyHandler({"https": proxy.url}))
    with pytest.raises(urllib.error.URLError, match="502"):
        tunnel.open("https://example.com/", timeout=10)
    assert proxy.refused == (f"127.0.0.1:{echo}", "example.com:443")


def test_who_does_not_answer_is_named(proxy: ServiceProxy) -> None:
    with HTTPServer(("127.0.0.1", 0), Echo) as gone:
        port = gone.server_port
    proxy.route("queue", "data", 80, port)
    status, text = ask(proxy, "http://queue.data.svc/")
    assert status == 502
    assert text.startswith("queue.data.svc:80 does not answer: ")
    assert proxy.refused == ()


def test_it_listens_on_loopback_and_ends(tmp_path: Path) -> None:
    with ServiceProxy(tmp_path) as proxy:
        (child,) = [one for one in psutil.Process().children() if str(tmp_path) in " ".join(one.cmdline())]
        rows = child.net_connections()
        assert {row.laddr.ip for row in rows if row.status == psutil.CONN_LISTEN} == {"127.0.0.1"}
        assert proxy.url.startswith("http://127.0.0.1:")
    deadline = time.monotonic() + 10
    while child.is_running() and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not child.is_running()


def test_it_writes_no_password_anywhere(proxy: ServiceProxy, tmp_path: Path, echo: int) -> None:
    proxy.route("queue", "data", 80, echo)
    for url in ("http://queue.data.svc/secret-path", "http://other.data.svc/secret-path"):
        ask(proxy, url, Authorization="Basic secret-word")
    written = "".join(path.read_text() for path in tmp_path.rglob("*") if path.is_file())
    assert "secret" not in written
