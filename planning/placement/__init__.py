"""Where what is served runs: which instance types, cut how, and how many. Least dollars among what fits."""

from planning.placement.fixed import place_in_pools
from planning.placement.free import place_freely
from planning.placement.quotas import Ceiling, Tenant, ceiling
from planning.placement.result import Placed, Placement
from settings.references import served
from settings.stack import Settings

__all__ = ["Placed", "Placement", "ceilings", "place"]


def place(settings: Settings) -> Placement:
    """Place everything that is served: in the pools of the stack file, else where it costs least."""
    items = served(settings)
    return place_in_pools(items, settings) if settings.gpu_pools else place_freely(items, settings)


def ceilings(placement: Placement) -> tuple[Ceiling, ...]:
    """Return what each pool's nodes come to at the most; nodes of unlike sizes in a pool are counted apart."""
    found: list[Ceiling] = []
    for pool in placement.pools:
        mine = [one for one in placement.placed if one.pool.name == pool.name]
        for cut in dict.fromkeys(one.way.cut for one in mine):
            tenants = [Tenant(item=one.item, units=one.way.count) for one in mine if one.way.cut == cut]
            found.append(ceiling(cut, pool.capacity, tenants, pool.max_gpus))
    return tuple(found)
