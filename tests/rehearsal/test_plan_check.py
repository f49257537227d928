"""What Karpenter bought is held to the plan: types, counts, dollars."""

from collections.abc import Sequence

import pytest

from planning import fleet
from planning.cost import fixed_lines, node_lines
from rehearsal.control_plane import observe
from rehearsal.placement import PlacedPod, Placement
from rehearsal.plan_check import differences
from tests.planning.servers import model, plan, stack


def node(instance_type: str, pool: str = "pool", name: str = "node") -> observe.Node:
    labels = {"inference-platform/pool": pool} if pool else {}
    return observe.Node(
        name=name,
        ready=True,
        instance_type=instance_type,
        capacity_type="on-demand",
        zone="us-east-1a",
        nodepool=pool,
        group="",
        gpu_parts={"nvidia.com/gpu": 1},
        labels=labels,
    )


def pod(on: observe.Node) -> PlacedPod:
    """A server's pod on that node."""
    return PlacedPod(
        server="chat",
        pod=f"chat-{on.name}",
        pool="pool",
        instance_type=on.instance_type,
        capacity_type=on.capacity_type,
        zone=on.zone,
        node=on.name,
        gpus=1,
    )


def placement_on(nodes: Sequence[observe.Node], empty: Sequence[observe.Node] = ()) -> Placement:
    """Pods on the GPU nodes among `nodes`, and none on the `empty` ones."""
    placed = tuple(pod(one) for one in nodes if one.nodepool)
    return Placement(placed=placed, pending=(), unready=(), nodes=(*nodes, *empty))


def checked(*bought: str, models: dict[str, object] | None = None, instance: str = "g6.xlarge") -> list[str]:
    wanted = models or model("chat", 2, 4)
    settings = stack(wanted, instance=instance)
    system = ["m7i.xlarge"] * 3
    gpu_nodes = [node(kind, name=f"node-{index}") for index, kind in enumerate(bought)]
    placement = placement_on(
        [*gpu_nodes, *(node(kind, "") for kind in system)], [node("g6.xlarge", name="idle")]
    )
    cost = node_lines([*bought, *system]) + fixed_lines(settings)
    return differences("at rest", placement, cost, plan(wanted, instance=instance), settings, fleet.fewest)


def test_what_was_planned_is_no_finding_and_an_empty_node_is_on_its_way_out() -> None:
    assert checked("g6.xlarge", "g6.xlarge") == []


def test_another_count_is_a_finding() -> None:
    line = "at rest: the plan says 2 x g6.xlarge in pool pool, and Karpenter bought 3."

    assert checked("g6.xlarge", "g6.xlarge", "g6.xlarge") == [line]


def test_another_type_is_two_findings() -> None:
    assert checked("g6.xlarge", "g6.2xlarge") == [
        "at rest: the plan says 0 x g6.2xlarge in pool pool, and Karpenter bought 1.",
        "at rest: the plan says 2 x g6.xlarge in pool pool, and Karpenter bought 1.",
    ]


@pytest.mark.parametrize("bought", [1, 2])
def test_where_packing_may_differ_both_ends_are_right(bought: int) -> None:
    pods = model("chat", 4, 8)

    assert checked(*["g6.12xlarge"] * bought, models=pods, instance="g6.12xlarge") == []


def test_other_dollars_are_a_finding() -> None:
    wanted = model("chat", 2, 4)
    settings = stack(wanted)
    placement = placement_on([node("g6.xlarge", name=f"node-{index}") for index in range(2)])
    # One system node is missing.
    cost = node_lines(["g6.xlarge"] * 2 + ["m7i.xlarge"] * 2) + fixed_lines(settings)

    (line,) = differences("at rest", placement, cost, plan(wanted), settings, fleet.fewest)
    assert line.startswith("at rest: the plan says $")
    assert "what runs costs $" in line
