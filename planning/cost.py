"""What the platform costs, in US dollars an hour at list prices on demand."""

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from catalog import prices, volumes
from catalog.instances import instances
from planning import fleet
from planning.plan import Plan
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


@dataclass(frozen=True, kw_only=True)
class Bill:
    """The platform at rest, in an ordinary hour, and with every server at its most replicas."""

    floor: tuple[CostLine, ...]
    expected: tuple[CostLine, ...]
    worst: tuple[CostLine, ...]


def bill(settings: Settings, plan: Plan) -> Bill:
    """Price a stack."""
    return Bill(
        floor=tuple(stack_lines(settings, plan, fleet.fewest)),
        expected=tuple(stack_lines(settings, plan, fleet.expected)),
        worst=tuple(stack_lines(settings, plan, fleet.most)),
    )


def stack_lines(settings: Settings, plan: Plan, replicas: Callable[[ServerPlan], int]) -> list[CostLine]:
    """Price everything with so many replicas of each server."""
    system = settings.cluster.system_nodes
    types = [system.instance_type] * system.count
    for one in fleet.fleet(plan.servers.values(), replicas, plan.zones):
        types += [one.instance.name] * one.most
    return node_lines(types) + fixed_lines(settings)


def floor_lines(settings: Settings, plan: Plan) -> list[CostLine]:
    """Price the platform at rest: the fewest replicas, the room kept warm, and the system's nodes."""
    return stack_lines(settings, plan, fleet.fewest)


def server_usd_per_hour(server: ServerPlan, replicas: int) -> float | None:
    """Dollars an hour of the shares of nodes that replicas take; None without a list price."""
    price = server.share.instance.usd_per_hour
    return None if price is None else replicas * server.nodes / server.share.replicas_per_node * price


def node_lines(instance_types: Iterable[str]) -> list[CostLine]:
    """Price nodes given by their instance types, one for each node, and their disks."""
    counts = sorted(Counter(instance_types).items())
    lines = [CostLine(what=name, count=count, each=_price(name)) for name, count in counts]
    gpu = sum(count for name, count in counts if name in instances() and instances()[name].gpus)
    disks = [
        CostLine(what="disk of a GPU node", count=gpu, each=_GPU_DISK),
        CostLine(
            what="disk of a system node",
            count=sum(count for _, count in counts) - gpu,
            each=volumes.SYSTEM_ROOT_GIB * prices.GP3_GIB_HOUR,
        ),
    ]
    return lines + [line for line in disks if line.count]


_GPU_DISK = (
    volumes.GPU_ROOT_GIB * prices.GP3_GIB_HOUR
    + (volumes.GPU_ROOT_IOPS - volumes.GP3_FREE_IOPS) * prices.GP3_IOPS_HOUR
    + (volumes.GPU_ROOT_MIBPS - volumes.GP3_FREE_MIBPS) * prices.GP3_MIBPS_HOUR
)


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
        CostLine(what="GiB of volumes (gp3)", count=_volume_gib(settings), each=prices.GP3_GIB_HOUR),
    ]
    return lines + _managed_lines(settings)


def total(lines: Iterable[CostLine]) -> float:
    """Sum of the lines, in dollars an hour."""
    return sum(line.usd_per_hour for line in lines)


def unpriced(lines: Iterable[CostLine]) -> list[str]:
    """Name what has no list price."""
    return [line.what for line in lines if line.each is None and line.count]


def _volume_gib(settings: Settings) -> int:
    """Volumes of Prometheus, Alertmanager, and the data services in the cluster."""
    data = settings.data
    gib = settings.monitoring.size_gib + volumes.ALERTMANAGER_GIB
    if data.postgres and data.postgres.mode == DataMode.IN_CLUSTER:
        gib += data.postgres.size_gib * data.postgres.instances
    if data.redis and data.redis.mode == DataMode.IN_CLUSTER:
        gib += data.redis.size_gib
    if data.qdrant:
        gib += data.qdrant.size_gib * data.qdrant.replicas
    if data.rabbitmq and data.rabbitmq.mode == DataMode.IN_CLUSTER:
        gib += data.rabbitmq.size_gib * data.rabbitmq.replicas
    return gib


def _managed_lines(settings: Settings) -> list[CostLine]:
    """Managed databases; those whose price is not known are counted all the same."""
    data = settings.data
    lines: list[CostLine] = []
    if data.postgres and data.postgres.mode == DataMode.MANAGED:
        rds, count = data.postgres.instance_class, data.postgres.instances
        lines.append(CostLine(what=f"RDS {rds}", count=count, each=prices.RDS.get(rds)))
        gib = data.postgres.size_gib * count
        lines.append(CostLine(what="GiB of RDS storage", count=gib, each=prices.RDS_GIB_HOUR))
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
