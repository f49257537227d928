"""Where a scenario's load comes from, and where KEDA measures it: requests and Prometheus, or messages and RabbitMQ."""

from collections.abc import Callable, Generator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from rehearsal.load.exporter import Exporter, vllm
from rehearsal.load.model import LoadModel, Moment
from rehearsal.load.queue import QueueLoad
from rehearsal.scaling import Scaled
from rehearsal.scenarios.broker import broker
from rehearsal.scenarios.clocks import Clocks
from rehearsal.scenarios.metrics import Metrics
from rehearsal.scenarios.observer import Observer
from rehearsal.scenarios.player import Load
from rehearsal.scenarios.prepare import Prepared
from rehearsal.stage import Stage
from settings.scaling import RabbitmqTrigger


@dataclass(frozen=True, kw_only=True)
class Source:
    """The load, where its moments are shown, and how many replicas they call for."""

    load: Load
    show: Callable[[Moment], None]
    asked: Callable[[], float]


@contextmanager
def source(
    stage: Stage, prepared: Prepared, target: Scaled, clocks: Clocks, tree: Path | None
) -> Generator[Source]:
    """Set the load up; `tree` is RabbitMQ's, for a model with a queue."""
    seed = prepared.scenario.load.seed
    with ExitStack() as open_ones:
        exporter = open_ones.enter_context(Exporter(vllm, prepared.service, target.namespace))
        # The label `job` is what a PodMonitor gives, and what the ScaledObject's query selects by.
        job = f"{target.namespace}/{target.name}"
        stage.prometheus.watch({job: [exporter.address]}, clocks.scrape_interval())
        observer = Observer(api=stage.plane.api, namespace=target.namespace, server=target.name)
        metrics = Metrics(url=stage.prometheus.url, triggers=observer.triggers())
        queue = prepared.queue
        if queue is None or tree is None:
            load = LoadModel(prepared.service, prepared.arrivals, seed)
            yield Source(load=load, show=exporter.show, asked=metrics.asked)
            return
        rabbit = open_ones.enter_context(broker(stage, tree, target.namespace, target.name, queue))
        messages = QueueLoad(prepared.service, prepared.arrivals, seed, rabbit.connect, queue.queue)
        yield _queued(open_ones.enter_context(messages), exporter, metrics, queue)


def _queued(messages: QueueLoad, exporter: Exporter, metrics: Metrics, queue: RabbitmqTrigger) -> Source:
    latest: list[Moment] = []

    def show(moment: Moment) -> None:
        latest[:] = [moment]
        # What waits is in the queue; the server itself has only what it works on.
        exporter.show(replace(moment, waiting=0))

    def asked() -> float:
        in_queue = sum(moment.waiting + moment.running for moment in latest)
        return max(metrics.asked(), in_queue / queue.messages)

    return Source(load=messages, show=show, asked=asked)
