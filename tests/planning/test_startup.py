"""A start is the sum of its phases; every limit that follows from it is longer; more to load never takes less."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.images import TRITON, VLLM
from catalog.instances import instances
from planning.startup import LoadPath, duration, model_start, ready_problem, triton_start

L4 = instances()["g6.xlarge"]
sizes = st.floats(min_value=0.01, max_value=3_000)
paths = st.sampled_from(LoadPath)


def test_a_start_by_hand() -> None:
    start = model_start(15, VLLM.repository, L4, LoadPath.HUB)

    # 170 s for the node; 9 GiB at 0.04; 15 GiB at 0.1, then at 0.3; 60 s and 1.34 a GiB.
    assert {phase.name: pytest.approx(phase.seconds) for phase in start.phases} == {
        "node": 170,
        "image": 225,
        "weights": 150,
        "load": 50,
        "engine": 80.1,
    }
    assert start.total == pytest.approx(675.1)
    assert start.dominant.name == "image"
    # Twice the phases of each part.
    assert (start.provision_limit, start.startup_limit) == (790, 561)
    assert (start.cooldown, start.keep_empty_node) == (676, 395)


def test_what_was_measured_and_what_is_assumed_is_told_apart() -> None:
    start = model_start(15, VLLM.repository, L4, LoadPath.HUB)

    assert [phase.name for phase in start.phases if not phase.measured] == ["weights"]
    assert all(phase.source and phase.shorten for phase in start.phases)


@given(sizes, paths)
def test_every_limit_leaves_a_start_at_half_speed_alive(size: float, path: LoadPath) -> None:
    start = model_start(size, VLLM.repository, L4, path)

    assert start.startup_limit >= 2 * sum(phase.seconds for phase in start.inside)
    assert start.first_request_limit >= 2 * start.total
    assert start.cooldown >= start.total


@given(sizes, sizes, paths)
def test_larger_weights_never_get_less_time(one: float, other: float, path: LoadPath) -> None:
    small, large = (model_start(size, VLLM.repository, L4, path) for size in sorted((one, other)))

    assert small.startup_limit <= large.startup_limit
    assert small.total <= large.total


@given(sizes)
def test_streaming_from_s3_beats_the_hub(size: float) -> None:
    hub, stream = (model_start(size, VLLM.repository, L4, path) for path in (LoadPath.HUB, LoadPath.STREAM))

    assert stream.total < hub.total


def test_a_slow_network_bounds_what_comes_from_s3() -> None:
    slow = replace(L4, network_mbps=800)

    fast_weights, slow_weights = (
        model_start(10, VLLM.repository, one, LoadPath.STREAM).inside[0].seconds for one in (L4, slow)
    )
    # Half of 800 Mbit/s.
    assert slow_weights == pytest.approx(10 * 2**30 * 8 / 400e6)
    assert fast_weights < slow_weights


def test_triton_compiles_nothing_and_its_image_is_a_guess() -> None:
    start = triton_start(10, TRITON.repository, L4)

    assert [phase.name for phase in start.phases] == ["node", "image", "weights", "load", "engine"]
    assert not start.phases[1].measured


def test_a_time_to_be_ready_names_what_takes_longest_and_its_cure() -> None:
    start = model_start(136, VLLM.repository, L4, LoadPath.HUB)
    (line,) = ready_problem("models[0]", 480, start)

    assert line == (
        "models[0].readyWithin: 8 min is less than the 40 min 51 s that a start on a new node takes; most of it is "
        "weights (22 min 40 s: from Hugging Face, 136.0 GiB at 102 MiB/s). Shorten it (keep the weights in S3, or in "
        "fewer bits (fp8, AWQ)), or set readyWithin: 41m."
    )
    assert ready_problem("models[0]", 41 * 60, start) == []
    assert ready_problem("models[0]", None, start) == []


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(45, "45 s"), (180, "3 min"), (750, "12 min 30 s"), (3600, "1 h"), (3900.2, "1 h 5 min")],
)
def test_durations_read_as_one_would_say_them(seconds: float, text: str) -> None:
    assert duration(seconds) == text
