"""Tells the story while it happens: what a rehearsal says during its phases."""

from typing import Protocol

from automation import Event


class Narrator(Protocol):
    """Shows progress. Called from several threads."""

    def begin(self, phase: str) -> None:
        """A phase begins."""
        ...

    def event(self, event: Event) -> None:
        """Pulumi did or said something."""
        ...

    def note(self, text: str) -> None:
        """Something else worth a line."""
        ...

    def end(self, phase: str, seconds: float, summary: str) -> None:
        """A phase ended."""
        ...


class Silent:
    """Says nothing."""

    def begin(self, phase: str) -> None:
        """Say nothing."""

    def event(self, event: Event) -> None:
        """Say nothing."""

    def note(self, text: str) -> None:
        """Say nothing."""

    def end(self, phase: str, seconds: float, summary: str) -> None:
        """Say nothing."""
