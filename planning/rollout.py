"""Whether a rolling update can finish, and with which surge."""

from collections.abc import Sequence
from dataclasses import dataclass

from planning.servers import ServerPlan
from settings.pools import GpuPoolSettings


@dataclass(frozen=True, kw_only=True)
class Rollout:
    """A Deployment's rolling update: pods it may add, and pods that may be missing."""

    max_surge: int
    max_unavailable: int


_ADD_FIRST = Rollout(max_surge=1, max_unavailable=0)
_REMOVE_FIRST = Rollout(max_surge=0, max_unavailable=1)


def rollout(server: ServerPlan, pool: GpuPoolSettings, servers: Sequence[ServerPlan]) -> Rollout:
    """Choose a rolling update that the pool's limit lets finish with every server at its largest.

    A new pod comes first where the pool has GPUs to spare for one more node of the server, or a free place on
    its nodes, or a placeholder's place to take; else an old one goes first, which leaves one replica less for as
    long as the new one starts.
    """
    mates = [other for other in servers if other.pool == pool.name]
    spare = pool.max_gpus - sum(other.node_gpus for other in mates)
    room = (
        spare >= server.share.instance.gpus * server.nodes or _free_place(server, mates) or server.buffer > 0
    )
    return _ADD_FIRST if room else _REMOVE_FIRST


def _free_place(server: ServerPlan, mates: Sequence[ServerPlan]) -> bool:
    """Whether nodes that hold every replica have a place for one more.

    That is certain only where all servers of the pool need equally many GPUs: else a smaller one's pods may
    stand where a larger one's would.
    """
    alike = all(other.gpus == server.gpus for other in mates)
    places = (other.most_pods % other.share.replicas_per_node for other in mates)
    return alike and server.nodes == 1 and any(places)


def rollout_problems(path: str, pool: GpuPoolSettings, servers: Sequence[ServerPlan]) -> list[str]:
    """Name a limit that cannot hold the replicas, or that would leave a lone replica no way to be replaced."""
    mine = [server for server in servers if server.pool == pool.name]
    needed = sum(server.node_gpus for server in mine)
    if needed > pool.max_gpus:
        parts = ", ".join(f"{s.path} {s.node_gpus}" for s in mine)
        fix = f"Set {path}.maxGpus >= {needed}, or lower replicas.max."
        return [
            f"{path}.maxGpus: {pool.max_gpus} GPUs do not hold all replicas ({parts}; {needed} together). {fix}"
        ]
    lone = [s for s in mine if s.min_replicas <= 1 and rollout(s, pool, servers) == _REMOVE_FIRST]
    return [
        f"{path}.maxGpus: {pool.max_gpus} leaves no GPU to roll out {s.path} ({s.name}), whose one replica would go "
        f"before the new one serves. Set {path}.maxGpus >= {needed + s.share.instance.gpus * s.nodes}, or "
        f"{s.path}.replicas.min >= 2."
        for s in lone
    ]
