"""What happens during an operation, as small typed values instead of the engine's own event tree."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from pulumi.automation import EngineEvent, OpType
from pulumi.automation.events import DiagnosticEvent, StepEventMetadata


class StepState(StrEnum):
    """How far a step on one resource is."""

    STARTED = "started"
    DONE = "done"
    FAILED = "failed"


@dataclass(frozen=True, kw_only=True)
class Step:
    """One resource's step: `operation` is Pulumi's word (create, update, delete, same, ...)."""

    state: StepState
    operation: str
    type: str
    urn: str

    @property
    def name(self) -> str:
        """The resource's logical name."""
        return self.urn.rpartition("::")[2]


@dataclass(frozen=True, kw_only=True)
class Message:
    """Something the engine or a provider said. `severity` is info, warning or error."""

    severity: str
    text: str
    urn: str


Event = Step | Message
Listener = Callable[[Event], None]

_QUIET = "debug"
# What the engine puts before the words that matter.
_PREFIXES = (
    "an unhandled error occurred:",
    "python inline source runtime error:",
    "Preview failed:",
    "1 error occurred:",
    "*",
)
_TRACEBACK = "Traceback (most recent call last):"
_PLACE = re.compile(r'File "([^"]+)", line (\d+)')


def translate(event: EngineEvent) -> Event | None:
    """Return the engine's event as ours; None for those nobody needs."""
    if event.resource_pre_event:
        return _step(StepState.STARTED, event.resource_pre_event.metadata)
    if event.res_outputs_event:
        return _step(StepState.DONE, event.res_outputs_event.metadata)
    if event.res_op_failed_event:
        return _step(StepState.FAILED, event.res_op_failed_event.metadata)
    if event.diagnostic_event and event.diagnostic_event.severity != _QUIET:
        return _message(event.diagnostic_event)
    return None


def _step(state: StepState, metadata: StepEventMetadata) -> Step:
    return Step(state=state, operation=OpType(metadata.op).value, type=metadata.type, urn=metadata.urn)


def _message(diagnostic: DiagnosticEvent) -> Message:
    severity = diagnostic.severity.removesuffix("#err")
    return Message(severity=severity, text=without_traceback(diagnostic.message), urn=diagnostic.urn or "")


def without_traceback(text: str) -> str:
    """Return an error without its traceback, but with the place it came from."""
    said, found, trace = text.partition(_TRACEBACK)
    for prefix in _PREFIXES:
        said = said.strip().removeprefix(prefix).strip()
    if found and said.endswith(":"):
        # A program that Pulumi ran itself: its exception stands only at the end of the traceback.
        said = f"{said} {trace.strip().splitlines()[-1]}"
    places = _PLACE.findall(trace)
    return f"{said} ({places[-1][0]}, line {places[-1][1]})" if found and places else said
