import pytest

from rehearsal.load.arrivals import course
from rehearsal.load.model import TTFT_BUCKETS, LoadModel, Moment, Service

# Two requests a second for each replica.
SERVICE = Service(slots=16, seconds=8, prefill_seconds=0.3, kv_usage_when_full=0.6, target_seconds=2)


def play(replicas: float, seconds: int, ready: int, model: LoadModel | None = None) -> Moment:
    model = model or model_of(replicas)
    moments = [model.step(1.0, [f"pod-{index}" for index in range(ready)]) for _ in range(seconds)]
    return moments[-1]


def model_of(replicas: float) -> LoadModel:
    return LoadModel(SERVICE, course([(0, replicas * SERVICE.rate)]), seed=1)


def test_half_the_load_a_replica_can_carry_keeps_half_its_slots_busy_and_nobody_waiting() -> None:
    moment = play(0.5, 2000, ready=1)
    assert moment.running == pytest.approx(8, rel=0.3)
    assert moment.waiting == 0
    assert moment.late == 0
    assert moment.arrived == pytest.approx(2000, rel=0.1)


def test_load_is_spread_over_replicas() -> None:
    assert play(3.0, 1000, ready=4).running == pytest.approx(48, rel=0.2)


def test_too_much_load_fills_every_slot_and_the_queue() -> None:
    moment = play(2.0, 100, ready=1)
    assert moment.running == 16
    # Twice what is served arrives, so half of it waits.
    assert moment.waiting == pytest.approx(200, rel=0.15)
    assert moment.late > 0.9 * moment.arrived - 20


def test_a_queue_is_served_first_come_first_served_once_there_are_replicas() -> None:
    model = model_of(2.0)
    play(0, 100, ready=1, model=model)
    moment = play(0, 100, ready=4, model=model)
    assert moment.waiting == 0
    assert moment.failed == 0


def test_without_a_replica_requests_fail_and_those_that_waited_are_lost() -> None:
    model = model_of(2.0)
    waiting = play(0, 50, ready=1, model=model).waiting
    moment = play(0, 10, ready=0, model=model)
    assert moment.waiting == 0
    assert moment.failed == pytest.approx(waiting + 40, rel=0.3)
    assert moment.late >= moment.failed


def test_a_replica_that_is_cut_off_takes_what_it_was_at_work_on_along() -> None:
    model = model_of(1.5)
    before = play(0, 500, ready=2, model=model)
    model.cut(1, of=2)
    after = play(0, 1, ready=1, model=model)
    assert before.failed == 0
    assert after.failed == pytest.approx(before.running / 2, abs=1)


def test_the_histogram_counts_each_first_token_once() -> None:
    moment = play(0.5, 500, ready=1)
    assert sum(moment.first_tokens) == moment.arrived
    assert moment.first_tokens[TTFT_BUCKETS.index(0.5)] == moment.arrived
    assert moment.first_token_sum == pytest.approx(0.3 * moment.arrived)


def test_the_same_seed_gives_the_same_numbers() -> None:
    assert play(1.5, 300, ready=1) == play(1.5, 300, ready=1)
