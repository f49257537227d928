"""Placement in the pools of the stack file: they win, and are checked."""

from collections.abc import Sequence

from planning.fit import Verdict
from planning.nodes import Cut, cheapest_first, cuts_of, host_problem, share_on
from planning.placement import refusals
from planning.placement.candidates import Judge, Way, judge_of
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
        warnings=tuple(line for one in placed for line in refusals.doubts(one.item, one.way)),
    )


def _placed(item: Served, pool: GpuPoolSettings) -> Placed:
    way = _way(item, pool)
    return Placed(item=item, pool=pool, way=way, choice=Choice(chosen=candidate(item, way, pool.capacity)))


def _way(item: Served, pool: GpuPoolSettings) -> Way:
    """Return the fewest GPUs that do, on the pool's cheapest instance type that has them; else the most there are."""
    thing = item.settings
    judge = judge_of(thing)
    kinds = [cut for cut in cheapest_first(cuts_of(pool)) if thing.gpu.type in (None, cut.instance.gpu)]
    counts = [count for count in counts_of(thing) if any(cut.units >= count for cut in kinds)]
    found = [_try(next(cut for cut in kinds if cut.units >= count), count, judge) for count in counts]
    good = [way for way in found if not way.lost]
    fits = [way for way in found if way.memory and way.memory.fit.verdict == Verdict.FITS]
    may = [way for way in found if way.memory and way.memory.fit.verdict == Verdict.MARGINAL]
    return next(iter([*good, *fits[-1:], *may[-1:], *found[-1:]]))


def _try(cut: Cut, count: int, judge: Judge) -> Way:
    memory = judge(cut, count)
    return Way(cut=cut, count=count, share=share_on(cut, count), memory=memory, lost=memory.lost())


def _problems(one: Placed, settings: Settings) -> list[str]:
    """What cannot work: memory that does not fit, or a node with too little beside its GPUs."""
    item, way = one.item, one.way
    problems: list[str] = []
    if way.memory and way.memory.fit.verdict == Verdict.DOES_NOT_FIT:
        problems.append(refusals.unfit(item, way, settings))
    host = host_problem(way.share, way.count, local_disk_gib(item.settings))
    if host:
        problems.append(f"{item.path}: {host}. Choose a larger instance type in pool {one.pool.name}.")
    return problems
