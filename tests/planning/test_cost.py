"""Costs are sums of lines; what has no list price is said to have none."""

from typing import Any

import pytest

from catalog import prices
from catalog.instances import instances
from planning.cost import CostLine, fixed_lines, floor_lines, node_lines, total
from planning.plan import make_plan
from settings import read_stack
from tests.planning.servers import model, stack
from tests.settings.stacks import ROOT, put, settings


def by_name(lines: list[CostLine]) -> dict[str, tuple[float, float | None]]:
    return {line.what: (line.count, line.each) for line in lines}


def price(name: str) -> float:
    found = instances()[name].usd_per_hour
    assert found is not None
    return found


def test_nodes_are_counted_by_type_in_order_of_name() -> None:
    lines = node_lines(["m7i.xlarge", "g6.xlarge", "m7i.xlarge"])

    assert [(line.what, line.count) for line in lines] == [("g6.xlarge", 1), ("m7i.xlarge", 2)]
    assert total(lines) == pytest.approx(price("g6.xlarge") + 2 * price("m7i.xlarge"))


def test_a_node_that_is_not_in_the_catalogue_has_no_price_and_adds_nothing() -> None:
    (line,) = node_lines(["x1.huge"])

    assert (line.each, line.usd_per_hour) == (None, 0)


def test_nothing_costs_nothing() -> None:
    assert total([]) == 0
    assert node_lines([]) == []


@pytest.mark.parametrize(("gateways", "count"), [("single", 1), ("perZone", 3)])
def test_gateways_and_endpoints_are_priced_by_zone(gateways: str, count: int) -> None:
    network: dict[str, Any] = {
        "zones": ["us-east-1a", "us-east-1b", "us-east-1c"],
        "natGateways": gateways,
    }
    lines = by_name(fixed_lines(settings(put("cluster.network", network))))

    assert lines["NAT gateway"] == (count, prices.NAT_GATEWAY)
    # ECR's two, STS and logs, in three zones.
    assert lines["interface endpoint in a zone"] == (12, prices.INTERFACE_ENDPOINT_PER_ZONE)
    assert lines["EKS control plane"] == (1, prices.EKS_CONTROL_PLANE)


def test_managed_databases_are_listed_without_a_price() -> None:
    data: dict[str, Any] = {
        "postgres": {"mode": "managed", "instances": 2},
        "redis": {"mode": "managed", "replicas": 1},
    }
    managed = fixed_lines(settings(put("data", data)))
    none = fixed_lines(settings(put("data", {})))

    assert by_name(managed).items() - by_name(none).items() == {
        ("RDS db.m7g.large", (2, None)),
        ("ElastiCache cache.m7g.large", (2, None)),
    }
    assert total(managed) == total(none)


def test_databases_in_the_cluster_cost_no_line_of_their_own() -> None:
    data: dict[str, Any] = {"postgres": {"mode": "inCluster"}, "redis": {"mode": "inCluster"}, "qdrant": {}}

    assert fixed_lines(settings(put("data", data))) == fixed_lines(settings(put("data", {})))


def test_at_rest_the_fewest_replicas_run_beside_the_system_nodes() -> None:
    config = stack(model("a", 5, 20), model("b", 1, 2), instance="g6.12xlarge")
    lines = floor_lines(config, make_plan(config).servers.values())

    # Five replicas of one GPU take two nodes of four, the other model one.
    assert by_name(lines)["g6.12xlarge"][0] == 3
    assert by_name(lines)["m7i.xlarge"][0] == 3
    assert total(lines) == pytest.approx(
        3 * price("g6.12xlarge") + 3 * price("m7i.xlarge") + total(fixed_lines(config))
    )


@pytest.mark.parametrize("name", ["dev", "prod"])
def test_every_node_of_the_shipped_stacks_has_a_price(name: str) -> None:
    config = read_stack(ROOT, name).settings
    lines = floor_lines(config, make_plan(config).servers.values())

    unpriced = [line.what for line in lines if line.each is None]
    assert all(what.startswith(("RDS", "ElastiCache")) for what in unpriced)
    assert total(lines) > 1
