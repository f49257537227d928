"""Subnets never overlap, stay inside the VPC and stay where they are."""

from ipaddress import IPv4Network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from planning.network import NetworkPlanError, Subnet, SubnetPlan, plan_subnets

ZONES = ("us-east-1a", "us-east-1b", "us-east-1c", "us-east-1d")


@st.composite
def vpcs(draw: st.DrawFn) -> IPv4Network:
    prefix = draw(st.integers(16, 20))
    address = draw(st.integers(0, 2**32 - 1))
    return IPv4Network((address, prefix), strict=False)


def networks(plan: SubnetPlan) -> list[IPv4Network]:
    return [IPv4Network(subnet.cidr) for subnet in (*plan.public, *plan.private, *plan.intra)]


@given(vpcs(), st.integers(2, 4))
def test_subnets_lie_inside_the_vpc_and_never_overlap(vpc: IPv4Network, count: int) -> None:
    found = networks(plan_subnets(str(vpc), ZONES[:count]))

    assert len(found) == 3 * count
    assert all(subnet.subnet_of(vpc) for subnet in found)
    assert not any(a.overlaps(b) for i, a in enumerate(found) for b in found[i + 1 :])


@given(vpcs(), st.integers(2, 3))
def test_an_appended_zone_moves_no_subnet(vpc: IPv4Network, count: int) -> None:
    before = plan_subnets(str(vpc), ZONES[:count])
    after = plan_subnets(str(vpc), ZONES[: count + 1])

    assert after.private[:count] == before.private
    assert after.public[:count] == before.public
    assert after.intra[:count] == before.intra


@given(vpcs(), st.permutations(ZONES))
def test_every_kind_has_each_zone_in_order(vpc: IPv4Network, zones: list[str]) -> None:
    plan = plan_subnets(str(vpc), zones)

    for kind in (plan.public, plan.private, plan.intra):
        assert [subnet.zone for subnet in kind] == zones


@given(vpcs())
def test_aws_takes_every_subnet_and_pods_get_the_large_ones(vpc: IPv4Network) -> None:
    plan = plan_subnets(str(vpc), ZONES)

    assert all(16 <= network.prefixlen <= 28 for network in networks(plan))
    pods = sum(IPv4Network(subnet.cidr).num_addresses for subnet in plan.private)
    assert pods == vpc.num_addresses // 2


def test_a_sixteen_is_cut_as_documented() -> None:
    plan = plan_subnets("10.0.0.0/16", ZONES[:2])

    assert plan.private == (Subnet("us-east-1a", "10.0.0.0/19"), Subnet("us-east-1b", "10.0.64.0/19"))
    assert plan.public == (Subnet("us-east-1a", "10.0.32.0/22"), Subnet("us-east-1b", "10.0.96.0/22"))
    assert plan.intra == (Subnet("us-east-1a", "10.0.36.0/22"), Subnet("us-east-1b", "10.0.100.0/22"))


@pytest.mark.parametrize(
    ("cidr", "message"),
    [
        ("10.0.0.0/24", "cluster.network.cidr: 10.0.0.0/24 is too small for 3 zones. Use /20 or larger"),
        ("10.0.0.0/8", "10.0.0.0/8 is larger than AWS allows a VPC to be. Use /16 or smaller"),
        ("10.0.5.0/16", "10.0.5.0/16 does not start where its range starts. Use 10.0.0.0/16"),
        ("10.0.0.300/16", "10.0.0.300/16 is not an IPv4 range. Write it like 10.0.0.0/16"),
        ("10.0.0.0/40", "10.0.0.0/40 is not an IPv4 range"),
        ("fd00::/64", "fd00::/64 is not an IPv4 range"),
    ],
)
def test_a_range_that_cannot_serve_says_what_to_write(cidr: str, message: str) -> None:
    with pytest.raises(NetworkPlanError) as caught:
        plan_subnets(cidr, ZONES[:3])

    assert str(caught.value).startswith("cluster.network.cidr: ")
    assert message in str(caught.value)


@pytest.mark.parametrize(
    ("zones", "message"),
    [
        (("a",), "cluster.network.zones: a makes 1. Name 2 to 4 zones"),
        ((), "cluster.network.zones: none makes 0"),
        (("a", "b", "c", "d", "e"), "a, b, c, d, e makes 5"),
        (("a", "b", "a"), "cluster.network.zones: a appears 2 times. Name it once"),
    ],
)
def test_zones_that_cannot_serve_say_what_to_write(zones: tuple[str, ...], message: str) -> None:
    with pytest.raises(NetworkPlanError) as caught:
        plan_subnets("10.0.0.0/16", zones)

    assert message in str(caught.value)
