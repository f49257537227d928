"""Live progress on the terminal: one line a phase while it runs, what is being worked on, and how it ended."""

import threading
from collections import Counter

from rich.console import Console
from rich.status import Status

from automation import Event, Message, Step, StepState

_MAJOR = ("error", "warning")
_SHOWN_STEPS = 3


class LiveNarrator:
    """Shows phases as they go. On a terminal the current step moves; elsewhere there is a line a phase."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._status: Status | None = None
        self._busy: dict[str, str] = {}
        self._done: Counter[str] = Counter()
        self._lock = threading.Lock()

    def begin(self, phase: str) -> None:
        """A phase begins."""
        with self._lock:
            self._busy.clear()
            self._done.clear()
            self._phase = phase
        if self._console.is_terminal:
            self._status = self._console.status(phase)
            self._status.start()

    def event(self, event: Event) -> None:
        """Pulumi did or said something."""
        if isinstance(event, Message):
            if event.severity in _MAJOR:
                name = event.urn.rpartition("::")[2]
                self.note(f"  {event.severity}: {name} {' '.join(event.text.split())}")
        else:
            self._step(event)

    def note(self, text: str) -> None:
        """Something else worth a line."""
        self._console.print(text, markup=False, highlight=False, soft_wrap=True)

    def end(self, phase: str, seconds: float, summary: str) -> None:
        """A phase ended."""
        if self._status is not None:
            self._status.stop()
            self._status = None
        self.note(f"{phase:16} {seconds:6.1f} s  {summary}")

    def _step(self, step: Step) -> None:
        with self._lock:
            if step.state == StepState.STARTED:
                self._busy[step.urn] = f"{step.operation} {step.name}"
            else:
                self._busy.pop(step.urn, None)
                self._done[step.operation] += 1
            done = sum(self._done.values())
            busy = ", ".join(list(self._busy.values())[:_SHOWN_STEPS])
        if self._status is not None:
            self._status.update(f"{self._phase}: {done} done; {busy}")
