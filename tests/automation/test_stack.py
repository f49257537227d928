"""Operations of a stack: counts, messages, errors without tracebacks, secrets that stay hidden."""

from pathlib import Path
from typing import Any

import pytest
from pulumi import automation as auto
from pulumi.automation import OpType

from automation import MASK, Event, Message, Outcome, PlatformStack, StackError, Step, Workspace
from tests.automation.engine import FakeStack, failed, said, stack_of, step

OPERATIONS = ["preview", "up", "refresh", "destroy"]


def run(fake: FakeStack, operation: str = "up", listener: Any = None) -> Outcome:
    return getattr(stack_of(fake), operation)(listener)


@pytest.mark.parametrize("operation", OPERATIONS)
def test_an_operation_counts_by_pulumis_words(operation: str) -> None:
    outcome = run(FakeStack(changes={OpType.SAME: 40, OpType.CREATE: 2, OpType.UPDATE: 1}), operation)

    assert outcome.changes == {"same": 40, "create": 2, "update": 1}
    assert outcome.changed == 3


@pytest.mark.parametrize("changes", [None, {}, {OpType.SAME: 40}])
def test_what_stays_the_same_has_not_changed(changes: dict[OpType, int] | None) -> None:
    assert run(FakeStack(changes=changes)).changed == 0


@pytest.mark.parametrize("operation", OPERATIONS)
def test_the_listener_hears_every_event_in_order_and_the_outcome_keeps_messages(operation: str) -> None:
    heard: list[Event] = []
    events = [step("resourcePreEvent"), said("slow", "warning"), step("resOutputsEvent"), said("x", "debug")]

    outcome = run(FakeStack(events), operation, heard.append)

    assert [type(event) for event in heard] == [Step, Message, Step]
    assert [message.text for message in outcome.messages] == ["slow"]


def test_messages_are_kept_without_a_listener() -> None:
    assert [message.text for message in run(FakeStack([said("slow", "warning")])).messages] == ["slow"]


@pytest.mark.parametrize("operation", OPERATIONS)
def test_a_listeners_exception_is_raised_after_the_operation(operation: str) -> None:
    fake = FakeStack([step("resourcePreEvent"), step("resOutputsEvent")], changes={OpType.CREATE: 1})

    def broken(event: Event) -> None:
        raise KeyError(event)

    with pytest.raises(KeyError):
        run(fake, operation, broken)
    assert fake.played == 2


def test_a_failed_operation_is_told_even_when_the_listener_failed_too() -> None:
    def broken(_: Event) -> None:
        raise KeyError

    with pytest.raises(StackError, match="no quota"):
        run(FakeStack([said("no quota")], error=failed()), "up", broken)


@pytest.mark.parametrize("operation", OPERATIONS)
def test_errors_are_joined_a_line_each_with_their_resource(operation: str) -> None:
    events = [said("no\n  quota"), said("careful", "warning"), said("no\n  quota"), said("stopped", urn=None)]

    with pytest.raises(StackError) as caught:
        run(FakeStack(events, error=failed(stderr="error: update failed")), operation)

    assert str(caught.value) == "chat-service: no quota\nstopped"


def test_no_traceback_comes_with_an_error() -> None:
    text = (
        'boom\nTraceback (most recent call last):\n  File "/p/__main__.py", line 3, in f\nValueError: boom\n'
    )

    with pytest.raises(StackError) as caught:
        run(FakeStack([said(text, urn=None)], error=failed()))

    assert str(caught.value) == "boom (/p/__main__.py, line 3)"
    # Python would print what an error came from.
    assert caught.value.__cause__ is None
    assert caught.value.__suppress_context__


@pytest.mark.parametrize(
    ("stderr", "line"),
    [
        ("warning: old\nerror: the stack is locked\nerror: again", "the stack is locked"),
        ("something\n  went wrong", "code: 255 stdout: stderr: something went wrong"),
    ],
)
def test_without_messages_the_clis_own_words_are_told(stderr: str, line: str) -> None:
    with pytest.raises(StackError) as caught:
        run(FakeStack(error=failed(stderr=stderr)))

    assert str(caught.value) == line


def test_long_output_of_the_cli_is_cut() -> None:
    with pytest.raises(StackError) as caught:
        run(FakeStack(error=failed(stderr="x" * 10_000)))

    assert len(str(caught.value)) == 500


@pytest.mark.parametrize("operation", ["up", "refresh", "destroy"])
def test_the_cli_is_told_to_keep_secrets_hidden(operation: str) -> None:
    fake = FakeStack()
    run(fake, operation)

    assert fake.calls == [(operation, {"show_secrets": False, "color": "never"})]


def test_secret_outputs_are_masked_unless_asked_for() -> None:
    values = {
        "url": auto.OutputValue(value="https://api", secret=False),
        "password": auto.OutputValue(value={"user": "hunter2"}, secret=True),
    }
    stack = stack_of(FakeStack(outputs=values))

    assert stack.outputs() == {"url": "https://api", "password": MASK}
    assert stack.outputs(show_secrets=True) == {"url": "https://api", "password": {"user": "hunter2"}}


def test_the_deployment_is_the_stacks_own() -> None:
    assert stack_of(FakeStack()).deployment() == {"resources": []}


def test_a_workspace_does_not_show_its_environment() -> None:
    workspace = Workspace(folder=Path(), environment={"PULUMI_CONFIG_PASSPHRASE": "hunter2"})

    assert "hunter2" not in repr(workspace)
    assert "hunter2" not in str(workspace)


class Opened:
    """What the Automation API is asked for when a stack is opened."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, error: Exception | None = None) -> None:
        self.arguments: dict[str, Any] = {}
        self._error = error
        monkeypatch.setattr(auto, "create_or_select_stack", self)

    def __call__(self, name: str, **arguments: Any) -> FakeStack:
        self.arguments = {"stack_name": name, **arguments}
        if self._error:
            raise self._error
        return FakeStack()


def test_a_program_of_this_process_runs_under_the_projects_name(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "Pulumi.yaml").write_text("name: shop\nruntime: python\n", encoding="utf-8")
    opened = Opened(monkeypatch)

    def program() -> None: ...

    PlatformStack.open("dev", Workspace(folder=tmp_path, program=program, environment={"A": "b"}))

    assert (opened.arguments["stack_name"], opened.arguments["project_name"]) == ("dev", "shop")
    assert opened.arguments["program"] is program
    assert opened.arguments["opts"].env_vars == {"A": "b"}
    assert opened.arguments["opts"].work_dir == str(tmp_path)


def test_without_a_program_the_projects_own_runs(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    opened = Opened(monkeypatch)
    PlatformStack.open("dev", Workspace(folder=tmp_path))

    assert opened.arguments["work_dir"] == str(tmp_path)
    assert "program" not in opened.arguments


def test_a_stack_that_cannot_be_opened_says_why(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    Opened(monkeypatch, failed(stderr="error: PULUMI_ACCESS_TOKEN must be set"))

    with pytest.raises(StackError, match=r"^PULUMI_ACCESS_TOKEN must be set$"):
        PlatformStack.open("dev", Workspace(folder=tmp_path))
