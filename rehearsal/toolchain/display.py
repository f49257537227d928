"""Showing progress: a live list on a terminal, one line an event elsewhere."""

from types import TracebackType
from typing import Self

from rich.console import Console
from rich.progress import Progress as Bars
from rich.progress import SpinnerColumn, TaskID, TextColumn, TimeElapsedColumn

from rehearsal.toolchain.model import Event, State

_ENDS = {State.DONE, State.READY, State.FAILED}


class Display:
    """Receives events and shows them; use it as a context manager and pass `show` as the progress."""

    def __init__(self, console: Console) -> None:
        self._console = console
        columns = (SpinnerColumn(finished_text=" "), TextColumn("{task.description}"), TimeElapsedColumn())
        self._bars = Bars(*columns, console=console, transient=False)
        self._tasks: dict[str, TaskID] = {}

    def __enter__(self) -> Self:
        """Start drawing, on a terminal."""
        if self._console.is_terminal:
            self._bars.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop drawing; what was shown stays."""
        if self._console.is_terminal:
            self._bars.stop()

    def show(self, event: Event) -> None:
        """Show one event."""
        if self._console.is_terminal:
            self._draw(event)
        else:
            took = f" {event.seconds:.1f} s" if event.seconds else ""
            line = f"{event.name} {event.state} {event.detail}{took}"
            self._console.print(line, markup=False, highlight=False, soft_wrap=True)

    def _draw(self, event: Event) -> None:
        text = f"{event.name:32} {event.state:9} {event.detail}"
        if event.name not in self._tasks:
            self._tasks[event.name] = self._bars.add_task(text, total=1)
        done = 1 if event.state in _ENDS else 0
        self._bars.update(self._tasks[event.name], description=text, completed=done)
