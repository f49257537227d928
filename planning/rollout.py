"""Whether rolling updates can finish, and with which surge."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from planning.rollout_prover import Ground, Roller, gpus_for_all, stuck
from planning.servers import ServerPlan
from settings.fields import Capacity
from settings.pools import GpuPoolSettings


@dataclass(frozen=True, kw_only=True)
class Rollout:
    """A Deployment's rolling update: pods it may add, and pods that may be missing."""

    max_surge: int
    max_unavailable: int


ADD_FIRST = Rollout(max_surge=1, max_unavailable=0)
REMOVE_FIRST = Rollout(max_surge=0, max_unavailable=1)


@dataclass(frozen=True, kw_only=True)
class PoolRollouts:
    """How each server of a pool is updated, by name, and what cannot work, one line each."""

    rollouts: dict[str, Rollout]
    problems: list[str]


def plan_rollouts(
    path: str, pool: GpuPoolSettings, servers: Sequence[ServerPlan], zones: int
) -> PoolRollouts:
    """Choose rolling updates that the pool's limit lets finish with every server at its largest.

    New pods come first where there is certainly room for them; else an old one goes first, which leaves one
    replica less for as long as the new one starts. `path` is the pool's, `zones` how many its nodes stand in.
    """
    mine = [server for server in servers if server.pool == pool.name]
    room = _Room(path=path, limit=_limit(pool), zones=zones)
    needed = gpus_for_all([_with_buffer(one, mine) for one in _rollers(mine, _all(mine, ADD_FIRST))])
    if needed > room.limit:
        return PoolRollouts(rollouts=_all(mine, ADD_FIRST), problems=[_too_small(room, mine, needed)])
    chosen = next(
        (one for one in _preferences(mine, room) if not _stuck(mine, one, room)), _all(mine, REMOVE_FIRST)
    )
    waiting = _stuck(mine, chosen, room)
    problems = [
        _deadlock(server, chosen[server.name], mine, room) for server in mine if server.name in waiting
    ]
    lone = [s for s in mine if s.min_replicas <= 1 and s.rollout is None and chosen[s.name] == REMOVE_FIRST]
    return PoolRollouts(rollouts=chosen, problems=problems + [_lone(server, mine, room) for server in lone])


@dataclass(frozen=True, kw_only=True)
class _Room:
    path: str
    limit: int
    zones: int


def _limit(pool: GpuPoolSettings) -> int:
    """GPUs that can ever be there: of a pool that buys nothing but its reservation, those reserved."""
    reserved = pool.reserved_gpus
    only_these = reserved is not None and pool.capacity == (Capacity.RESERVED,)
    return min(pool.max_gpus, reserved or 0) if only_these else pool.max_gpus


def _all(servers: Sequence[ServerPlan], default: Rollout) -> dict[str, Rollout]:
    """The default for every server, but for those whose settings say otherwise."""
    return {server.name: _own(server) or default for server in servers}


def _own(server: ServerPlan) -> Rollout | None:
    own = server.rollout
    return own and Rollout(max_surge=own.max_surge, max_unavailable=own.max_unavailable)


def _preferences(servers: Sequence[ServerPlan], room: _Room) -> Iterator[dict[str, Rollout]]:
    """Ways to update all servers, the best first: a lone replica is the last to go before its successor."""
    best = _all(servers, ADD_FIRST)
    yield best
    several = {server.name for server in servers if server.min_replicas > 1 and server.rollout is None}
    waiting = set(_stuck(servers, best, room))
    yield {name: REMOVE_FIRST if name in several & waiting else one for name, one in best.items()}
    yield {name: REMOVE_FIRST if name in several else one for name, one in best.items()}


def _rollers(servers: Sequence[ServerPlan], rollouts: dict[str, Rollout]) -> list[Roller]:
    """The servers as the prover knows them. A node's units are the least that every server's share is a number of."""
    per_node: dict[int, list[int]] = {}
    for server in servers:
        per_node.setdefault(server.share.instance.gpus, []).append(server.share.replicas_per_node)
    units = {gpus: math.lcm(*counts) for gpus, counts in per_node.items()}
    return [
        Roller(
            name=server.name,
            ground=Ground(pool=server.pool, units=units[gpus], gpus=gpus),
            size=units[gpus] // server.share.replicas_per_node,
            replicas=server.max_replicas,
            surge=rollouts[server.name].max_surge,
            unavailable=rollouts[server.name].max_unavailable,
            pods=server.nodes,
        )
        for server in servers
        for gpus in [server.share.instance.gpus]
    ]


def _with_buffer(roller: Roller, servers: Sequence[ServerPlan]) -> Roller:
    """The server with its placeholders, which hold nodes as replicas do."""
    buffer = next(server.buffer for server in servers if server.name == roller.name)
    return replace(roller, replicas=roller.replicas + buffer)


def _stuck(servers: Sequence[ServerPlan], rollouts: dict[str, Rollout], room: _Room) -> tuple[str, ...]:
    """Servers whose update may never finish. Placeholders make room for pods on their own nodes, not on others."""
    rollers = _rollers(servers, rollouts)
    found: set[str] = set()
    for ground in {roller.ground for roller in rollers}:
        seen = [one if one.ground == ground else _with_buffer(one, servers) for one in rollers]
        names = stuck(seen, room.limit, zones=room.zones)
        found.update(one.name for one in seen if one.ground == ground and one.name in names)
    return tuple(roller.name for roller in rollers if roller.name in found)


def _enough(servers: Sequence[ServerPlan], rollouts: dict[str, Rollout], room: _Room) -> int:
    """The smallest limit with which everything can finish."""
    most = room.limit + 2 * sum(server.share.instance.gpus * server.nodes for server in servers) * (
        room.zones + 1
    )
    limits = range(room.limit, most + 1)
    return next((n for n in limits if not _stuck(servers, rollouts, replace(room, limit=n))), most)


def _too_small(room: _Room, servers: Sequence[ServerPlan], needed: int) -> str:
    parts = ", ".join(f"{one.path} {one.node_gpus}" for one in servers)
    fix = f"Set {room.path}.maxGpus >= {needed}, or lower replicas.max."
    return (
        f"{room.path}.maxGpus: {room.limit} GPUs do not hold all replicas ({parts}; {needed} together). {fix}"
    )


def _deadlock(server: ServerPlan, rollout: Rollout, servers: Sequence[ServerPlan], room: _Room) -> str:
    said = f"maxSurge {rollout.max_surge}, maxUnavailable {rollout.max_unavailable}"
    best = {**_all(servers, REMOVE_FIRST), server.name: rollout}
    fix = f"Set {room.path}.maxGpus >= {_enough(servers, best, room)}"
    other = (
        "" if rollout == REMOVE_FIRST else f", or {server.path}.rollout: {{maxSurge: 0, maxUnavailable: 1}}"
    )
    return (
        f"{server.path}.rollout: {said} may never finish: with all replicas running, the {room.limit} GPUs of "
        f"{room.path}.maxGpus leave no room that is surely {server.name}'s. {fix}{other}."
    )


def _lone(server: ServerPlan, servers: Sequence[ServerPlan], room: _Room) -> str:
    enough = _enough(servers, {**_all(servers, REMOVE_FIRST), server.name: ADD_FIRST}, room)
    return (
        f"{room.path}.maxGpus: {room.limit} leaves no GPU to roll out {server.path} ({server.name}), whose one replica "
        f"would go before the new one serves. Set {room.path}.maxGpus >= {enough}, or {server.path}.replicas.min >= 2."
    )
