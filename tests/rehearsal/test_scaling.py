from typing import Any

import pytest

from rehearsal.diagnosis import nowhere, unscaled
from rehearsal.scaling import Scaled, hold, let_go, scaled
from settings import from_values
from settings.loader import raw_config
from tests.rehearsal.cluster import (
    ROOT,
    ScriptedApi,
    deployment,
    groups,
    hpa,
    of_groups,
    scaled_object,
    warning,
)

SETTINGS = from_values(raw_config(ROOT, "dev")).settings


def only(api: ScriptedApi) -> Scaled:
    (found,) = scaled(api)
    return found


def test_one_that_an_hpa_follows_at_its_fewest_replicas_is_at_its_floor() -> None:
    api = ScriptedApi(scaled_object(fewest=2), deployment(replicas=2), hpa())
    assert only(api).at_floor
    assert (only(api).replicas, only(api).fewest, only(api).most) == (2, 2, 5)


@pytest.mark.parametrize(
    "objects",
    [
        pytest.param((deployment(replicas=2),), id="no HPA yet"),
        pytest.param((deployment(replicas=1), hpa()), id="too few"),
        pytest.param((deployment(replicas=3), hpa()), id="too many"),
        pytest.param((hpa(),), id="no Deployment"),
        pytest.param((deployment(replicas=2), hpa(namespace="other")), id="another's HPA"),
    ],
)
def test_anything_else_is_not(objects: tuple[dict[str, Any], ...]) -> None:
    assert not only(ScriptedApi(scaled_object(fewest=2), *objects)).at_floor


def test_one_that_keda_is_not_ready_for_is_not_there_yet() -> None:
    looked_too_early = scaled_object(fewest=2, ready='deployments.apps "web" not found')
    assert not only(ScriptedApi(looked_too_early, deployment(replicas=2), hpa())).at_floor


def test_groups_that_span_nodes_are_counted_where_keda_found_them() -> None:
    there = groups(replicas=2)
    there["spec"]["leaderWorkerTemplate"] = {"size": 3}
    api = ScriptedApi(of_groups(scaled_object(fewest=2)), there, hpa(), deployment(replicas=9))
    assert only(api).at_floor
    assert (only(api).replicas, only(api).pods) == (2, 6)


def test_one_that_is_held_needs_no_hpa() -> None:
    api = ScriptedApi(scaled_object(fewest=0, held="0"), deployment(replicas=0))
    assert only(api).at_floor


@pytest.mark.parametrize(
    ("fewest", "trigger", "own_time"),
    [(1, "prometheus", False), (0, "prometheus", True), (1, "cron", True)],
)
def test_the_clock_and_zero_have_their_own_time(fewest: int, trigger: str, own_time: bool) -> None:  # noqa: FBT001
    api = ScriptedApi(scaled_object(fewest=fewest, trigger=trigger), deployment(replicas=1))
    assert only(api).by_its_own_time is own_time


def test_what_keda_says_is_told_with_the_setting() -> None:
    refused = scaled_object(name="qwen2-5-7b", ready="unknown trigger type: prometeus")
    lines = unscaled(scaled(ScriptedApi(refused)), [], SETTINGS)
    assert lines == [
        "ScaledObject inference/qwen2-5-7b: unknown trigger type: prometeus. Check models[0].scaling."
    ]


def test_a_parameter_keda_does_not_know_is_told_once() -> None:
    said = "Unmatched input property treshold in scaler prometheus"
    api = ScriptedApi(scaled_object(fewest=2), deployment(replicas=2), hpa(), warning(said), warning(said))
    lines = unscaled(scaled(api), [], SETTINGS)
    assert lines == [f"ScaledObject inference/web: {said}. Check its triggers."]


def test_another_objects_events_and_other_events_are_left_out() -> None:
    said = "Unmatched input property treshold in scaler prometheus"
    events = (warning(said, uid="another"), warning("error getting metric"))
    api = ScriptedApi(scaled_object(fewest=2), deployment(replicas=2), hpa(), *events)
    assert unscaled(scaled(api), [], SETTINGS) == []


def test_replicas_that_are_not_the_fewest_are_told() -> None:
    api = ScriptedApi(scaled_object(fewest=2), deployment(replicas=3), hpa())
    (line,) = unscaled(scaled(api), ["prom.nowhere.svc:9090"], SETTINGS)[:1]
    assert line == "ScaledObject inference/web: KEDA keeps 3 replicas instead of 2. Check its triggers."


def test_an_address_that_is_no_service_is_told() -> None:
    (line,) = unscaled([], ["prom.nowhere.svc:9090"], SETTINGS)
    assert line.startswith(
        "KEDA asks prom.nowhere.svc:9090 for a metric, which is no Service of this cluster."
    )


def test_only_what_the_cluster_should_have_and_has_not_is_nowhere() -> None:
    places = [
        "queue.data.svc:15672",
        "typo.data.svc:15672",
        "prometheus.monitoring.svc:9090",
        "b-1.mq.us-east-1.amazonaws.com:443",
    ]
    assert nowhere(places, {("data", "queue")}, {"monitoring"}) == ["typo.data.svc:15672"]


def test_letting_go_brings_everything_back_first_and_scales_again_then() -> None:
    api = ScriptedApi(scaled_object(fewest=2), deployment(replicas=5), hpa())
    let_go(api, timeout_seconds=5)
    # KEDA's part is played by ScriptedApi: what is held is there at once.
    assert api.held == ["2", None]
    assert only(api).replicas == 2


def test_holding_is_the_annotation_that_keda_knows() -> None:
    api = ScriptedApi(scaled_object(fewest=2), deployment(replicas=2))
    hold(api, only(api), 5)
    assert api.held == ["5"]
    assert only(api).held
