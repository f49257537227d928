"""Requests that arrive, wait and are served, as a fluid: what a server's replicas would measure.

Every Ready replica works on as many requests at once as it has slots, each for the same time; what finds no
slot waits in one line, first come first served. Times are the cluster's, in seconds, however fast they pass.
"""

import math
import random
from collections import Counter, deque
from collections.abc import Sequence
from dataclasses import dataclass

from rehearsal.load.arrivals import Arrivals, poisson

# vLLM 0.11 `vllm:time_to_first_token_seconds`, from its metrics loggers.
TTFT_BUCKETS = (
    0.001, 0.005, 0.01, 0.02, 0.04, 0.06, 0.08, 0.1, 0.25, 0.5, 0.75, 1.0, 2.5, 5.0, 7.5,
    10.0, 20.0, 40.0, 80.0, 160.0, 640.0, 2560.0, math.inf,
)  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Service:
    """What one replica can do: `slots` requests at once, each for `seconds`, its first token after `prefill_seconds`.

    `kv_usage_when_full` is the share of the KV cache that is taken when all slots are. A request is late when its
    first token takes longer than `target_seconds`.
    """

    slots: int
    seconds: float
    prefill_seconds: float
    kv_usage_when_full: float
    target_seconds: float

    @property
    def rate(self) -> float:
        """Requests a second that one replica serves with every slot busy."""
        return self.slots / self.seconds


@dataclass(frozen=True, kw_only=True)
class Moment:
    """The load at one moment: rates in requests a second; `running` and `waiting` over all replicas.

    `arrived`, `late`, `failed` count requests since the beginning; failed ones found no Ready replica or lost theirs,
    and are late too. `first_tokens` counts by the buckets of TTFT_BUCKETS, `first_token_sum` is in seconds.
    """

    at: float
    rate: float
    replicas: tuple[str, ...]
    running: float
    waiting: float
    arrived: int
    late: int
    failed: int
    first_tokens: tuple[int, ...]
    first_token_sum: float


@dataclass
class _Waiting:
    arrived: float
    count: float


class LoadModel:
    """Steps through time. Same arrivals, seed and replicas: same numbers."""

    def __init__(self, service: Service, arrivals: Arrivals, seed: int) -> None:
        self.service = service
        self.arrivals = arrivals
        self._chance = random.Random(seed)  # noqa: S311  a reproducible load, no secret
        self._line: deque[_Waiting] = deque()
        self._running = 0.0
        self._at = 0.0
        self._arrived = self._failed = 0
        self._late = self._sum = 0.0
        self._first: Counter[int] = Counter()

    @property
    def waiting(self) -> float:
        """Requests that wait for a slot."""
        return sum(group.count for group in self._line)

    def cut(self, replicas: int, of: int) -> None:
        """Lose so many of the serving replicas without a warning: what they were at work on fails."""
        lost = self._running * replicas / of if of else 0.0
        self._running -= lost
        self._failed += round(lost)
        self._late += lost

    def step(self, seconds: float, replicas: Sequence[str]) -> Moment:
        """Let `seconds` pass with these Ready replicas, and return the load at the end of them."""
        middle = self._at + seconds / 2
        rate = self.arrivals.rate(middle)
        count = poisson(rate * seconds, self._chance)
        self._arrived += count
        if replicas:
            self._serve(seconds, count, middle, len(replicas))
        else:
            self._fail(count)
        self._at += seconds
        return self._moment(rate, replicas)

    def _serve(self, seconds: float, count: int, middle: float, replicas: int) -> None:
        """Serve from the front of the line: at once as far as slots are free, then as they become free."""
        slots = float(replicas * self.service.slots)
        free = max(0.0, slots - self._running)
        capacity = free + slots * seconds / self.service.seconds
        queued = bool(self._line) or count > capacity
        if count:
            self._line.append(_Waiting(middle, count))
        begun = 0.0
        while self._line and begun < capacity:
            first = self._line[0]
            part = min(first.count, capacity - begun)
            later = max(0.0, begun + part / 2 - free) / (capacity - free)
            waited = self._at + seconds * later - first.arrived
            self._begin(part, max(0.0, waited) if queued else 0.0)
            begun += part
            first.count -= part
            if first.count <= 0:
                self._line.popleft()
        self._running = slots if self._line else min(slots, self._at_work(seconds, begun))

    def _at_work(self, seconds: float, begun: float) -> float:
        """Return the requests at work after `begun` more came evenly over `seconds`."""
        stays = math.exp(-seconds / self.service.seconds)
        return self._running * stays + begun * (1 - stays) * self.service.seconds / seconds

    def _begin(self, count: float, waited: float) -> None:
        """Count requests that get their first token after this wait."""
        first_token = waited + self.service.prefill_seconds
        self._sum += first_token * count
        if first_token > self.service.target_seconds:
            self._late += count
        bucket = next(index for index, limit in enumerate(TTFT_BUCKETS) if first_token <= limit)
        self._first[bucket] += round(count)

    def _fail(self, count: int) -> None:
        """Without a replica the gateway refuses what comes, and what waited is lost with the server."""
        lost = count + self.waiting
        self._line.clear()
        self._running = 0.0
        self._failed += round(lost)
        self._late += lost

    def _moment(self, rate: float, replicas: Sequence[str]) -> Moment:
        overdue = sum(
            group.count for group in self._line if self._at - group.arrived > self.service.target_seconds
        )
        return Moment(
            at=self._at,
            rate=rate,
            replicas=tuple(replicas),
            running=self._running,
            waiting=self.waiting,
            arrived=self._arrived,
            late=round(self._late + overdue),
            failed=self._failed,
            first_tokens=tuple(self._first[index] for index in range(len(TTFT_BUCKETS))),
            first_token_sum=self._sum,
        )
