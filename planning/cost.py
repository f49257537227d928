"""What the platform costs, in US dollars an hour at list prices on demand."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from catalog import prices
from catalog.instances import instances
from planning.nodes import nodes_for
from planning.servers import ServerPlan
from settings.fields import DataMode, NatGateways
from settings.stack import Settings

# One for each of ECR's two APIs, STS and CloudWatch Logs.
_INTERFACE_ENDPOINTS = 4


@dataclass(frozen=True, kw_only=True)
class CostLine:
    """One line of the bill: `count` of something at `each` dollars an hour; None without a list price."""

    what: str
    count: float
    each: float | None

    @property
    def usd_per_hour(self) -> float:
        """Dollars an hour; nothing for what has no list price, which the reader is told beside it."""
        return self.count * (self.each or 0.0)


def node_lines(instance_types: Iterable[str]) -> list[CostLine]:
    """Price nodes given by their instance types, one for each node."""
    counts = sorted(Counter(instance_types).items())
    return [CostLine(what=name, count=count, each=_price(name)) for name, count in counts]


def fixed_lines(settings: Settings) -> list[CostLine]:
    """Price what runs whether or not a model does, apart from nodes."""
    network = settings.cluster.network
    zones = len(network.zones)
    nats = zones if network.nat_gateways == NatGateways.PER_ZONE else 1
    lines = [
        CostLine(what="EKS control plane", count=1, each=prices.EKS_CONTROL_PLANE),
        CostLine(what="NAT gateway", count=nats, each=prices.NAT_GATEWAY),
        CostLine(what="network load balancer", count=1, each=prices.NETWORK_LOAD_BALANCER),
        CostLine(
            what="interface endpoint in a zone",
            count=_INTERFACE_ENDPOINTS * zones,
            each=prices.INTERFACE_ENDPOINT_PER_ZONE,
        ),
    ]
    return lines + _managed_lines(settings)


def floor_lines(settings: Settings, servers: Iterable[ServerPlan]) -> list[CostLine]:
    """Price the platform at rest: the fewest replicas, the room kept warm, and the system's nodes."""
    system = settings.cluster.system_nodes
    types = [system.instance_type] * system.count
    for server in servers:
        replicas = server.min_replicas + server.buffer
        types += [server.share.instance.name] * nodes_for(replicas * server.nodes, server.share)
    return node_lines(types) + fixed_lines(settings)


def total(lines: Iterable[CostLine]) -> float:
    """Sum of the lines, in dollars an hour."""
    return sum(line.usd_per_hour for line in lines)


def _managed_lines(settings: Settings) -> list[CostLine]:
    """Managed databases: counted, but their prices are not in the catalogue."""
    data = settings.data
    lines: list[CostLine] = []
    if data.postgres and data.postgres.mode == DataMode.MANAGED:
        lines.append(
            CostLine(what=f"RDS {data.postgres.instance_class}", count=data.postgres.instances, each=None)
        )
    if data.redis and data.redis.mode == DataMode.MANAGED:
        nodes = 1 + data.redis.replicas
        lines.append(CostLine(what=f"ElastiCache {data.redis.node_type}", count=nodes, each=None))
    if data.rabbitmq and data.rabbitmq.mode == DataMode.MANAGED:
        name = f"Amazon MQ {data.rabbitmq.instance_type}"
        lines.append(CostLine(what=name, count=data.rabbitmq.replicas, each=None))
    return lines


def _price(instance_type: str) -> float | None:
    """List price of an instance type, None where AWS publishes none."""
    known = instances().get(instance_type)
    return known.usd_per_hour if known else None
