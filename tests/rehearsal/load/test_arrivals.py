import random

import pytest

from catalog.load_traces import LOAD_TRACES
from rehearsal.load.arrivals import course, day, poisson

HOUR = 3600.0


def test_a_rate_runs_along_lines_and_holds_outside() -> None:
    arrivals = course([(10, 1.0), (20, 3.0)])
    assert [arrivals.rate(at) for at in (0, 10, 15, 20, 99)] == [1.0, 1.0, 2.0, 3.0, 3.0]


def test_two_points_at_one_moment_are_a_jump() -> None:
    arrivals = course([(0, 1.0), (60, 1.0), (60, 10.0), (90, 10.0)])
    assert arrivals.rate(59.999) == pytest.approx(1.0)
    assert arrivals.rate(60) == 10.0


@pytest.mark.parametrize(("name", "begins"), [("burstgpt-weekday", 6), ("azure-conversation", 23)])
def test_a_day_begins_at_its_quietest_hour_and_has_each_in_its_middle(name: str, begins: int) -> None:
    hourly = LOAD_TRACES[name].hourly
    arrivals = day(LOAD_TRACES[name])
    turned = [*hourly[begins:], *hourly[:begins]]
    assert min(hourly) == turned[0]
    assert [arrivals.rate((hour + 0.5) * HOUR) for hour in range(24)] == [
        count / max(hourly) for count in turned
    ]
    assert arrivals.peak == 1.0
    assert arrivals.scaled(6).peak == 6.0


@pytest.mark.parametrize("mean", [0.0, 0.4, 7.0, 400.0])
def test_chance_is_seeded_and_keeps_the_mean(mean: float) -> None:
    def draw() -> list[int]:
        chance = random.Random(7)  # noqa: S311  a reproducible load, no secret
        return [poisson(mean, chance) for _ in range(4000)]

    draws = draw()
    assert draws == draw()
    assert sum(draws) / len(draws) == pytest.approx(mean, rel=0.05, abs=0.01)
