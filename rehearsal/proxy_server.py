"""A forward proxy for HTTP that answers for the cluster's Services. Run as a script: it imports nothing of ours.

`python proxy_server.py PORT ROUTES` listens on loopback. ROUTES is a JSON file, from "service.namespace.svc:port"
to a port on loopback, and is read again when it changes. A host that is not in it is refused with 502, and noted
in the file beside it that ends in `.refused`. Nothing else is ever logged: a request may hold a password.
"""

import json
import sys
from functools import partial
from http.client import HTTPConnection, HTTPException
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

_LOOPBACK = "127.0.0.1"
_TIMEOUT_SECONDS = 10.0
_HTTP_PORT = 80
_BAD_GATEWAY = 502
# They belong to one connection, and a proxy passes none of them on. Source: RFC 9110, section 7.6.1.
_HOP_BY_HOP = frozenset(
    {"connection", "keep-alive", "proxy-connection", "te", "transfer-encoding", "upgrade"}
)
_OURS = _HOP_BY_HOP | {"content-length", "server", "date"}


def service_of(host: str) -> str:
    """Return "service.namespace.svc" for a name in the cluster, however long, or the host itself."""
    return host.lower().rstrip(".").removesuffix(".cluster.local")


class Routes:
    """The table in a file, read again whenever it has changed."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._seen = -1
        self._table: dict[str, int] = {}

    def find(self, place: str) -> int | None:
        """Return the local port that answers for "service.namespace.svc:port"."""
        changed = self._path.stat().st_mtime_ns
        if changed != self._seen:
            self._table = json.loads(self._path.read_text(encoding="utf-8"))
            self._seen = changed
        return self._table.get(place)

    def refuse(self, place: str) -> str:
        """Note that nothing answers for a place, and say so."""
        with self._path.with_suffix(".refused").open("a", encoding="utf-8") as notes:
            notes.write(f"{place}\n")
        known = ", ".join(sorted(self._table)) or "nothing"
        return f"nothing in this rehearsal answers for {place}; it has {known}"


class Proxy(ThreadingHTTPServer):
    """Listens on loopback and forwards by `routes`."""

    daemon_threads = True

    def __init__(self, port: int, routes: Routes) -> None:
        super().__init__((_LOOPBACK, port), partial(_Handler, routes))


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def __init__(self, routes: Routes, *request: Any) -> None:
        self._routes = routes
        super().__init__(*request)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  the library's own name
        """Log nothing."""

    def forward(self) -> None:
        """Pass the request on to whoever stands for its host, and the answer back."""
        target = urlsplit(self.path)
        place = f"{service_of(target.hostname or '')}:{target.port or _HTTP_PORT}"
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        port = self._routes.find(place)
        if port is None:
            self._answer(_BAD_GATEWAY, {}, self._routes.refuse(place).encode())
            return
        path = f"{target.path or '/'}?{target.query}" if target.query else target.path or "/"
        try:
            self._ask(port, path, body)
        except (OSError, HTTPException) as error:
            self._answer(_BAD_GATEWAY, {}, f"{place} does not answer: {error}".encode())

    def tunnel(self) -> None:
        """Refuse TLS: nothing here speaks it."""
        host, _, port = self.path.rpartition(":")
        self._answer(_BAD_GATEWAY, {}, self._routes.refuse(f"{service_of(host)}:{port}").encode())

    do_GET = do_HEAD = do_POST = do_PUT = do_DELETE = forward  # noqa: N815  names of the library
    do_CONNECT = tunnel  # noqa: N815  the same

    def _ask(self, port: int, path: str, body: bytes) -> None:
        headers = {name: value for name, value in self.headers.items() if name.lower() not in _HOP_BY_HOP}
        connection = HTTPConnection(_LOOPBACK, port, timeout=_TIMEOUT_SECONDS)
        try:
            connection.request(self.command, path, body=body or None, headers=headers)
            answer = connection.getresponse()
            self._answer(answer.status, dict(answer.getheaders()), answer.read())
        finally:
            connection.close()

    def _answer(self, status: int, headers: dict[str, str], body: bytes) -> None:
        self.send_response(status)
        for name, value in headers.items():
            if name.lower() not in _OURS:
                self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)


if __name__ == "__main__":
    Proxy(int(sys.argv[1]), Routes(Path(sys.argv[2]))).serve_forever()
