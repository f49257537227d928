"""What a timeline means: where time went, what was lost, what it cost. Pure arithmetic."""

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from planning.nodes import nodes_for
from planning.servers import ServerPlan
from rehearsal.load.model import Service
from rehearsal.timeline import Look, NodeState, Timeline

STATIC_BUSY = 0.75
"""How busy the slots of a static deployment are at the peak: without room, chance alone would make requests wait."""

_HOUR = 3600.0


@dataclass(frozen=True, kw_only=True)
class Split:
    """Seconds of the rehearsal from a rise of the load to a Ready replica, by what took them."""

    pod: str
    metric: float
    hpa: float
    scheduling: float
    node: float
    start: float

    @property
    def total(self) -> float:
        """All of them."""
        return self.metric + self.hpa + self.scheduling + self.node + self.start


@dataclass(frozen=True, kw_only=True)
class Usage:
    """GPU hours and dollars in the cluster's time, and those of a static deployment of `static_replicas`."""

    gpu_hours: float
    usd: float
    static_replicas: int
    static_gpu_hours: float
    static_usd: float

    @property
    def share(self) -> float:
        """GPU hours as a share of the static deployment's."""
        return self.gpu_hours / self.static_gpu_hours if self.static_gpu_hours else 0.0


@dataclass(frozen=True, kw_only=True)
class Budget:
    """Ready replicas against what the PodDisruptionBudget leaves, after something happened."""

    fewest: int
    allowed: int
    most_lost: int

    @property
    def kept(self) -> bool:
        """Whether it was never broken."""
        return self.fewest >= self.allowed


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """Everything that is reported of one run.

    `wanted`, `ready` and `needed` are the most replicas that there were of each; `at_the_end` were wanted last.
    """

    splits: tuple[Split, ...]
    usage: Usage
    budget: Budget | None
    reversals: int
    wanted: int
    ready: int
    needed: int
    at_the_end: int
    requests: int
    late: int
    failed: int

    @property
    def late_share(self) -> float:
        """Late requests as a share of all."""
        return self.late / self.requests if self.requests else 0.0


def needed(rate: float, service: Service) -> int:
    """Return how many replicas a rate of requests keeps busy."""
    return math.ceil(rate / service.rate - 1e-9)


def turns(values: Iterable[int]) -> int:
    """Return how often a series changes its direction."""
    steps = [later - earlier for earlier, later in pairwise(values) if later != earlier]
    return sum(before * after < 0 for before, after in pairwise(steps))


def reversals(timeline: Timeline, needs: Sequence[int]) -> int:
    """Return the turns of the wanted replicas beyond those of the need itself."""
    return max(0, turns(look.wanted for look in timeline.looks) - turns(needs))


def usage(timeline: Timeline, plan: ServerPlan, static_replicas: int, compression: float) -> Usage:
    """Return what the nodes used that count, against a static deployment over the same time: see Timeline.counted."""
    hours = timeline.seconds * compression / _HOUR
    static_nodes = nodes_for(static_replicas, plan.share)
    instance = plan.share.instance

    def in_hours(value: Callable[[Look], float]) -> float:
        return timeline.integral(value) * compression / _HOUR

    return Usage(
        gpu_hours=in_hours(lambda look: look.gpus),
        usd=in_hours(lambda look: look.usd_per_hour),
        static_replicas=static_replicas,
        static_gpu_hours=static_nodes * instance.gpus * hours,
        static_usd=static_nodes * (instance.usd_per_hour or 0.0) * hours,
    )


def budget(timeline: Timeline, since: float, max_unavailable: int) -> Budget:
    """Return how far Ready replicas fell after a moment, while no fewer were wanted.

    What is allowed follows the wanted replicas down, never up: a new one is not there yet.
    """
    before = [look for look in timeline.looks if look.at <= since] or list(timeline.looks[:1])
    stands = before[-1].ready
    fewest, allowed, lost = stands, stands - max_unavailable, 0
    for look in timeline.looks:
        if look.at <= since:
            continue
        stands = min(stands, look.wanted)
        gap = stands - look.ready
        if gap > lost or look.ready - (stands - max_unavailable) < fewest - allowed:
            fewest, allowed = look.ready, stands - max_unavailable
        lost = max(lost, gap)
    return Budget(fewest=fewest, allowed=allowed, most_lost=lost)


def splits(timeline: Timeline, load_rose: float) -> tuple[Split, ...]:
    """Return where time went for the first and the last replica that a rise of the load added.

    Those that became Ready before wanted replicas fell again count.
    """
    looks = [look for look in timeline.looks if look.at >= load_rose]
    there = {pod.name for pod in looks[0].pods} if looks else set[str]()
    rising = list(_while_rising(looks))
    new: dict[str, float] = {}
    for look in rising:
        for pod in look.pods:
            if pod.ready and pod.name not in there:
                new.setdefault(pod.name, look.at)
    order = sorted(new, key=lambda name: new[name])
    chosen = dict.fromkeys([*order[:1], *order[-1:]])
    return tuple(_split(rising, pod, load_rose) for pod in chosen)


def _while_rising(looks: Sequence[Look]) -> Iterable[Look]:
    most = 0
    for look in looks:
        if look.wanted < most:
            return
        most = max(most, look.wanted)
        yield look


def _split(looks: Sequence[Look], pod: str, load_rose: float) -> Split:
    """Follow one pod back: when it was Ready, had its node, was wanted, and the metric had called for it."""

    def first(holds: Callable[[Look], bool], otherwise: float) -> float:
        return next((look.at for look in looks if holds(look)), otherwise)

    state = {look.at: next((one for one in look.pods if one.name == pod), None) for look in looks}
    seen = first(lambda look: state[look.at] is not None, load_rose)
    place = next(look for look in looks if look.at == seen)
    before = max((look.wanted for look in looks if look.at < seen), default=0)
    bound = first(lambda look: bool((one := state[look.at]) and one.node), seen)
    ready = first(lambda look: bool((one := state[look.at]) and one.ready), bound)
    node = next((one.node for one in state.values() if one and one.node), "")
    claimed = first(lambda look: _claim(look, node) is not None, bound)
    booted = first(lambda look: bool((one := _claim(look, node)) and one.ready), bound)
    claimed, booted = max(claimed, seen), min(max(booted, seen), bound)
    count = min(place.wanted, before + 1) if before else place.wanted
    metric = min(first(lambda look: math.ceil(look.asked) >= count, seen), seen)
    return Split(
        pod=pod,
        metric=metric - load_rose,
        hpa=seen - metric,
        scheduling=max(0.0, min(claimed, bound) - seen) + (bound - max(booted, min(claimed, bound))),
        node=max(0.0, booted - claimed),
        start=ready - bound,
    )


def _claim(look: Look, node: str) -> NodeState | None:
    return next((one for one in look.nodes if node and one.name == node), None)


def outcome(  # noqa: PLR0913  one parameter a fact of the run
    timeline: Timeline,
    *,
    plan: ServerPlan,
    service: Service,
    peak_rate: float,
    compression: float,
    max_unavailable: int,
    event_at: float | None,
) -> Outcome:
    """Return everything that is reported of a run; `event_at` is when something first happened to the cluster."""
    looks = timeline.looks
    needs = [
        min(max(needed(look.load.rate, service), plan.min_replicas), plan.max_replicas) for look in looks
    ]
    rose = next((look.at for look, need in zip(looks, needs, strict=True) if need > needs[0]), None)
    static = max(plan.min_replicas, math.ceil(peak_rate / service.rate / STATIC_BUSY - 1e-9))
    last = looks[-1].load
    return Outcome(
        splits=() if rose is None else splits(timeline, rose),
        usage=usage(timeline, plan, static, compression),
        budget=None if event_at is None else budget(timeline, event_at, max_unavailable),
        reversals=reversals(timeline, needs),
        wanted=max(look.wanted for look in looks),
        ready=max(look.ready for look in looks),
        needed=max(needs),
        at_the_end=looks[-1].wanted,
        requests=last.arrived,
        late=last.late,
        failed=last.failed,
    )
