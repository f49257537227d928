"""A small HTTP service that previews stacks, built on `automation`: see docs/automation.md.

    PREVIEW_TOKEN=... .venv/bin/python -m examples.preview_service --port 8080

`POST /stacks/NAME/preview` answers with one JSON object a line: what happens as it happens, then the outcome.
"""

import argparse
import contextlib
import hmac
import json
import os
import re
import sys
from collections.abc import Callable, Collection
from dataclasses import asdict
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

from automation import Event, Outcome, PlatformStack, StackError, Step, Workspace
from settings import stack_names

OpenStack = Callable[[str], PlatformStack]

_PATH = re.compile(r"^/stacks/([\w-]+)/preview$")


class PreviewService(HTTPServer):
    """Previews the stacks in `names` for callers who know `token`.

    It serves one request at a time, because a process must not run two of Pulumi's inline programs at once.
    """

    def __init__(self, port: int, token: str, names: Collection[str], open_stack: OpenStack) -> None:
        super().__init__(("127.0.0.1", port), _Handler)
        self.expected = f"Bearer {token}"
        self.names = names
        self.open_stack = open_stack


class _Handler(BaseHTTPRequestHandler):
    server: PreviewService  # pyright: ignore[reportIncompatibleVariableOverride]  it is made by no other

    def do_POST(self) -> None:
        """Answer one request."""
        given = self.headers.get("Authorization", "")
        found = _PATH.match(self.path)
        if not hmac.compare_digest(given.encode(), self.server.expected.encode()):
            self.send_error(HTTPStatus.UNAUTHORIZED)
        elif not found or found[1] not in self.server.names:
            self.send_error(HTTPStatus.NOT_FOUND)
        else:
            self._preview(found[1])

    def _preview(self, name: str) -> None:
        self.send_response(HTTPStatus.OK)
        self.send_header("Content-Type", "application/x-ndjson")
        self.end_headers()
        try:
            outcome = self.server.open_stack(name).preview(self._tell)
        except StackError as error:
            self._line({"error": str(error)})
        except ConnectionError:
            # The caller went away. The preview has ended by now, and nobody wants to hear how.
            return
        else:
            self._line({"outcome": _counted(outcome)})

    def _tell(self, event: Event) -> None:
        kind = "step" if isinstance(event, Step) else "message"
        self._line({kind: asdict(event)})

    def _line(self, content: dict[str, Any]) -> None:
        self.wfile.write(json.dumps(content).encode() + b"\n")
        self.wfile.flush()

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  the base class's name
        """Write one line to standard error; headers, and so the token, are never in it."""
        sys.stderr.write(f"{self.log_date_time_string()} {format % args}\n")


def _counted(outcome: Outcome) -> dict[str, Any]:
    return {
        "changes": dict(outcome.changes),
        "changed": outcome.changed,
        "seconds": round(outcome.seconds, 1),
    }


def main() -> int:
    """Serve until interrupted; return 2 without a token."""
    parser = argparse.ArgumentParser(description="Preview stacks over HTTP.")
    parser.add_argument("--port", type=int, default=8080)
    parser.add_argument("--project", type=Path, default=Path(), help="folder with Pulumi.yaml")
    chosen = parser.parse_args()
    token = os.environ.get("PREVIEW_TOKEN", "")
    if not token:
        sys.stderr.write("PREVIEW_TOKEN is not set: choose a long random one\n")
        return 2
    workspace = Workspace(folder=chosen.project)
    service = PreviewService(
        chosen.port, token, stack_names(chosen.project), lambda name: PlatformStack.open(name, workspace)
    )
    sys.stderr.write(f"listening on http://127.0.0.1:{service.server_port}\n")
    with service, contextlib.suppress(KeyboardInterrupt):
        service.serve_forever()
    return 0


if __name__ == "__main__":
    sys.exit(main())
