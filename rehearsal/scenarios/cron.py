"""Cron triggers in a scenario: KEDA reads the wall clock, so their hours are moved to minutes that come now."""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from croniter import croniter

from rehearsal.scenarios.clocks import Clocks

_MINUTE = 60.0
# Any week will do; its Monday has no change of summer time.
_MONDAY = datetime(2026, 11, 23)  # noqa: DTZ001  the hour of the day, wherever that is
# KEDA needs a moment to read a changed ScaledObject before its minute begins.
_LEAD_SECONDS = 5.0


@dataclass(frozen=True, kw_only=True)
class Window:
    """When a cron trigger is on, in seconds of the cluster from the scenario's beginning."""

    begins: float
    ends: float


def window(metadata: dict[str, Any], begin_hour: int) -> Window:
    """Return the first window of a trigger on a Monday that a scenario begins at `begin_hour`."""
    begin = _MONDAY + timedelta(hours=begin_hour)
    starts: datetime = croniter(str(metadata["start"]), begin).get_next(datetime)
    ends: datetime = croniter(str(metadata["end"]), starts).get_next(datetime)
    return Window(begins=(starts - begin).total_seconds(), ends=(ends - begin).total_seconds())


def delay(first: Window, compression: float, at: float) -> float:
    """Return how long to wait before beginning, so that the window's minute begins when its hour does.

    `at` is the wall clock's time in seconds.
    """
    begins = first.begins / compression
    wait = -(at + begins) % _MINUTE
    return wait if begins + wait >= _LEAD_SECONDS else wait + _MINUTE


def moved(
    triggers: Sequence[dict[str, Any]], begin_hour: int, begins_at: float, clocks: Clocks
) -> list[dict[str, Any]]:
    """Return a ScaledObject's triggers with cron windows in minutes of today; `begins_at` is the wall clock's."""
    changed: list[dict[str, Any]] = []
    for trigger in triggers:
        metadata = trigger["metadata"]
        if trigger["type"] != "cron":
            changed.append(trigger)
            continue
        true = window(metadata, begin_hour)
        start = begins_at + true.begins / clocks.compression
        minutes = max(1, round((true.ends - true.begins) / clocks.compression / _MINUTE))
        name = f"cron window {metadata['start']} to {metadata['end']}"
        clocks.note(name, true.ends - true.begins, minutes * _MINUTE)
        zone = ZoneInfo(str(metadata["timezone"]))
        times = {"start": _expression(start, zone), "end": _expression(start + minutes * _MINUTE, zone)}
        changed.append({**trigger, "metadata": {**metadata, **times}})
    return changed


def _expression(at: float, zone: ZoneInfo) -> str:
    """Return the cron expression of one minute of today."""
    when = datetime.fromtimestamp(round(at / _MINUTE) * _MINUTE, zone)
    return f"{when.minute} {when.hour} * * *"


def now() -> float:
    """Return the wall clock's time in seconds."""
    return time.time()
