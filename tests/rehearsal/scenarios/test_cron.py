from datetime import UTC, datetime

import pytest

from rehearsal.scenarios.clocks import Clock, Clocks
from rehearsal.scenarios.cron import Window, delay, moved, window

HOURS = {
    "timezone": "Asia/Shanghai",
    "start": "0 8 * * 1-5",
    "end": "0 20 * * 1-5",
    "desiredReplicas": "10",
}
# 10:00:17 UTC.
NOW = datetime(2026, 11, 24, 10, 0, 17, tzinfo=UTC).timestamp()


def test_a_window_is_told_from_the_scenario_s_beginning() -> None:
    assert window(HOURS, begin_hour=6) == Window(begins=2 * 3600, ends=14 * 3600)
    assert window(HOURS, begin_hour=9).begins == 23 * 3600


@pytest.mark.parametrize(
    ("begins", "second", "wait"), [(2 * 3600, 17, 33), (0, 17, 43), (43 * 720, 17, 0), (0, 57, 63)]
)
def test_the_beginning_waits_so_that_the_window_s_hour_falls_on_a_minute(
    begins: float, second: int, wait: float
) -> None:
    now = NOW - 17 + second
    found = delay(Window(begins=begins, ends=begins + 1), 720, now)
    assert found == pytest.approx(wait)
    assert round(now + found + begins / 720, 6) % 60 == 0


def test_hours_become_minutes_of_today_in_the_trigger_s_own_zone() -> None:
    clocks = Clocks(compression=720)
    other = {"type": "prometheus", "metadata": {"threshold": "5"}}
    begins_at = NOW + 33
    first, cron = moved([other, {"type": "cron", "metadata": HOURS}], 6, begins_at, clocks)
    assert first == other
    assert cron["metadata"] == {**HOURS, "start": "1 18 * * *", "end": "2 18 * * *"}
    name = "cron window 0 8 * * 1-5 to 0 20 * * 1-5"
    assert clocks.listed[name] == Clock(name=name, seconds=12 * 3600, rehearsed=60)
