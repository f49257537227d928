"""How large a derived pool has to be: no larger than its servers and their rollouts need, for the invoice's sake."""

from collections.abc import Sequence
from dataclasses import replace

from planning.placement import Placement
from planning.rollout import plan_rollouts
from planning.servers import ServerPlan
from settings.pools import GpuPoolSettings
from settings.stack import Settings


def with_least_room(placement: Placement, servers: Sequence[ServerPlan], settings: Settings) -> Placement:
    """Lower the limits of derived pools as far as every server is still surely rolled out, new pods first."""
    if settings.gpu_pools:
        return placement
    pools = tuple(
        _least(pool, servers, len(pool.zones or settings.cluster.network.zones)) for pool in placement.pools
    )
    by_name = {pool.name: pool for pool in pools}
    placed = tuple(replace(one, pool=by_name[one.pool.name]) for one in placement.placed)
    return replace(placement, pools=pools, placed=placed)


def _least(pool: GpuPoolSettings, servers: Sequence[ServerPlan], zones: int) -> GpuPoolSettings:
    """Return the pool with the first limit, a node at a time, that will do; as it is where none is smaller."""
    mine = [server for server in servers if server.pool == pool.name]
    step = mine[0].share.instance.gpus
    smaller = (pool.model_copy(update={"max_gpus": gpus}) for gpus in range(step, pool.max_gpus, step))
    return next((one for one in smaller if _works(one, mine, zones)), pool)


def _works(pool: GpuPoolSettings, servers: Sequence[ServerPlan], zones: int) -> bool:
    """Whether all rollouts can finish, and those the plan chooses add pods first."""
    found = plan_rollouts("placement", pool, servers, zones)
    chosen = [found.rollouts[server.name] for server in servers if server.rollout is None]
    return not found.problems and all(rollout.max_unavailable == 0 for rollout in chosen)
