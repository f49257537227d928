"""How large a derived pool has to be: no larger than its servers and their rollouts need, for the invoice's sake."""

from collections.abc import Sequence
from dataclasses import replace

from planning.placement import Placed, Placement
from planning.placement.packing import nodes
from planning.rollout import plan_rollouts
from planning.servers import ServerPlan
from planning.sizes import most_pods
from settings.pools import GpuPoolSettings
from settings.stack import Settings


def with_least_room(placement: Placement, servers: Sequence[ServerPlan], settings: Settings) -> Placement:
    """Lower the limits of derived pools as far as every server is still surely rolled out, new pods first."""
    if settings.gpu_pools:
        return placement
    pools: dict[str, GpuPoolSettings] = {}
    for pool in placement.pools:
        tenants = [one for one in placement.placed if one.pool.name == pool.name]
        mine = [server for server in servers if server.pool == pool.name]
        zones = len(pool.zones or settings.cluster.network.zones)
        pools[pool.name] = _least(pool, tenants, mine, zones)
    placed = tuple(replace(one, pool=pools[one.pool.name]) for one in placement.placed)
    return replace(placement, pools=tuple(pools.values()), placed=placed)


def _least(
    pool: GpuPoolSettings, tenants: Sequence[Placed], servers: Sequence[ServerPlan], zones: int
) -> GpuPoolSettings:
    """Return the pool with the first limit, a node at a time, that will do; as it is where none is smaller.

    Every replica, with those that a rollout adds and those that keep room, fits from the first on.
    """
    cut = tenants[0].way.cut
    fewest = nodes(((one.way.count, most_pods(one.item.settings)) for one in tenants), cut.units)
    limits = range(fewest * cut.instance.gpus, pool.max_gpus, cut.instance.gpus)
    smaller = (pool.model_copy(update={"max_gpus": limit}) for limit in limits)
    return next((one for one in smaller if _works(one, servers, zones)), pool)


def _works(pool: GpuPoolSettings, servers: Sequence[ServerPlan], zones: int) -> bool:
    """Whether all rollouts can finish, and those the plan chooses add pods first."""
    found = plan_rollouts("placement", pool, servers, zones)
    chosen = [found.rollouts[server.name] for server in servers if server.rollout is None]
    return not found.problems and all(rollout.max_unavailable == 0 for rollout in chosen)
