from typing import Any, cast

from rehearsal.control_plane import Api
from rehearsal.control_plane.stages import READY_AFTER_SECONDS
from rehearsal.scenarios import actions
from rehearsal.scenarios.observer import Observer
from rehearsal.timeline import NodeState, PodState
from tests.rehearsal.scenarios.timelines import node, pod


class Recorder:
    """An API server that answers lists from a table, and writes down what is changed."""

    def __init__(self, **lists: list[dict[str, Any]]) -> None:
        self._lists = lists
        self.calls: list[str] = []

    def items(self, path: str, **_: str) -> list[dict[str, Any]]:
        return self._lists.get(path.rpartition("/")[2], [])

    def delete(self, path: str, **_: Any) -> None:
        self.calls.append(f"delete {path.rpartition('/')[2]}")

    def merge(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        self.calls.append(f"merge {path.rpartition('/')[2]} {body}")
        return body


def api(recorder: Recorder) -> Api:
    return cast("Api", recorder)


def observer(pods: list[PodState], nodes: list[NodeState]) -> Observer:
    class Eyes:
        def pods(self) -> list[PodState]:
            return pods

        def nodes(self) -> list[NodeState]:
            return nodes

    return cast("Observer", Eyes())


def test_the_node_with_most_replicas_is_the_busiest_and_unready_ones_do_not_count() -> None:
    pods = [pod("a", "one"), pod("b", "two"), pod("c", "two"), pod("d", "one", ready=False)]
    found = actions.busiest_node(observer(pods, [node("one"), node("two")]))
    assert found is not None
    assert found.name == "two"
    assert actions.busiest_node(observer([], [node("one")])) is None
    assert actions.busiest_zone(observer(pods, [node("one"), node("two")])) == "us-east-1a"


def test_a_node_is_gone_before_its_pods_are_so_that_none_can_start_there_again() -> None:
    pods = [{"metadata": {"namespace": "inference", "name": "qwen-a"}}]
    recorder = Recorder(pods=pods)
    assert actions.take(api(recorder), [node("one")]) == ["qwen-a"]
    deleted = [call for call in recorder.calls if call.startswith("delete")]
    assert deleted == ["delete one", "delete claim-one", "delete qwen-a"]


def test_a_closed_zone_is_one_that_no_pool_may_buy_in() -> None:
    spec = {"template": {"spec": {"requirements": [{"key": "a"}]}}}
    recorder = Recorder(nodepools=[{"metadata": {"name": "l4"}, "spec": spec}])
    actions.close_zone(api(recorder), "us-east-1a")
    (call,) = recorder.calls
    assert "{'key': 'a'}" in call
    assert "'operator': 'NotIn', 'values': ['us-east-1a']" in call


def test_first_replicas_are_ready_at_once_and_no_longer_count_as_loading() -> None:
    metadata = {
        "namespace": "inference",
        "name": "qwen-a",
        "annotations": {READY_AFTER_SECONDS: "20", "karpenter.sh/do-not-disrupt": "90s"},
    }
    status = {"phase": "Running", "conditions": [{"type": "Ready", "status": "False"}]}
    booting = {"metadata": {"name": "one", "annotations": {READY_AFTER_SECONDS: "11"}}}
    recorder = Recorder(pods=[{"metadata": metadata, "status": status}], nodes=[booting])
    actions.hurry(api(recorder))
    assert any(call.startswith("merge one") and "None" in call for call in recorder.calls)
    assert any(call.startswith("merge status") and "'True'" in call for call in recorder.calls)
    assert any("do-not-disrupt': None" in call for call in recorder.calls)
