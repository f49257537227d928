"""Cuts a VPC's address range into subnets: pure CIDR arithmetic.

The range is cut into four equal slots, one a zone, whether or not all are used. So a zone that is added later
leaves the others' subnets where they are. A slot of a /16:

    |---------------- private /19 ----------------|-- public /22 --|-- intra /22 --|---- free ----|

Pods take addresses from the private subnets (VPC CNI), so these get half of each slot. What is free stays
for subnets that a team adds by hand.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from ipaddress import IPv4Network

MAX_ZONES = 4
MIN_ZONES = 2
"""EKS wants subnets in two zones at least."""

# Prefix bits that each kind of subnet adds to the VPC's own.
_SLOT_BITS = 2
_PRIVATE_BITS = 3
_SMALL_BITS = 6

WIDEST_PREFIX = 16
"""The largest VPC that AWS allows."""
NARROWEST_PREFIX = 20
"""The smallest VPC that leaves 507 addresses a zone for pods and 59 for load balancers."""

_CIDR = "cluster.network.cidr"
_ZONES = "cluster.network.zones"


class NetworkPlanError(ValueError):
    """A network that cannot be planned; the message names the setting, the value, the limit and the fix."""


@dataclass(frozen=True)
class Subnet:
    """A subnet: its availability zone and its address range as CIDR."""

    zone: str
    cidr: str


@dataclass(frozen=True)
class SubnetPlan:
    """Subnets by kind, each in the order of the zones.

    `public` holds load balancers and NAT gateways, `private` nodes and pods, `intra` what needs no way out:
    the control plane's network interfaces and VPC endpoints.
    """

    public: tuple[Subnet, ...]
    private: tuple[Subnet, ...]
    intra: tuple[Subnet, ...]


def plan_subnets(cidr: str, zones: Sequence[str]) -> SubnetPlan:
    """Give every zone a private, a public and an intra subnet inside `cidr`.

    Raises NetworkPlanError for a range that is no range, too small or too large, and for too few, too many or
    repeated zones.
    """
    _check_zones(zones)
    slots = list(_vpc(cidr, len(zones)).subnets(prefixlen_diff=_SLOT_BITS))
    cut = [(zone, *_cut(slot)) for zone, slot in zip(zones, slots, strict=False)]
    return SubnetPlan(
        private=tuple(Subnet(zone, str(private)) for zone, private, _, _ in cut),
        public=tuple(Subnet(zone, str(public)) for zone, _, public, _ in cut),
        intra=tuple(Subnet(zone, str(intra)) for zone, _, _, intra in cut),
    )


def _cut(slot: IPv4Network) -> tuple[IPv4Network, IPv4Network, IPv4Network]:
    """Return the private, public and intra ranges of one zone's slot."""
    private, rest = slot.subnets(prefixlen_diff=_PRIVATE_BITS - _SLOT_BITS)
    small = rest.subnets(prefixlen_diff=_SMALL_BITS - _PRIVATE_BITS)
    return private, next(small), next(small)


def _vpc(cidr: str, zones: int) -> IPv4Network:
    try:
        network = IPv4Network(cidr, strict=False)
    except ValueError as error:
        raise NetworkPlanError(
            f"{_CIDR}: {cidr} is not an IPv4 range. Write it like 10.0.0.0/{WIDEST_PREFIX}"
        ) from error
    if network.prefixlen > NARROWEST_PREFIX:
        raise NetworkPlanError(
            f"{_CIDR}: {cidr} is too small for {zones} zones. Use /{NARROWEST_PREFIX} or larger"
        )
    if network.prefixlen < WIDEST_PREFIX:
        raise NetworkPlanError(
            f"{_CIDR}: {cidr} is larger than AWS allows a VPC to be. Use /{WIDEST_PREFIX} or smaller"
        )
    if str(network) != cidr:
        raise NetworkPlanError(f"{_CIDR}: {cidr} does not start where its range starts. Use {network}")
    return network


def _check_zones(zones: Sequence[str]) -> None:
    shown = ", ".join(zones) or "none"
    if not MIN_ZONES <= len(zones) <= MAX_ZONES:
        raise NetworkPlanError(f"{_ZONES}: {shown} makes {len(zones)}. Name {MIN_ZONES} to {MAX_ZONES} zones")
    repeated = next((zone for zone in zones if zones.count(zone) > 1), None)
    if repeated is not None:
        raise NetworkPlanError(f"{_ZONES}: {repeated} appears {zones.count(repeated)} times. Name it once")
