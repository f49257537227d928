"""The engine's events become small values; what nobody needs is left out."""

import pytest
from pulumi import automation as auto

from automation import Message, Step, StepState
from automation.events import translate, without_traceback
from tests.automation.engine import URN, said, step


@pytest.mark.parametrize(
    ("kind", "state"),
    [
        ("resourcePreEvent", StepState.STARTED),
        ("resOutputsEvent", StepState.DONE),
        ("resOpFailedEvent", StepState.FAILED),
    ],
)
def test_a_step_has_its_state_operation_type_and_name(kind: str, state: StepState) -> None:
    event = translate(step(kind, "create-replacement"))

    assert event == Step(
        state=state, operation="create-replacement", type="kubernetes:core/v1:Service", urn=URN
    )
    assert isinstance(event, Step)
    assert event.name == "chat-service"


@pytest.mark.parametrize("operation", [kind.value for kind in auto.OpType])
def test_every_operation_keeps_pulumis_word(operation: str) -> None:
    event = translate(step("resOutputsEvent", operation))

    assert isinstance(event, Step)
    assert event.operation == operation


@pytest.mark.parametrize(
    ("severity", "ours"),
    [("info", "info"), ("info#err", "info"), ("warning", "warning"), ("error", "error")],
)
def test_a_diagnostic_becomes_a_message(severity: str, ours: str) -> None:
    assert translate(said("  disk is full\n", severity)) == Message(
        severity=ours, text="disk is full", urn=URN
    )


def test_a_message_about_no_resource_has_no_urn() -> None:
    assert translate(said("hello", "info", urn=None)) == Message(severity="info", text="hello", urn="")


def test_the_engines_own_chatter_is_left_out() -> None:
    for data in (
        {"cancelEvent": {}},
        {"preludeEvent": {"config": {"a:b": "secret"}}},
        {"stdoutEvent": {}},
        {},
    ):
        assert translate(auto.EngineEvent.from_json(data)) is None
    assert translate(said("details", "debug")) is None


TRACE = """Traceback (most recent call last):
  File "/lib/pulumi/runtime/stack.py", line 138, in run
    await run_pulumi_func(lambda: Stack(func))
  File "/project/__main__.py", line 30, in main
    raise ValueError("boom")
ValueError: boom
"""


def test_an_exception_of_an_inline_program_is_said_with_its_place_and_no_traceback() -> None:
    text = f"an unhandled error occurred:\npython inline source runtime error: boom\n{TRACE}"

    assert without_traceback(text) == "boom (/project/__main__.py, line 30)"


def test_an_exception_of_a_local_program_is_said_too() -> None:
    text = f"Program failed with an unhandled exception:\n{TRACE}"

    assert without_traceback(text) == (
        "Program failed with an unhandled exception: ValueError: boom (/project/__main__.py, line 30)"
    )


def test_a_text_without_a_traceback_stays_as_it_is() -> None:
    assert without_traceback("one\ntwo") == "one\ntwo"
