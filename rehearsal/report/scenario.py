"""A scenario's part of the report, as plain values."""

from collections.abc import Mapping
from dataclasses import dataclass

from rehearsal.scenarios.analysis import Outcome
from rehearsal.scenarios.clocks import Clock
from rehearsal.timeline import Timeline


@dataclass(frozen=True, kw_only=True)
class Second:
    """One second of the rehearsal: `minute` is the cluster's time, `arrivals` and `waiting` are requests."""

    minute: float
    arrivals_per_second: float
    waiting: float
    needed: int
    wanted: int
    ready: int
    nodes: int
    gpus: int
    usd_per_hour: float


@dataclass(frozen=True, kw_only=True)
class Mark:
    """Something that happened, at a minute of the cluster's time."""

    minute: float
    text: str


@dataclass(frozen=True, kw_only=True)
class ScenarioReport:
    """What a scenario was, what was changed for it, what it showed.

    `compression` is how many seconds of the cluster pass in one of the rehearsal. `assumptions` has what the
    load takes for granted, by name.
    """

    name: str
    summary: str
    server: str
    compression: float
    clocks: tuple[Clock, ...]
    changes: tuple[str, ...]
    assumptions: Mapping[str, str]
    outcome: Outcome
    seconds: tuple[Second, ...]
    marks: tuple[Mark, ...]


def seconds(timeline: Timeline, needs: Mapping[float, int], compression: float) -> tuple[Second, ...]:
    """Return a timeline second by second; `needs` has the replicas that the load keeps busy, by look."""
    return tuple(
        Second(
            minute=round(look.at * compression / 60, 2),
            arrivals_per_second=round(look.load.rate, 3),
            waiting=round(look.load.waiting, 1),
            needed=needs[look.at],
            wanted=look.wanted,
            ready=look.ready,
            nodes=len(look.nodes),
            gpus=look.gpus,
            usd_per_hour=round(look.usd_per_hour, 4),
        )
        for look in timeline.each_second()
    )


def marks(timeline: Timeline, compression: float) -> tuple[Mark, ...]:
    """Return what happened, in the cluster's time."""
    return tuple(
        Mark(minute=round(one.at * compression / 60, 2), text=one.text) for one in timeline.happenings
    )
