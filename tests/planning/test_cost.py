"""Costs are sums of lines; what has no list price is said to have none."""

from typing import Any

import pytest

from catalog import prices
from catalog.instances import instances
from planning.cost import CostLine, bill, fixed_lines, floor_lines, node_lines, total, unpriced
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

    assert [(line.what, line.count) for line in lines] == [
        ("g6.xlarge", 1),
        ("m7i.xlarge", 2),
        ("disk of a GPU node", 1),
        ("disk of a system node", 2),
    ]
    # gp3: 200 GiB, 1,000 IOPS and 475 MiB/s above what is free; and twice 50 GiB.
    disks = (200 * 0.08 + 1000 * 0.005 + 475 * 0.04 + 2 * 50 * 0.08) / 730
    assert total(lines) == pytest.approx(price("g6.xlarge") + 2 * price("m7i.xlarge") + disks)


def test_a_node_that_is_not_in_the_catalogue_has_no_price_and_adds_nothing() -> None:
    line, disk = node_lines(["x1.huge"])
    assert disk.what == "disk of a system node"

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


def test_managed_databases_have_their_list_price_or_none() -> None:
    data: dict[str, Any] = {
        "postgres": {"mode": "managed", "instances": 2},
        "redis": {"mode": "managed", "replicas": 1},
    }
    managed = fixed_lines(settings(put("data", data)))
    none = fixed_lines(settings(put("data", {})))

    assert by_name(managed).items() - by_name(none).items() == {
        ("RDS db.m7g.large", (2, 0.168)),
        ("GiB of RDS storage", (40, prices.RDS_GIB_HOUR)),
        ("ElastiCache cache.m7g.large", (2, None)),
    }
    assert unpriced(managed) == ["ElastiCache cache.m7g.large"]
    assert total(managed) == pytest.approx(total(none) + 2 * 0.168 + 40 * 0.115 / 730)


def test_a_class_that_no_source_prices_has_no_price() -> None:
    rare = put("data", {"postgres": {"mode": "managed", "instanceClass": "db.r8g.48xlarge"}})

    assert unpriced(fixed_lines(settings(rare))) == ["RDS db.r8g.48xlarge"]


def test_databases_in_the_cluster_cost_their_volumes() -> None:
    data: dict[str, Any] = {
        "postgres": {"mode": "inCluster", "sizeGib": 30, "instances": 2},
        "redis": {"mode": "inCluster", "sizeGib": 8},
        "qdrant": {"sizeGib": 10, "replicas": 3},
    }
    some, none = (by_name(fixed_lines(settings(put("data", one)))) for one in (data, {}))

    # Prometheus has 50 GiB, Alertmanager 2.
    assert none["GiB of volumes (gp3)"] == (52, pytest.approx(0.08 / 730))
    assert some["GiB of volumes (gp3)"][0] == 52 + 2 * 30 + 8 + 3 * 10


def test_at_rest_the_fewest_replicas_run_beside_the_system_nodes() -> None:
    config = stack(model("a", 5, 20), model("b", 1, 2), instance="g6.12xlarge")
    lines = floor_lines(config, make_plan(config))

    # Five replicas of one GPU, spread over two zones, take two nodes of four, the other model one.
    assert by_name(lines)["g6.12xlarge"][0] == 3
    assert by_name(lines)["m7i.xlarge"][0] == 3
    types = ["g6.12xlarge"] * 3 + ["m7i.xlarge"] * 3
    assert total(lines) == pytest.approx(total(node_lines(types)) + total(fixed_lines(config)))


def test_the_bill_is_that_of_the_fewest_the_expected_and_the_most_replicas() -> None:
    usual = model("chat", 1, 7, replicas={"min": 1, "expected": 3, "max": 7})
    config = stack(usual)
    found = bill(config, make_plan(config))

    counts = [by_name(list(lines))["g6.xlarge"][0] for lines in (found.floor, found.expected, found.worst)]
    assert counts == [1, 3, 7]


@pytest.mark.parametrize("name", ["dev", "prod"])
def test_every_node_of_the_shipped_stacks_has_a_price(name: str) -> None:
    config = read_stack(ROOT, name).settings
    lines = floor_lines(config, make_plan(config))

    assert all(what.startswith(("ElastiCache", "Amazon MQ")) for what in unpriced(lines))
    assert total(lines) > 1
