"""RabbitMQ itself, out of Debian's packages."""

import json
import urllib.request
from base64 import b64encode
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pika.exceptions
import psutil
import pytest

from rehearsal.rabbitmq import RabbitMq
from rehearsal.service_proxy import ServiceProxy
from rehearsal.toolchain import ensure

pytestmark = pytest.mark.live

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def tree() -> Path:
    found = ensure("1.36", root=ROOT, scenarios=True).rabbitmq
    assert found
    return found


@pytest.fixture(scope="module")
def rabbitmq(tree: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RabbitMq]:
    with RabbitMq(tree=tree, folder=tmp_path_factory.mktemp("rabbitmq")) as running:
        yield running


def asked_through_the_proxy(rabbitmq: RabbitMq, folder: Path, path: str) -> Any:
    """Ask the management API as KEDA does: by the Service's name, through the proxy."""
    token = b64encode(f"{rabbitmq.user}:{rabbitmq.password}".encode()).decode()
    with ServiceProxy(folder) as proxy:
        proxy.route("rabbitmq", "data", 15672, rabbitmq.management_port)
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({"http": proxy.url}))
        opener.addheaders = [("Authorization", f"Basic {token}")]
        with opener.open(f"http://rabbitmq.data.svc:15672{path}", timeout=30) as answer:
            return json.loads(answer.read())


def test_what_is_published_waits_in_the_queue(rabbitmq: RabbitMq, tmp_path: Path) -> None:
    rabbitmq.declare("jobs")
    rabbitmq.publish("jobs", [b"one", b"two", b"three"])

    with rabbitmq.connect() as connection:
        state = connection.channel().queue_declare("jobs", passive=True)
    assert state.method.message_count == 3
    seen = asked_through_the_proxy(rabbitmq, tmp_path, "/api/queues/%2F/jobs")
    assert seen["type"] == "quorum"
    assert seen["durable"] is True


def test_a_message_to_no_queue_is_an_error(rabbitmq: RabbitMq) -> None:
    with pytest.raises(pika.exceptions.UnroutableError):
        rabbitmq.publish("no-such-queue", [b"lost"])


def test_it_listens_on_loopback_and_shows_its_password_nowhere(rabbitmq: RabbitMq) -> None:
    assert len(rabbitmq.pids) == 2
    processes = [psutil.Process(pid) for pid in rabbitmq.pids]
    processes += [child for one in processes for child in one.children(recursive=True)]
    rows = [row for one in processes for row in one.net_connections() if row.status == psutil.CONN_LISTEN]
    assert {row.laddr.ip for row in rows} <= {"127.0.0.1", "::1"}
    assert len({row.laddr.port for row in rows}) == 4
    shown = [word for one in processes for word in (*one.cmdline(), *one.environ().values())]
    assert not any(rabbitmq.password in word for word in shown)
    logs = rabbitmq.folder.glob("logs/*")
    assert not any(rabbitmq.password in log.read_text(errors="replace") for log in logs)
    holders = [
        path
        for path in rabbitmq.folder.rglob("*.conf")
        if rabbitmq.password in path.read_text(encoding="utf-8")
    ]
    assert [path.stat().st_mode & 0o777 for path in holders] == [0o600]


def test_another_password_is_refused(rabbitmq: RabbitMq) -> None:
    other = RabbitMq(tree=rabbitmq.tree, folder=rabbitmq.folder, password="wrong")
    other.amqp_port = rabbitmq.amqp_port
    with pytest.raises(pika.exceptions.ProbableAuthenticationError):
        other.connect()


def test_a_restart_keeps_what_waits_and_the_end_leaves_no_process(tree: Path, tmp_path: Path) -> None:
    server = RabbitMq(
        tree=tree, folder=tmp_path, user="platform", password="given-by-the-stack", vhost="jobs"
    )
    with server:
        pids = server.pids
        server.declare("jobs")
        server.publish("jobs", [b"one"])
    assert not any(psutil.pid_exists(pid) for pid in pids)
    with server, server.connect() as connection:
        assert connection.channel().queue_declare("jobs", passive=True).method.message_count == 1
