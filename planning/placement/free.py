"""Placement without pools: the plan chooses instance types for all servers together, and derives the pools."""

from collections.abc import Sequence
from dataclasses import replace

from planning.nodes import Cut
from planning.placement import quotas, refusals
from planning.placement.candidates import Asked, cuts, judge_of, way_on, zones_of
from planning.placement.memory import counts_of
from planning.placement.options import Options
from planning.placement.packing import nodes
from planning.placement.quotas import Tenant
from planning.placement.result import Placed, Placement
from planning.placement.runners import Table
from planning.placement.search import Bin, Demand
from planning.placement.solve import solve
from planning.sizes import nodes_per_replica
from settings.pools import GpuPoolSettings
from settings.references import Served
from settings.stack import Settings


def place_freely(items: Sequence[Served], settings: Settings) -> Placement:
    """Choose for each server where it runs: the least dollars an hour for all of them at expected replicas."""
    options = [_options(item, settings) for item in items]
    nowhere = [refusals.nowhere(one, settings) for one in options if not one.works]
    if nowhere:
        return Placement(problems=nowhere)
    demands = [one.demand for one in options]
    bins, limits = _bins(options, settings), quotas.limits(settings)
    picks = solve(bins, demands, limits)
    if picks is None:
        return Placement(problems=_beyond_quota(options, bins, demands, settings))
    pools = {name: _pool(name, options, picks, settings) for name in sorted(set(picks))}
    table = Table(bins, demands, picks, limits)
    placed = tuple(
        Placed(
            item=one.item, pool=pools[name], way=one.works[name], choice=table.choice(place, one, settings)
        )
        for place, (one, name) in enumerate(zip(options, picks, strict=True))
    )
    warnings = tuple(line for one in placed for line in refusals.doubts(one.item, one.way))
    return Placement(pools=tuple(pools.values()), placed=placed, warnings=warnings)


def _options(item: Served, settings: Settings) -> Options:
    """Look at every kind of node for a server; marginal ones only where nothing fits and the settings accept them."""
    thing = item.settings
    asked = Asked(thing=thing, counts=counts_of(thing), judge=judge_of(thing), settings=settings)
    kinds = [cut for cut in cuts(settings, thing.gpu) if cut.units]
    found = [way_on(cut, asked) for cut in kinds]
    if settings.placement.accept_marginal and all(way.lost for way in found):
        found = [way_on(cut, replace(asked, marginal=True)) for cut in kinds]
    return Options(
        item=item,
        works={way.cut.name: way for way in found if not way.lost},
        lost=tuple(way for way in found if way.lost),
    )


def _bins(options: Sequence[Options], settings: Settings) -> list[Bin]:
    """Return every kind of node that some server can run on."""
    kinds = {name: way.cut for one in options for name, way in one.works.items()}
    capacity = settings.placement.capacity
    return [
        Bin(
            name=name,
            units=cut.units,
            usd_per_hour=cut.instance.usd_per_hour or 0.0,
            gpus=cut.instance.gpus,
            vcpus=dict.fromkeys(quotas.keys_of(cut.instance, capacity), cut.instance.vcpu),
        )
        for name, cut in sorted(kinds.items())
    ]


def _pool(name: str, options: Sequence[Options], picks: Sequence[str], settings: Settings) -> GpuPoolSettings:
    """Derive a pool: one instance type, cut in one way, and as many GPUs as its servers come to need."""
    mine = [one for one, pick in zip(options, picks, strict=True) if pick == name]
    cut = mine[0].works[name].cut
    zones = zones_of(cut.instance.name, settings)
    if any(nodes_per_replica(one.item.settings) > 1 for one in mine):
        # EFA does not leave a zone.
        zones = zones[:1]
    return GpuPoolSettings.model_validate(
        {
            "name": name,
            "instanceTypes": (cut.instance.name,),
            "capacity": settings.placement.capacity,
            "zones": () if zones == settings.cluster.network.zones else zones,
            "maxGpus": _most_gpus([one.demand for one in mine], name, cut),
            "mig": cut.mig,
            "sharing": cut.sharing,
        }
    )


def _most_gpus(demands: Sequence[Demand], name: str, cut: Cut) -> int:
    """GPUs for the most replicas with one more of each: none has to wait for another's rollout.

    As if each server had nodes of its own, and one were free: that is always enough, see `planning.room`.
    """
    alone = sum(nodes([(demand.units[name], demand.most)], cut.units) for demand in demands)
    return cut.instance.gpus * (alone + (1 if len(demands) > 1 else 0))


def _beyond_quota(
    options: Sequence[Options], bins: Sequence[Bin], demands: Sequence[Demand], settings: Settings
) -> list[str]:
    """Name the quotas that what would be chosen without them exceeds."""
    picks = solve(bins, demands, {})
    assert picks is not None  # noqa: S101  without limits every server that works somewhere is placed
    ceilings: list[quotas.Ceiling] = []
    for name in sorted(set(picks)):
        mine = [one for one, pick in zip(options, picks, strict=True) if pick == name]
        tenants = [Tenant(item=one.item, units=one.works[name].count) for one in mine]
        ceilings.append(quotas.ceiling(mine[0].works[name].cut, settings.placement.capacity, tenants))
    return quotas.problems_of(quotas.uses(ceilings, quotas.limits(settings)))
