from collections import deque
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any, cast

import pika
import pytest

from rehearsal.load.arrivals import course
from rehearsal.load.model import Moment, Service
from rehearsal.load.queue import QueueLoad

SERVICE = Service(slots=4, seconds=10, prefill_seconds=0, kv_usage_when_full=0.5, target_seconds=30)


class Channel:
    """One channel to a queue that all share: what it took and did not acknowledge goes back when it closes."""

    def __init__(self, queue: deque[bytes]) -> None:
        self._queue = queue
        self._taken: dict[int, bytes] = {}
        self._tag = 0

    def basic_publish(self, _exchange: str, _queue: str, body: bytes) -> None:
        self._queue.append(body)

    def basic_get(self, _queue: str) -> tuple[Any, None, bytes | None]:
        if not self._queue:
            return None, None, None
        self._tag += 1
        self._taken[self._tag] = self._queue.popleft()
        return SimpleNamespace(delivery_tag=self._tag), None, self._taken[self._tag]

    def basic_ack(self, tag: int) -> None:
        del self._taken[tag]

    def queue_declare(self, _queue: str, **_: bool) -> Any:
        return SimpleNamespace(method=SimpleNamespace(message_count=len(self._queue)))

    def close(self) -> None:
        self._queue.extendleft(reversed(self._taken.values()))


def play(rate: float, replicas: list[list[str]]) -> list[Moment]:
    queue: deque[bytes] = deque()
    connection = SimpleNamespace(channel=lambda: Channel(queue), close=lambda: None)
    connect = cast("Callable[[], pika.BlockingConnection]", lambda: connection)
    with QueueLoad(SERVICE, course([(0, rate)]), 1, connect, "jobs") as load:
        return [load.step(1.0, names) for names in replicas]


def test_a_replica_works_on_as_many_messages_as_it_has_slots_and_acknowledges_each_when_done() -> None:
    # One replica does 0.4 a second; half of 0.8 stays in the queue.
    moments = play(0.8, [["a"]] * 200)
    last = moments[-1]
    assert last.running == 4
    assert last.waiting == pytest.approx(80, rel=0.3)
    assert last.arrived == pytest.approx(160, rel=0.2)
    assert last.late > 0
    assert last.failed == 0


def test_messages_wait_for_the_first_replica() -> None:
    waiting, working = play(1.0, [[]] * 20)[-1], play(1.0, [[]] * 20 + [["a", "b"]])[-1]
    assert (waiting.running, waiting.failed) == (0, 0)
    assert waiting.waiting == waiting.arrived > 10
    assert working.running == 8


def test_a_replica_that_goes_gives_its_messages_back() -> None:
    moments = play(1.0, [["a", "b"]] * 20 + [["a"]])
    before, after = moments[-2:]
    assert before.running > 4
    assert after.running == 4
    assert after.waiting + after.running == pytest.approx(before.waiting + before.running, abs=6)
