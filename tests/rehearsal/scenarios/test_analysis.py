from pathlib import Path

import pytest

from planning.servers import ServerPlan
from rehearsal.load.model import Moment
from rehearsal.scenarios import analysis
from rehearsal.scenarios.library import find
from rehearsal.scenarios.prepare import prepare
from rehearsal.timeline import Timeline
from settings.loader import raw_config
from tests.rehearsal.load.test_model import SERVICE
from tests.rehearsal.scenarios.timelines import look, moment, node, pod, series

ROOT = Path(__file__).parents[3]


@pytest.fixture(scope="module")
def plan() -> ServerPlan:
    return prepare(find("spike"), raw_config(ROOT, "dev")).server


def test_up_and_down_again_is_one_turn_and_pauses_are_none() -> None:
    assert analysis.turns([1, 1, 2, 4, 4, 3, 1, 1]) == 1
    assert analysis.turns([1, 2, 1, 2, 1]) == 3
    assert analysis.turns([3, 3]) == 0


def test_a_reversal_is_a_turn_that_the_load_did_not_make() -> None:
    calm = series([1, 2, 4, 4, 2, 1])
    assert analysis.reversals(calm, [1, 4, 4, 4, 1, 1]) == 0
    nervous = series([1, 4, 2, 4, 2, 1])
    assert analysis.reversals(nervous, [1, 4, 4, 4, 1, 1]) == 2


def test_time_is_split_by_what_it_was_spent_on() -> None:
    first = pod("qwen-a", "node-1")
    pending, bound, done = (
        pod("qwen-b", "", ready=False),
        pod("qwen-b", "node-2", ready=False),
        pod("qwen-b", "node-2"),
    )
    old, joining, joined = node("node-1"), node("node-2", ready=False), node("node-2")
    timeline = Timeline(
        looks=[
            look(0.0, pods=[first], nodes=[old]),
            look(1.0, asked=1.6, pods=[first], nodes=[old]),
            look(3.0, asked=1.6, wanted=2, pods=[first, pending], nodes=[old]),
            look(3.5, wanted=2, pods=[first, pending], nodes=[old, joining]),
            look(5.5, wanted=2, pods=[first, pending], nodes=[old, joined]),
            look(6.0, wanted=2, pods=[first, bound], nodes=[old, joined]),
            look(9.0, wanted=2, pods=[first, done], nodes=[old, joined]),
        ]
    )
    (split,) = analysis.splits(timeline, load_rose=0.0)
    assert split == analysis.Split(pod="qwen-b", metric=1.0, hpa=2.0, scheduling=1.0, node=2.0, start=3.0)
    assert split.total == 9.0


def test_a_pod_on_a_node_that_was_there_waits_for_none() -> None:
    first, pending, done = pod("a"), pod("b", "", ready=False), pod("b", "node-1")
    timeline = Timeline(
        looks=[
            look(0.0, asked=2, pods=[first], nodes=[node("node-1")]),
            look(1.0, asked=2, wanted=2, pods=[first, pending], nodes=[node("node-1")]),
            look(2.0, asked=2, wanted=2, pods=[first, done], nodes=[node("node-1")]),
        ]
    )
    (split,) = analysis.splits(timeline, load_rose=0.0)
    assert (split.node, split.scheduling, split.total) == (0.0, 1.0, 2.0)


def test_replicas_that_came_after_the_load_fell_again_are_not_its() -> None:
    timeline = series([1, 3, 3, 2, 4])
    assert [split.pod for split in analysis.splits(timeline, load_rose=0.0)] == ["qwen-1", "qwen-2"]


def test_an_empty_node_counts_for_as_long_as_it_would_stand_and_another_pool_s_does_not() -> None:
    nodes = [node("a"), node("b"), node("c", pool="other")]
    pods = [pod("x", "a"), pod("y", "b")]
    looks = [look(float(at), nodes=nodes, pods=pods if at < 5 else pods[:1]) for at in range(10)]
    counted = Timeline(looks=looks).counted("g6-xlarge", empty_seconds=2.0)
    assert [[one.name for one in each.nodes] for each in counted.looks] == [["a", "b"]] * 7 + [["a"]] * 3


def test_a_node_that_boots_counts_from_the_beginning() -> None:
    looks = [look(float(at), nodes=[node("", ready=False)]) for at in range(4)]
    counted = Timeline(looks=looks).counted("g6-xlarge", empty_seconds=5.0)
    assert all(each.gpus == 1 for each in counted.looks)


def test_gpu_hours_are_in_the_cluster_s_time(plan: ServerPlan) -> None:
    looks = [look(float(at), nodes=[node("a"), node("b")] if at < 10 else []) for at in range(21)]
    used = analysis.usage(Timeline(looks=looks), plan, static_replicas=4, compression=360.0)
    # Two GPUs for ten of twenty seconds, each of them six minutes.
    assert used.gpu_hours == pytest.approx(2.0)
    assert used.static_gpu_hours == pytest.approx(8.0)
    assert used.share == pytest.approx(0.25)
    assert used.usd == pytest.approx(2 * (plan.share.instance.usd_per_hour or 0))


@pytest.mark.parametrize(
    ("ready", "expected"),
    [
        ([3, 3, 3, 3], analysis.Budget(fewest=3, allowed=2, most_lost=0)),
        ([3, 2, 2, 3], analysis.Budget(fewest=2, allowed=2, most_lost=1)),
        ([3, 3, 1, 3], analysis.Budget(fewest=1, allowed=2, most_lost=2)),
    ],
)
def test_the_budget_lets_one_of_three_go(ready: list[int], expected: analysis.Budget) -> None:
    timeline = series([3, 3, 3, 3], lambda at, _: ready[at])
    found = analysis.budget(timeline, since=0.0, max_unavailable=1)
    assert found == expected
    assert found.kept == (min(ready) >= 2)


def test_scaling_down_breaks_no_budget_and_scaling_up_raises_none() -> None:
    down = series([4, 4, 2, 2])
    assert analysis.budget(down, since=0.0, max_unavailable=1).kept
    up = series([2, 2, 5, 5], lambda _at, _wanted: 2)
    assert analysis.budget(up, since=0.0, max_unavailable=1).kept


def test_an_outcome_sums_up_a_run(plan: ServerPlan) -> None:
    def load(at: int) -> Moment:
        return moment(rate=2.0 if at < 2 else 7.0, arrived=at * 10, late=at)

    wanted = [1, 1, 2, 4, 4]
    looks = [
        look(
            float(at), wanted=count, pods=[pod(f"p{index}") for index in range(min(count, 3))], load=load(at)
        )
        for at, count in enumerate(wanted)
    ]
    outcome = analysis.outcome(
        Timeline(looks=looks),
        plan=plan,
        service=SERVICE,
        peak_rate=7.0,
        compression=10.0,
        max_unavailable=1,
        event_at=None,
    )
    assert (outcome.wanted, outcome.ready, outcome.needed, outcome.at_the_end) == (4, 3, 4, 4)
    assert (outcome.requests, outcome.late, outcome.late_share) == (40, 4, 0.1)
    assert outcome.budget is None
    # 7 requests a second at 75% of two a second.
    assert outcome.usage.static_replicas == 5
    assert [split.pod for split in outcome.splits] == ["p2"]
