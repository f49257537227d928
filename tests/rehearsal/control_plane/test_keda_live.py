"""KEDA itself, with a real Prometheus behind its trigger."""

from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest
from prometheus_client import CollectorRegistry, Gauge, start_http_server

from rehearsal.control_plane import Api, ControlPlane
from rehearsal.control_plane.leftovers import leftovers, snapshot_objects
from rehearsal.control_plane.ports import free_ports
from rehearsal.keda import Keda
from rehearsal.prometheus import Prometheus
from rehearsal.scaling import Scaled, hold, let_go, scaled
from rehearsal.service_proxy import ServiceProxy
from rehearsal.toolchain import Toolchain
from tests.rehearsal.control_plane.live import until

pytestmark = pytest.mark.live

DEPLOYMENT = "/apis/apps/v1/namespaces/default/deployments/web"
SCALED_OBJECT = "/apis/keda.sh/v1alpha1/namespaces/default/scaledobjects/web"
# Written as users write it: an address in the cluster.
ADDRESS = "http://prometheus.monitoring.svc:9090"


@pytest.fixture
def waiting() -> Iterator[Gauge]:
    """Requests that wait, as an exporter on loopback tells them."""
    registry = CollectorRegistry()
    gauge = Gauge("waiting", "requests that wait", registry=registry)
    (port,) = free_ports(1)
    server, _ = start_http_server(port, addr="127.0.0.1", registry=registry)
    gauge.port = port  # pyright: ignore[reportAttributeAccessIssue]  handed on with the gauge
    yield gauge
    server.shutdown()


@pytest.fixture
def prometheus(toolchain: Toolchain, tmp_path: Path) -> Iterator[Prometheus]:
    with Prometheus(binary=toolchain.prometheus, folder=tmp_path) as running:
        yield running


@pytest.fixture
def keda(control_plane: ControlPlane, toolchain: Toolchain, prometheus: Prometheus) -> Iterator[Keda]:
    with ServiceProxy(control_plane.folder) as proxy:
        proxy.route("prometheus", "monitoring", 9090, prometheus.port)
        with Keda(
            operator=toolchain.keda_operator,
            adapter=toolchain.keda_adapter,
            plane=control_plane,
            proxy=proxy.url,
        ) as running:
            yield running


def add_target(api: Api, **trigger: str) -> None:
    labels = {"app": "web"}
    container = {"name": "main", "image": "none"}
    template = {"metadata": {"labels": labels}, "spec": {"containers": [container]}}
    api.apply(
        DEPLOYMENT,
        {
            "apiVersion": "apps/v1",
            "kind": "Deployment",
            "metadata": {"name": "web", "namespace": "default"},
            "spec": {"selector": {"matchLabels": labels}, "template": template},
        },
    )
    metadata = {"serverAddress": ADDRESS, "query": "sum(waiting) or vector(0)", "threshold": "5", **trigger}
    triggers = [{"type": "prometheus", "metricType": "AverageValue", "metadata": metadata}]
    api.apply(
        SCALED_OBJECT,
        {
            "apiVersion": "keda.sh/v1alpha1",
            "kind": "ScaledObject",
            "metadata": {"name": "web", "namespace": "default"},
            "spec": {
                "scaleTargetRef": {"name": "web"},
                "minReplicaCount": 2,
                "maxReplicaCount": 6,
                "pollingInterval": 1,
                "triggers": triggers,
            },
        },
    )


def remove_target(api: Api) -> None:
    api.delete(SCALED_OBJECT)
    api.delete(DEPLOYMENT, propagationPolicy="Foreground")
    until(lambda: not api.find(SCALED_OBJECT) and not api.find(DEPLOYMENT))


def target(api: Api) -> Scaled:
    (found,) = scaled(api)
    return found


def listens_at(pids: tuple[int, ...]) -> set[str]:
    rows = [row for pid in pids for row in psutil.Process(pid).net_connections()]
    return {row.laddr.ip for row in rows if row.status == psutil.CONN_LISTEN}


def test_replicas_follow_a_metric_that_prometheus_scrapes(
    control_plane: ControlPlane, keda: Keda, prometheus: Prometheus, waiting: Gauge
) -> None:
    api = control_plane.api
    baseline = snapshot_objects(api)
    prometheus.watch({"default/web": [f"127.0.0.1:{waiting.port}"]}, scrape_interval="1s")  # pyright: ignore[reportAttributeAccessIssue, reportUnknownMemberType]  see its fixture
    add_target(api)
    until(lambda: target(api).at_floor)

    waiting.set(24)

    # 24 waiting, 5 to a replica.
    until(lambda: target(api).replicas == 5)
    assert target(api).wrong == ()
    remove_target(api)
    keda.stop()
    assert leftovers(api, baseline, settle_seconds=30) == ()


def test_it_holds_what_it_is_told_and_lets_go(control_plane: ControlPlane, keda: Keda) -> None:
    assert keda.running
    api = control_plane.api
    add_target(api)
    until(lambda: target(api).at_floor)

    hold(api, target(api), 6)
    until(lambda: target(api).replicas == 6)
    let_go(api, timeout_seconds=60)

    assert target(api).replicas == 2
    until(lambda: target(api).followed)
    assert not target(api).held
    remove_target(api)


def test_a_parameter_it_does_not_know_is_seen(control_plane: ControlPlane, keda: Keda) -> None:
    assert keda.running
    api = control_plane.api
    add_target(api, treshold="7")
    (said,) = until(lambda: target(api).wrong)
    assert said == "Unmatched input property treshold in scaler prometheus"
    remove_target(api)


def test_everything_listens_on_loopback_and_no_key_is_shown(
    control_plane: ControlPlane, keda: Keda, prometheus: Prometheus
) -> None:
    assert len(keda.pids) == 2
    assert prometheus.pid
    assert listens_at((*keda.pids, prometheus.pid)) == {"127.0.0.1"}
    logs = [control_plane.folder / "logs" / f"keda-{part}.log" for part in ("operator", "adapter")]
    key = "".join(control_plane.client_key.read_text().splitlines()[1:3])
    assert all(key not in "".join(log.read_text().splitlines()) for log in logs)


def test_a_scaled_object_that_outlives_it_stays(control_plane: ControlPlane, keda: Keda) -> None:
    api = control_plane.api
    add_target(api)
    until(lambda: target(api).at_floor)
    keda.stop()
    api.delete(SCALED_OBJECT)
    assert api.get(SCALED_OBJECT)["metadata"]["finalizers"] == ["finalizer.keda.sh"]
    keda.start()
    until(lambda: not api.find(SCALED_OBJECT))
    api.delete(DEPLOYMENT, propagationPolicy="Foreground")
