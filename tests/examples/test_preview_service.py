import json
import threading
from collections.abc import Generator
from contextlib import contextmanager
from http.client import HTTPConnection, HTTPResponse
from pathlib import Path
from typing import Any, cast

import pulumi
import pytest

from automation import Listener, Message, Outcome, PlatformStack, StackError, Step, StepState, Workspace
from catalog.eks import DEFAULT_MINOR
from examples.preview_service import OpenStack, PreviewService, main
from rehearsal.toolchain import ensure

TOKEN = "a-token-of-this-test"
ROOT = Path(__file__).parents[2]


class _Stack:
    """Stands in for a PlatformStack: says what it is told to, then ends as it is told to."""

    def __init__(self, ending: Outcome | StackError) -> None:
        self._ending = ending

    def preview(self, listener: Listener) -> Outcome:
        listener(Step(state=StepState.DONE, operation="create", type="aws:ec2/vpc:Vpc", urn="urn::net-vpc"))
        if isinstance(self._ending, StackError):
            raise self._ending
        return self._ending


def _opening(ending: Outcome | StackError) -> OpenStack:
    def open_stack(name: str) -> PlatformStack:
        del name
        return cast("PlatformStack", _Stack(ending))

    return open_stack


@contextmanager
def _serving(open_stack: OpenStack) -> Generator[int]:
    service = PreviewService(0, TOKEN, ["dev"], open_stack)
    thread = threading.Thread(target=service.serve_forever)
    thread.start()
    try:
        yield service.server_port
    finally:
        service.shutdown()
        thread.join()
        service.server_close()


def _post(port: int, path: str, token: str = TOKEN) -> tuple[HTTPResponse, bytes]:
    connection = HTTPConnection("127.0.0.1", port, timeout=120)
    connection.request("POST", path, headers={"Authorization": f"Bearer {token}"})
    response = connection.getresponse()
    return response, response.read()


def _lines(body: bytes) -> list[dict[str, Any]]:
    return [json.loads(line) for line in body.splitlines()]


def test_a_preview_tells_its_steps_and_then_the_outcome() -> None:
    outcome = Outcome(changes={"create": 1, "same": 2}, seconds=1.26, messages=())
    with _serving(_opening(outcome)) as port:
        response, body = _post(port, "/stacks/dev/preview")
    assert response.status == 200
    step, last = _lines(body)
    assert step["step"]["urn"] == "urn::net-vpc"
    assert last == {"outcome": {"changes": {"create": 1, "same": 2}, "changed": 1, "seconds": 1.3}}


def test_a_failed_preview_says_why() -> None:
    with _serving(_opening(StackError("net-vpc: CIDR is taken"))) as port:
        _, body = _post(port, "/stacks/dev/preview")
    assert _lines(body)[-1] == {"error": "net-vpc: CIDR is taken"}


@pytest.mark.parametrize(
    ("path", "token", "status"),
    [
        ("/stacks/dev/preview", "guess", 401),
        ("/stacks/nope/preview", TOKEN, 404),
        ("/stacks/dev/destroy", TOKEN, 404),
    ],
)
def test_strangers_and_unknown_stacks_are_turned_away(path: str, token: str, status: int) -> None:
    with _serving(_opening(StackError("was run"))) as port:
        response, body = _post(port, path, token)
    assert response.status == status
    assert b"was run" not in body


def test_without_a_token_it_does_not_start(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("PREVIEW_TOKEN", raising=False)
    monkeypatch.setattr("sys.argv", ["preview_service"])
    assert main() == 2
    assert "PREVIEW_TOKEN" in capsys.readouterr().err


@pytest.mark.live
def test_a_stack_is_previewed_by_the_real_engine(tmp_path: Path) -> None:
    (tmp_path / "Pulumi.yaml").write_text("name: example\nruntime: python\n")
    environment = {
        "PULUMI_BACKEND_URL": tmp_path.as_uri(),
        "PULUMI_CONFIG_PASSPHRASE": "of-this-test",
        "PULUMI_HOME": str(tmp_path / "home"),
        "PULUMI_SKIP_UPDATE_CHECK": "true",
    }

    def program() -> None:
        pulumi.ComponentResource("example:index:Thing", "thing")
        pulumi.warn("seen by the caller")

    def open_stack(name: str) -> PlatformStack:
        cli = ensure(DEFAULT_MINOR, root=ROOT).pulumi
        workspace = Workspace(folder=tmp_path, program=program, pulumi=cli, environment=environment)
        return PlatformStack.open(name, workspace)

    with _serving(open_stack) as port:
        _, body = _post(port, "/stacks/dev/preview")
    lines = _lines(body)
    assert lines[-1]["outcome"]["changes"] == {"create": 2}
    messages = [Message(**line["message"]) for line in lines if "message" in line]
    assert [(one.severity, one.text) for one in messages] == [("warning", "seen by the caller")]
