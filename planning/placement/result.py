"""Where everything that is served was placed."""

from dataclasses import dataclass, field

from planning.nodes import nodes_for
from planning.placement.candidates import Way
from planning.placement.choice import Candidate, Choice
from planning.sizes import expected_pods, nodes_per_replica
from settings.fields import Capacity
from settings.pools import GpuPoolSettings
from settings.references import Served


@dataclass(frozen=True, kw_only=True)
class Placed:
    """One server: the pool it runs in, its units and share of a node there, and what else was looked at."""

    item: Served
    pool: GpuPoolSettings
    way: Way
    choice: Choice


@dataclass(frozen=True, kw_only=True)
class Placement:
    """All servers with their pools, or `problems` that let none be planned; `warnings` do not keep it from work."""

    pools: tuple[GpuPoolSettings, ...] = ()
    placed: tuple[Placed, ...] = ()
    problems: list[str] = field(default_factory=list[str])
    warnings: tuple[str, ...] = ()


def candidate(item: Served, way: Way, capacity: tuple[Capacity, ...], why_lost: str = "") -> Candidate:
    """Return a way to run a server as it is shown."""
    price, pods = way.cut.instance.usd_per_hour, nodes_per_replica(item.settings)
    nodes = nodes_for(expected_pods(item.settings), way.share)
    return Candidate(
        instance=way.cut.instance,
        gpus_per_replica=way.count * pods,
        tensor_parallel=way.count,
        pipeline_parallel=pods,
        mig=way.cut.mig,
        sharing=way.cut.sharing,
        replicas_per_node=way.share.replicas_per_node,
        nodes=nodes,
        usd_per_hour=None if price is None else round(nodes * price, 6),
        capacity=capacity,
        fit=way.memory.fit if way.memory else None,
        why_lost=why_lost,
    )
