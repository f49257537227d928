from collections.abc import Sequence
from typing import cast

import pytest

from rehearsal.load.arrivals import course
from rehearsal.load.model import LoadModel, Moment
from rehearsal.scenarios.observer import Observer, asked, query_value
from rehearsal.scenarios.player import Player
from rehearsal.timeline import NodeState, PodState
from tests.rehearsal.load.test_model import SERVICE
from tests.rehearsal.scenarios.timelines import node, pod


class Cluster:
    """An observer of a cluster that never changes, unless it breaks."""

    def __init__(self, pods: Sequence[PodState], *, breaks: bool = False) -> None:
        self._pods = tuple(pods)
        self._breaks = breaks

    def pods(self) -> tuple[PodState, ...]:
        if self._breaks:
            raise OSError("the API server is gone")
        return self._pods

    def wanted(self) -> int:
        return len(self._pods)

    def nodes(self) -> tuple[NodeState, ...]:
        return (node("a"),)


def player(cluster: Cluster, shown: list[Moment]) -> Player:
    return Player(
        load=LoadModel(SERVICE, course([(0, 1.0)]), seed=1),
        observer=cast("Observer", cluster),
        show=shown.append,
        asked=lambda: 0.5,
        note=lambda _: None,
        seconds=0.6,
        compression=10,
    )


def test_the_load_meets_the_replicas_that_serve() -> None:
    shown: list[Moment] = []
    playing = player(Cluster([pod("a"), pod("b", ready=False), pod("c", leaving=True)]), shown)
    playing.start()
    playing.happened("something")
    timeline = playing.finish()
    assert {moment.replicas for moment in shown} == {("a",)}
    assert timeline.looks[-1].load in shown
    assert (timeline.looks[0].wanted, timeline.looks[0].ready, timeline.looks[0].asked) == (3, 1, 0.5)
    assert [one.text for one in timeline.happenings] == ["something"]
    # Time passes ten times faster.
    assert shown[-1].at >= 5.0


def test_only_pods_that_served_are_cut_off() -> None:
    playing = player(Cluster([pod("a"), pod("b", ready=False)]), [])
    playing.start()
    while not playing.looks:
        playing.join(0.01)
    assert playing.serving == ("a",)
    assert playing.cut(["a", "b", "elsewhere"], playing.serving) == 1
    playing.finish()


def test_an_error_of_the_play_is_raised_where_its_end_is_awaited() -> None:
    playing = player(Cluster([], breaks=True), [])
    playing.start()
    with pytest.raises(OSError, match="the API server is gone"):
        playing.finish()


def test_the_metric_that_asks_for_most_replicas_wins() -> None:
    assert asked([(12, 5), (1.2, 0.8)]) == pytest.approx(2.4)
    assert asked([]) == 0


def test_an_empty_answer_of_prometheus_is_0() -> None:
    assert query_value({"data": {"result": []}}) == 0
    assert query_value({"data": {"result": [{"metric": {}, "value": [1.0, "7.5"]}]}}) == 7.5
