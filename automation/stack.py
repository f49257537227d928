"""A small typed library over Pulumi's Automation API: one stack, its operations, its outputs."""

import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

import yaml
from pulumi import automation as auto

from automation.events import Event, Listener, Message, translate

MASK = "[secret]"
"""What stands for a secret in outputs."""

_SAME = "same"
# The engine's last words after an error, which says more.
_NO_NEWS = ("update failed", "preview failed")


class StackError(Exception):
    """An operation failed. The text is what the engine and providers said, without a traceback."""


@dataclass(frozen=True, kw_only=True)
class Workspace:
    """Where and how Pulumi runs.

    `folder` holds Pulumi.yaml and the stack files. `program` runs in this process; without one Pulumi runs
    the project's own, which needs a full Pulumi installation. `pulumi` is the CLI, by default the one on PATH.
    `environment` is added to the CLI's; it may hold secrets and is never logged.
    """

    folder: Path
    program: Callable[[], Awaitable[None] | None] | None = None
    pulumi: Path | None = None
    environment: Mapping[str, str] = field(default_factory=dict[str, str], repr=False)


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """How an operation ended: resources by operation, seconds, and what was said along the way."""

    changes: Mapping[str, int]
    seconds: float
    messages: tuple[Message, ...]

    @property
    def changed(self) -> int:
        """Resources that did not stay the same."""
        return sum(count for operation, count in self.changes.items() if operation != _SAME)


class PlatformStack:
    """One stack of the project. Use one at a time in a process: Pulumi's inline programs share its globals.

        stack = PlatformStack.open("dev", Workspace(folder=Path(".")))
        outcome = stack.preview(print)
        if outcome.changed:
            stack.up(print)
        url = stack.outputs()["url"]

    Operations raise `StackError`. A listener is called from another thread; what it raises, the operation raises
    when it has ended.
    """

    def __init__(self, stack: auto.Stack) -> None:
        self._stack = stack

    @classmethod
    def open(cls, name: str, workspace: Workspace) -> Self:
        """Select the stack `name`, making it where its backend has none."""
        options = auto.LocalWorkspaceOptions(
            work_dir=str(workspace.folder),
            env_vars=dict(workspace.environment),
            pulumi_command=_command(workspace.pulumi),
        )
        try:
            if workspace.program is None:
                stack = auto.create_or_select_stack(name, work_dir=str(workspace.folder), opts=options)
            else:
                project = _project_name(workspace.folder)
                stack = auto.create_or_select_stack(
                    name, project_name=project, program=workspace.program, opts=options
                )
        except auto.CommandError as error:
            raise StackError(_first_error(str(error))) from None
        return cls(stack)

    def preview(self, listener: Listener | None = None) -> Outcome:
        """Say what `up` would do."""
        return self._run(
            lambda on_event: self._stack.preview(on_event=on_event, color="never").change_summary, listener
        )

    def up(self, listener: Listener | None = None) -> Outcome:
        """Make the cloud what the program says."""

        def run(on_event: Callable[[auto.EngineEvent], None]) -> Mapping[Any, int] | None:
            result = self._stack.up(on_event=on_event, show_secrets=False, color="never")
            return result.summary.resource_changes

        return self._run(run, listener)

    def refresh(self, listener: Listener | None = None) -> Outcome:
        """Bring the state up to the cloud; `changed` counts what drifted."""

        def run(on_event: Callable[[auto.EngineEvent], None]) -> Mapping[Any, int] | None:
            result = self._stack.refresh(on_event=on_event, show_secrets=False, color="never")
            return result.summary.resource_changes

        return self._run(run, listener)

    def destroy(self, listener: Listener | None = None) -> Outcome:
        """Delete everything the stack holds; the stack itself and its history stay."""

        def run(on_event: Callable[[auto.EngineEvent], None]) -> Mapping[Any, int] | None:
            result = self._stack.destroy(on_event=on_event, show_secrets=False, color="never")
            return result.summary.resource_changes

        return self._run(run, listener)

    def outputs(self, *, show_secrets: bool = False) -> dict[str, Any]:
        """Return the stack's outputs; secrets are masked unless asked for."""
        values = self._stack.outputs()
        return {
            key: output.value if show_secrets or not output.secret else MASK for key, output in values.items()
        }

    def deployment(self) -> Mapping[str, Any]:
        """Return the stack's deployment with its secrets in plain text: keep it in memory."""
        return self._stack.export_stack().deployment or {}

    def _run(
        self,
        operation: Callable[[Callable[[auto.EngineEvent], None]], Mapping[Any, int] | None],
        listener: Listener | None,
    ) -> Outcome:
        """Run an operation, pass its events on, and gather what was said."""
        messages: list[Message] = []
        failures: list[Exception] = []

        def on_event(raw: auto.EngineEvent) -> None:
            event: Event | None = translate(raw)
            if isinstance(event, Message):
                messages.append(event)
            if event is None or listener is None:
                return
            try:
                listener(event)
            except Exception as error:  # noqa: BLE001  Pulumi's library would only warn and go on
                failures.append(error)

        started = time.monotonic()
        try:
            changes = operation(on_event) or {}
        except auto.CommandError as error:
            raise StackError(_explain(messages, error)) from None
        if failures:
            raise failures[0]
        seconds = time.monotonic() - started
        counts = {getattr(kind, "value", str(kind)): count for kind, count in changes.items()}
        return Outcome(changes=counts, seconds=seconds, messages=tuple(messages))


def _command(pulumi: Path | None) -> auto.PulumiCommand | None:
    """The CLI by its path; Pulumi's library looks for `bin/pulumi` under a root."""
    return None if pulumi is None else auto.PulumiCommand(str(pulumi.parent.parent))


def _project_name(folder: Path) -> str:
    """The name in Pulumi.yaml."""
    return yaml.safe_load((folder / "Pulumi.yaml").read_text(encoding="utf-8"))["name"]


def _explain(messages: list[Message], error: auto.CommandError) -> str:
    """The errors that were reported, one a line; else the start of what the CLI printed."""
    said = [message for message in messages if message.severity == "error"]
    lines = dict.fromkeys(_line(message) for message in said if message.text not in _NO_NEWS)
    return "\n".join(lines) if lines else _first_error(str(error))


def _line(message: Message) -> str:
    name = message.urn.rpartition("::")[2]
    text = " ".join(message.text.split())
    return f"{name}: {text}" if name else text


def _first_error(text: str) -> str:
    lines = [line.partition("error:")[2].strip() for line in text.splitlines() if "error:" in line]
    return lines[0] if lines else " ".join(text.split())[:500]
