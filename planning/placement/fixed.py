"""Placement in the pools of the stack file: they win, and are checked."""

from collections.abc import Iterator, Sequence

from planning.fit import Verdict
from planning.nodes import Cut, cheapest_first, cuts_of, host_problem, share_on
from planning.placement import refusals
from planning.placement.candidates import Judge, Way, judge_of, unsupported
from planning.placement.choice import Choice
from planning.placement.memory import counts_of
from planning.placement.result import Placed, Placement, candidate
from planning.sizes import local_disk_gib
from settings.pools import GpuPoolSettings
from settings.references import Served, pools_for
from settings.stack import Settings


def place_in_pools(items: Sequence[Served], settings: Settings) -> Placement:
    """Place each server in its pool: with the GPUs it asks for, else the fewest that do."""
    placed = tuple(_placed(item, pools_for(item.settings, settings.gpu_pools)[0]) for item in items)
    return Placement(
        pools=settings.gpu_pools,
        placed=placed,
        problems=[line for one in placed for line in _problems(one, settings)],
        warnings=tuple(line for one in placed for line in _doubts(one)),
    )


def _placed(item: Served, pool: GpuPoolSettings) -> Placed:
    way = _way(item, pool)
    return Placed(item=item, pool=pool, way=way, choice=Choice(chosen=candidate(item, way, pool.capacity)))


def _way(item: Served, pool: GpuPoolSettings) -> Way:
    """Return the fewest GPUs that do, on the pool's cheapest instance type that has them; else the most there are."""
    thing = item.settings
    judge = judge_of(thing)
    kinds = [cut for cut in cheapest_first(cuts_of(pool)) if thing.gpu.type in (None, cut.instance.gpu)]
    # A slice or a turn is all that a process sees.
    allowed = counts_of(thing) if kinds[0].whole else (1,)
    counts = [count for count in allowed if any(cut.units >= count for cut in kinds)]
    found = [_try(next(cut for cut in kinds if cut.units >= count), count, judge) for count in counts]
    good = [way for way in found if not way.lost]
    fits = [way for way in found if way.memory and way.memory.fit.verdict == Verdict.FITS]
    may = [way for way in found if way.memory and way.memory.fit.verdict == Verdict.MARGINAL]
    return next(iter([*good, *fits[-1:], *may[-1:], *found[-1:]]))


def _try(cut: Cut, count: int, judge: Judge) -> Way:
    memory = judge(cut, count)
    return Way(cut=cut, count=count, share=share_on(cut, count), memory=memory, lost=memory.lost())


def _doubts(one: Placed) -> Iterator[str]:
    """What may come out worse than asked, or not at all: what was pinned may not run on what was written."""
    yield from refusals.doubts(one.item, one.way)
    for why in unsupported(one.way.cut.instance, one.item.settings):
        yield f"{one.item.path}: may not run in pool {one.pool.name}: {one.way.cut.instance.name} {why}."


def _problems(one: Placed, settings: Settings) -> list[str]:
    """What cannot work: memory that does not fit, or a node with too little beside its GPUs."""
    item, way = one.item, one.way
    problems: list[str] = []
    if way.memory and way.memory.fit.verdict == Verdict.DOES_NOT_FIT:
        problems.append(refusals.unfit(item, way, settings))
    host = host_problem(way.share, way.count, local_disk_gib(item.settings))
    if host:
        problems.append(f"{item.path}: {host}. Choose a larger instance type in pool {one.pool.name}.")
    if not _zones(one.pool, settings):
        fix = "Change placement.unavailable, or the pool's zones or instanceTypes."
        problems.append(f"{item.path}.pool: no zone of {one.pool.name} offers its instance types. {fix}")
    return problems


def _zones(pool: GpuPoolSettings, settings: Settings) -> list[str]:
    """Return the zones of a pool in which an instance type of it is offered."""
    unavailable = settings.placement.unavailable
    zones = pool.zones or settings.cluster.network.zones
    return [zone for zone in zones if set(pool.instance_types) - set(unavailable.get(zone, ()))]
