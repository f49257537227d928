"""Engine events as the CLI writes them, and a stack that plays them back in place of Pulumi."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any, cast

from pulumi import automation as auto

from automation import PlatformStack

URN = "urn:pulumi:dev::inference-platform::kubernetes:core/v1:Service::chat-service"

OnEvent = Callable[[auto.EngineEvent], None]


def step(kind: str, operation: str = "create") -> auto.EngineEvent:
    """A step's event; `kind` is resourcePreEvent, resOutputsEvent or resOpFailedEvent."""
    metadata = {"op": operation, "urn": URN, "type": "kubernetes:core/v1:Service", "provider": "p"}
    return auto.EngineEvent.from_json({"sequence": 1, "timestamp": 1, kind: {"metadata": metadata}})


def said(message: str, severity: str = "error", urn: str | None = URN) -> auto.EngineEvent:
    """A diagnostic's event."""
    diagnostic = {"message": message, "color": "never", "severity": severity, "urn": urn}
    return auto.EngineEvent.from_json({"sequence": 1, "timestamp": 1, "diagnosticEvent": diagnostic})


def failed(stderr: str = "", stdout: str = "") -> auto.CommandError:
    """What Pulumi's library raises when the CLI ends with an error."""
    return auto.CommandError(auto.CommandResult(stdout=stdout, stderr=stderr, code=255))


class FakeStack:
    """Plays events back and ends with counts, or with an error; remembers how it was called."""

    def __init__(
        self,
        events: Sequence[auto.EngineEvent] = (),
        changes: dict[auto.OpType, int] | None = None,
        error: Exception | None = None,
        outputs: dict[str, auto.OutputValue] | None = None,
    ) -> None:
        self._events = events
        self._changes = changes
        self._error = error
        self._outputs = outputs or {}
        self.played = 0
        self.calls: list[tuple[str, dict[str, Any]]] = []

    def preview(self, *, on_event: OnEvent, **options: Any) -> auto.PreviewResult:
        self._play("preview", on_event, options)
        return auto.PreviewResult(stdout="", stderr="", change_summary=cast("Any", self._changes))

    def up(self, *, on_event: OnEvent, **options: Any) -> auto.UpResult:
        self._play("up", on_event, options)
        return auto.UpResult(stdout="", stderr="", summary=self._summary("update"), outputs={})

    def refresh(self, *, on_event: OnEvent, **options: Any) -> auto.RefreshResult:
        self._play("refresh", on_event, options)
        return auto.RefreshResult(stdout="", stderr="", summary=self._summary("refresh"))

    def destroy(self, *, on_event: OnEvent, **options: Any) -> auto.DestroyResult:
        self._play("destroy", on_event, options)
        return auto.DestroyResult(stdout="", stderr="", summary=self._summary("destroy"))

    def outputs(self) -> dict[str, auto.OutputValue]:
        return self._outputs

    def export_stack(self) -> auto.Deployment:
        return auto.Deployment(version=3, deployment={"resources": []})

    def _play(self, name: str, on_event: OnEvent, options: dict[str, Any]) -> None:
        self.calls.append((name, options))
        for event in self._events:
            on_event(event)
            self.played += 1
        if self._error:
            raise self._error

    def _summary(self, kind: str) -> auto.UpdateSummary:
        return auto.UpdateSummary(
            kind=kind,
            start_time=datetime.now(UTC),
            message="",
            environment={},
            config={},
            result="succeeded",
            resource_changes=self._changes,
        )


def stack_of(fake: FakeStack) -> PlatformStack:
    """The platform's stack over a fake one."""
    return PlatformStack(cast("auto.Stack", fake))
