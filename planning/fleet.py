"""Which nodes run, at any number of replicas: what the money is counted by, and the rehearsal held to."""

import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from catalog.instances import Instance
from planning.placement.packing import nodes
from planning.servers import ServerPlan


@dataclass(frozen=True, kw_only=True)
class NodeCount:
    """Nodes of one type in one pool. `fewest` and `most` differ where servers may share nodes in several ways."""

    pool: str
    instance: Instance
    fewest: int
    most: int


def fewest(server: ServerPlan) -> int:
    """Replicas at rest, with those that placeholders keep room for."""
    return server.min_replicas + server.buffer


def expected(server: ServerPlan) -> int:
    """Replicas of an ordinary hour, with those that placeholders keep room for."""
    return server.expected_replicas + server.buffer


def most(server: ServerPlan) -> int:
    """Replicas at the limits, with those that placeholders keep room for."""
    return server.max_replicas + server.buffer


def fleet(
    servers: Iterable[ServerPlan], replicas: Callable[[ServerPlan], int], zones: Mapping[str, int]
) -> tuple[NodeCount, ...]:
    """Return the nodes of the servers; `zones` says over how many each pool's pods are spread."""
    groups: dict[tuple[str, str], list[ServerPlan]] = {}
    for server in servers:
        groups.setdefault((server.pool, server.share.instance.name), []).append(server)
    return tuple(_count(pool, mine, replicas, zones[pool]) for (pool, _), mine in sorted(groups.items()))


def _count(
    pool: str, servers: list[ServerPlan], replicas: Callable[[ServerPlan], int], zones: int
) -> NodeCount:
    """Nodes that hold the pods packed best, and nodes that they take when each server is spread by itself."""
    pods = {server.name: replicas(server) * server.nodes for server in servers}
    units = math.lcm(*(server.share.replicas_per_node for server in servers))
    loads = [(units // one.share.replicas_per_node, pods[one.name]) for one in servers]
    spread = sum(_spread(pods[one.name], one.share.replicas_per_node, zones) for one in servers)
    packed = nodes(loads, units)
    # A lone server's pods stand as its spread says; several fill one another's gaps, or do not.
    return NodeCount(
        pool=pool,
        instance=servers[0].share.instance,
        fewest=packed,
        most=max(packed, spread),
    )


def _spread(pods: int, per_node: int, zones: int) -> int:
    """Nodes of pods that are spread evenly over zones."""
    return sum(math.ceil((pods // zones + (zone < pods % zones)) / per_node) for zone in range(zones))
