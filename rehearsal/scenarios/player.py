"""Plays the load on the cluster: a thread that lets arrivals come, serves them, and looks, several times a second."""

import threading
import time
from collections.abc import Callable, Sequence
from typing import Protocol

from rehearsal.load.model import Moment
from rehearsal.scenarios.observer import Observer
from rehearsal.timeline import Happening, Look, Timeline

# Arrivals come in these steps, however often the cluster is looked at: so they are the same in every run.
_STEP_SECONDS = 0.1
_LOOK_EVERY_SECONDS = 0.3
_TELL_EVERY_SECONDS = 15.0
_MINUTE = 60.0


class Load(Protocol):
    """What serves requests, or takes messages: time goes by in the cluster's seconds."""

    def step(self, seconds: float, replicas: Sequence[str]) -> Moment:
        """Let `seconds` pass with these Ready replicas."""
        ...

    def cut(self, replicas: int, of: int) -> None:
        """Lose so many of the serving replicas without a warning."""
        ...


class Player(threading.Thread):
    """Runs for `seconds` of the rehearsal; `timeline` has what it saw. An error of its own is raised by `finish`."""

    def __init__(  # noqa: PLR0913  each a part of the stage, by keyword
        self,
        *,
        load: Load,
        observer: Observer,
        show: Callable[[Moment], None],
        asked: Callable[[], float],
        note: Callable[[str], None],
        seconds: float,
        compression: float,
    ) -> None:
        super().__init__(name="scenario-load", daemon=True)
        self._load = load
        self._observer = observer
        self._show = show
        self._asked = asked
        self._note = note
        self._seconds = seconds
        self._compression = compression
        self._halted = threading.Event()
        self._error: Exception | None = None
        self._began = 0.0
        self._stepped = 0.0
        self._tell_at = 0.0
        self._serving: list[str] = []
        self._cut: list[tuple[int, int]] = []
        self.looks: list[Look] = []
        self.happenings: list[Happening] = []

    @property
    def at(self) -> float:
        """Seconds since the beginning."""
        return time.monotonic() - self._began

    def start(self) -> None:
        """Begin."""
        self._began = time.monotonic()
        super().start()

    def run(self) -> None:
        """Step and look until the time is over."""
        try:
            while self.at < self._seconds and not self._halted.is_set():
                began = self.at
                self._look()
                self._halted.wait(max(0.0, _STEP_SECONDS - (self.at - began)))
        except Exception as error:  # noqa: BLE001  it is raised in the thread that waits for this one
            self._error = error

    def happened(self, text: str) -> None:
        """Note that something happened now."""
        self.happenings.append(Happening(at=self.at, text=text))
        self._note(f"  minute {self.at * self._compression / _MINUTE:5.1f}  {text}")

    @property
    def serving(self) -> tuple[str, ...]:
        """The pods that serve now."""
        return tuple(self._serving)

    def cut(self, pods: Sequence[str], serving: Sequence[str]) -> int:
        """Tell the load that these pods are gone without a warning; return how many were among those that served."""
        lost = len(set(pods) & set(serving))
        self._cut.append((lost, len(serving)))
        return lost

    def wait_until(self, at: float) -> bool:
        """Wait for a moment; return whether the play still goes on then."""
        while self.is_alive() and self.at < at:
            time.sleep(min(_LOOK_EVERY_SECONDS, max(0.0, at - self.at)))
        return self.is_alive()

    def finish(self) -> Timeline:
        """Wait for the end and return what was seen."""
        self.join()
        if self._error:
            raise self._error
        return Timeline(looks=tuple(self.looks), happenings=tuple(self.happenings))

    def halt(self) -> None:
        """End early."""
        self._halted.set()

    def _look(self) -> None:
        pods = self._observer.pods()
        self._serving = sorted(pod.name for pod in pods if pod.ready and not pod.leaving)
        while self._cut:
            self._load.cut(*self._cut.pop())
        moment: Moment | None = None
        while self._stepped <= self.at:
            moment = self._load.step(_STEP_SECONDS * self._compression, self._serving)
            self._stepped += _STEP_SECONDS
        if moment is None:
            return
        self._show(moment)
        if self.looks and self.at - self.looks[-1].at < _LOOK_EVERY_SECONDS:
            return
        look = Look(
            at=self.at,
            load=moment,
            wanted=self._observer.wanted(),
            asked=self._asked(),
            pods=pods,
            nodes=self._observer.nodes(),
        )
        self.looks.append(look)
        if look.at >= self._tell_at:
            self._tell_at += _TELL_EVERY_SECONDS
            self._note(_line(look, self._compression))


def _line(look: Look, compression: float) -> str:
    """A look in one line, for whoever waits."""
    load = f"{look.load.rate:.1f} requests/s, {look.load.waiting:.0f} waiting"
    replicas = f"{look.ready} of {look.wanted} replicas Ready, {len(look.nodes)} nodes"
    return f"  minute {look.at * compression / _MINUTE:5.1f}  {load}, {replicas}"
