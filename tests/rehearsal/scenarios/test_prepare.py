from pathlib import Path
from typing import Any

import pytest

from rehearsal.scenarios.library import find, names
from rehearsal.scenarios.model import Scenario
from rehearsal.scenarios.prepare import prepare
from settings.errors import SettingsError
from settings.loader import raw_config

ROOT = Path(__file__).parents[3]
POINTS = ({"minute": 0, "replicas": 1}, {"minute": 10, "replicas": 3})


def scenario(**changes: Any) -> Scenario:
    values = {"summary": "One.", "minutes": 10, "seconds": 60, "load": {"points": POINTS}, **changes}
    return Scenario.model_validate(values, strict=False)


def stack(name: str = "dev") -> dict[str, Any]:
    return raw_config(ROOT, name)


@pytest.mark.parametrize("name", names())
@pytest.mark.parametrize("stack_name", ["dev", "prod"])
def test_every_scenario_of_the_library_can_be_played_on_both_stacks(name: str, stack_name: str) -> None:
    ready = prepare(find(name), stack(stack_name))
    assert ready.model.name == ready.config.settings.models[0].name
    assert ready.arrivals.peak > 0
    # Up and destroy come on top of it, and all of it has five minutes.
    assert ready.scenario.seconds <= 240


def test_the_load_is_sized_in_replicas() -> None:
    ready = prepare(scenario(), stack())
    # dev: 16 slots of 8 seconds.
    assert ready.service.rate == 2.0
    assert (ready.arrivals.rate(0), ready.arrivals.rate(600)) == (2.0, 6.0)


def test_time_passes_so_fast_that_a_replica_started_at_the_end_is_still_seen() -> None:
    ready = prepare(scenario(), stack())
    assert ready.compression == pytest.approx((600 + ready.server.cold_start.total) / 60, abs=0.01)


def test_settings_are_changed_for_the_scenario_and_each_change_is_told() -> None:
    changes = {"model": {"replicas": {"min": 2, "max": 6}}}
    before = stack()
    ready = prepare(scenario(settings=changes), before)
    assert (ready.server.min_replicas, ready.server.max_replicas) == (2, 6)
    assert ready.changes == (
        "models[0].replicas.min: 1 -> 2",
        "models[0].replicas.max: 4 -> 6",
    )
    assert before == stack()


def test_a_pool_of_the_stack_file_gets_room_for_the_scenario() -> None:
    changes = {"model": {"replicas": {"max": 25}}}

    assert prepare(scenario(settings=changes), stack("prod")).changes == (
        "models[0].replicas.max: 20 -> 25",
        "gpuPools[0].maxGpus: 42 -> 52",
    )


def test_what_the_stack_already_has_is_no_change() -> None:
    assert prepare(scenario(settings={"model": {"replicas": {"min": 1, "max": 4}}}), stack()).changes == ()


def test_a_stack_without_the_trigger_that_a_scenario_needs_is_refused() -> None:
    with pytest.raises(
        SettingsError, match=r"models\[0\]: has no rabbitmq trigger, which the scenario needs"
    ):
        prepare(scenario(trigger="rabbitmq"), stack())


def test_an_unknown_server_is_answered_with_the_nearest() -> None:
    load = {"points": POINTS, "server": "qwen3-embeding"}
    with pytest.raises(SettingsError, match="Did you mean qwen3-embedding"):
        prepare(scenario(load=load), stack("prod"))


def test_a_change_that_the_settings_refuse_is_told_as_in_the_stack_file() -> None:
    with pytest.raises(SettingsError, match=r"models\[0\]\.replicas\.min: 9 is above replicas\.max"):
        prepare(scenario(settings={"model": {"replicas": {"min": 9}}}), stack())
