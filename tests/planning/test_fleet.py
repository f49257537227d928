"""Nodes are counted as Karpenter buys them: spread over zones, and shared where pods fit one another."""

from planning.fleet import fleet, most
from tests.planning.servers import model, plan


def counts(*models: dict[str, object], instance: str) -> list[tuple[int, int]]:
    found = plan(*models, instance=instance)
    return [(one.fewest, one.most) for one in fleet(found.servers.values(), most, found.zones)]


def test_a_pod_that_fills_a_node_has_one_to_itself() -> None:
    assert counts(model("a", 1, 3), model("b", 1, 2), instance="g6.xlarge") == [(5, 5)]


def test_spread_over_two_zones_a_server_takes_a_node_in_each() -> None:
    # Two of four GPUs in each zone; packed they would fill one.
    assert counts(model("a", 1, 4), instance="g6.12xlarge") == [(1, 2)]
    assert counts(model("a", 1, 8), instance="g6.12xlarge") == [(2, 2)]


def test_servers_fill_one_anothers_gaps_or_do_not() -> None:
    assert counts(model("a", 1, 3, gpus=2), model("b", 1, 3), instance="g6.12xlarge") == [(3, 4)]


def test_placeholders_hold_nodes_too() -> None:
    warm = model("a", 1, 3, replicas={"min": 1, "max": 3, "buffer": 2})

    assert counts(warm, instance="g6.xlarge") == [(5, 5)]
