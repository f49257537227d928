"""A queue on a real RabbitMQ as load: messages are published, and every Ready replica takes and acknowledges them."""

import random
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from types import TracebackType
from typing import Self

import pika
from pika.adapters.blocking_connection import BlockingChannel

from rehearsal.load.arrivals import Arrivals, poisson
from rehearsal.load.model import TTFT_BUCKETS, Moment, Service


@dataclass
class _Worker:
    """One replica: a channel of its own, and when each message that it works on will be done."""

    channel: BlockingChannel
    done_at: dict[int, float] = field(default_factory=dict[int, float])


class QueueLoad:
    """Publishes into `queue`, which must be there, and consumes; times are the cluster's, in seconds, as in LoadModel.

    A message stays unacknowledged while a replica works on it; one that goes gives its messages back. `late`
    counts messages that waited longer than the target before a replica took them.
    """

    def __init__(
        self,
        service: Service,
        arrivals: Arrivals,
        seed: int,
        connect: Callable[[], pika.BlockingConnection],
        queue: str,
    ) -> None:
        self.service = service
        self.arrivals = arrivals
        self._queue = queue
        self._connect = connect
        self._chance = random.Random(seed)  # noqa: S311  a reproducible load, no secret
        self._at = 0.0
        self._arrived = self._late = 0
        self._first: Counter[int] = Counter()
        self._sum = 0.0
        self._workers: dict[str, _Worker] = {}

    def __enter__(self) -> Self:
        self._connection = self._connect()
        self._publisher = self._connection.channel()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None
    ) -> None:
        self._connection.close()

    def cut(self, replicas: int, of: int) -> None:
        """Lose replicas without a warning: RabbitMQ gives their messages to others, so nothing fails."""

    def step(self, seconds: float, replicas: Sequence[str]) -> Moment:
        """Let `seconds` pass with these Ready replicas."""
        rate = self.arrivals.rate(self._at + seconds / 2)
        count = poisson(rate * seconds, self._chance)
        for _ in range(count):
            self._publisher.basic_publish("", self._queue, repr(self._at).encode())
        self._arrived += count
        self._at += seconds
        self._staff(replicas)
        for worker in self._workers.values():
            self._work(worker)
        return self._moment(rate, replicas)

    def _staff(self, replicas: Sequence[str]) -> None:
        """Give each new replica a channel; closing one gives its messages back to the queue."""
        for name in set(self._workers) - set(replicas):
            self._workers.pop(name).channel.close()
        for name in sorted(set(replicas) - set(self._workers)):
            self._workers[name] = _Worker(self._connection.channel())

    def _work(self, worker: _Worker) -> None:
        """Acknowledge what is done, and take as much as there are free slots."""
        for tag in [tag for tag, at in worker.done_at.items() if at <= self._at]:
            worker.channel.basic_ack(tag)
            del worker.done_at[tag]
        while len(worker.done_at) < self.service.slots:
            method, _, body = worker.channel.basic_get(self._queue)
            if method is None or body is None or method.delivery_tag is None:
                return
            self._take(self._at - float(body))
            worker.done_at[method.delivery_tag] = self._at + self.service.seconds

    def _take(self, waited: float) -> None:
        first_token = waited + self.service.prefill_seconds
        self._sum += first_token
        self._late += first_token > self.service.target_seconds
        self._first[next(i for i, limit in enumerate(TTFT_BUCKETS) if first_token <= limit)] += 1

    def _moment(self, rate: float, replicas: Sequence[str]) -> Moment:
        depth = self._publisher.queue_declare(self._queue, passive=True).method.message_count
        return Moment(
            at=self._at,
            rate=rate,
            replicas=tuple(replicas),
            running=sum(len(worker.done_at) for worker in self._workers.values()),
            waiting=depth,
            arrived=self._arrived,
            late=self._late,
            failed=0,
            first_tokens=tuple(self._first[index] for index in range(len(TTFT_BUCKETS))),
            first_token_sum=self._sum,
        )
