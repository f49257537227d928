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
_LOOK_EVERY_SECONDS = 0.2


class Load(Protocol):
    """What serves requests, or takes messages: time goes by in the cluster's seconds."""

    def step(self, seconds: float, replicas: Sequence[str]) -> Moment:
        """Let `seconds` pass with these Ready replicas."""
        ...


class Player(threading.Thread):
    """Runs for `seconds` of the rehearsal; `timeline` has what it saw. An error of its own is raised by `finish`."""

    def __init__(
        self,
        *,
        load: Load,
        observer: Observer,
        show: Callable[[Moment], None],
        asked: Callable[[], float],
        seconds: float,
        compression: float,
    ) -> None:
        super().__init__(name="scenario-load", daemon=True)
        self._load = load
        self._observer = observer
        self._show = show
        self._asked = asked
        self._seconds = seconds
        self._compression = compression
        self._halted = threading.Event()
        self._error: Exception | None = None
        self._began = 0.0
        self._stepped = 0.0
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
                self._halted.wait(max(0.0, _LOOK_EVERY_SECONDS - (self.at - began)))
        except Exception as error:  # noqa: BLE001  it is raised in the thread that waits for this one
            self._error = error

    def happened(self, text: str) -> None:
        """Note that something happened now."""
        self.happenings.append(Happening(at=self.at, text=text))

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
        serving = sorted(pod.name for pod in pods if pod.ready and not pod.leaving)
        moment: Moment | None = None
        while self._stepped <= self.at:
            moment = self._load.step(_STEP_SECONDS * self._compression, serving)
            self._stepped += _STEP_SECONDS
        if moment is None:
            return
        self._show(moment)
        self.looks.append(
            Look(
                at=self.at,
                load=moment,
                wanted=self._observer.wanted(),
                asked=self._asked(),
                pods=pods,
                nodes=self._observer.nodes(),
            )
        )
