"""Serves the load's numbers as the engines name them, for Prometheus to scrape. On loopback only."""

import threading
from collections.abc import Iterable, Iterator
from types import TracebackType
from typing import Protocol, Self
from wsgiref.simple_server import WSGIServer

from prometheus_client import CollectorRegistry, start_http_server
from prometheus_client.core import GaugeMetricFamily, HistogramMetricFamily, Metric
from prometheus_client.registry import Collector

from rehearsal.control_plane.ports import LOOPBACK, free_ports
from rehearsal.load.model import TTFT_BUCKETS, Moment, Service

# Prometheus adds `job` itself, as it does for a PodMonitor.
_LABELS = ("namespace", "pod")


class Engine(Protocol):
    """Names the load's numbers as an engine does."""

    def __call__(self, moment: Moment, service: Service, namespace: str) -> Iterator[Metric]:
        """Yield the metrics of a moment of a server in `namespace`."""
        ...


def vllm(moment: Moment, service: Service, namespace: str) -> Iterator[Metric]:
    """Yield vLLM's gauges for each Ready replica, and its histogram of the time to the first token."""
    each = max(1, len(moment.replicas))
    running, waiting = moment.running / each, moment.waiting / each
    cache = running / service.slots * service.kv_usage_when_full
    values = {
        "vllm:num_requests_running": ("Requests at work.", running),
        "vllm:num_requests_waiting": ("Requests that wait.", waiting),
        "vllm:kv_cache_usage_perc": ("Share of the KV cache in use, 0 to 1.", cache),
    }
    for name, (text, value) in values.items():
        yield _gauge(name, text, value, moment.replicas, namespace)
    first_token = HistogramMetricFamily(
        "vllm:time_to_first_token_seconds", "Time to the first token.", labels=_LABELS[:1]
    )
    first_token.add_metric((namespace,), list(_buckets(moment.first_tokens)), moment.first_token_sum)
    yield first_token


def triton(moment: Moment, service: Service, namespace: str) -> Iterator[Metric]:
    """Yield Triton's gauge of requests that wait for a model, for each Ready replica."""
    del service
    each = moment.waiting / max(1, len(moment.replicas))
    yield _gauge(
        "nv_inference_pending_request_count", "Requests that wait.", each, moment.replicas, namespace
    )


class Exporter(Collector):
    """An HTTP server with the metrics of the latest moment; nothing before the first."""

    def __init__(self, engine: Engine, service: Service, namespace: str) -> None:
        self._engine = engine
        self._service = service
        self._namespace = namespace
        self._moment: Moment | None = None
        (self.port,) = free_ports(1)
        self._http: WSGIServer | None = None
        self._thread: threading.Thread | None = None

    @property
    def address(self) -> str:
        """Host and port, as a scrape target."""
        return f"{LOOPBACK}:{self.port}"

    def show(self, moment: Moment) -> None:
        """Serve this moment from now on."""
        self._moment = moment

    def collect(self) -> Iterable[Metric]:
        """Return the metrics, as prometheus_client asks for them."""
        moment = self._moment
        return [] if moment is None else list(self._engine(moment, self._service, self._namespace))

    def __enter__(self) -> Self:
        registry = CollectorRegistry()
        registry.register(self)
        self._http, self._thread = start_http_server(self.port, LOOPBACK, registry)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None
    ) -> None:
        if self._http and self._thread:
            self._http.shutdown()
            self._http.server_close()
            self._thread.join()


def _gauge(name: str, text: str, value: float, replicas: Iterable[str], namespace: str) -> GaugeMetricFamily:
    gauge = GaugeMetricFamily(name, text, labels=_LABELS)
    for pod in replicas:
        gauge.add_metric((namespace, pod), value)
    return gauge


def _buckets(counts: Iterable[int]) -> Iterator[tuple[str, float]]:
    """Prometheus wants each bucket to hold all smaller ones."""
    together = 0
    for limit, count in zip(TTFT_BUCKETS, counts, strict=True):
        together += count
        yield ("+Inf" if limit == TTFT_BUCKETS[-1] else f"{limit:g}", together)
