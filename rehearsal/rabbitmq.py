"""RabbitMQ itself, from Debian's packages, as plain processes on loopback."""

import secrets
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import pika

from rehearsal.control_plane.ports import LOOPBACK, free_ports
from rehearsal.processes import Process, clean_environment, listens

_CONFIGURATION = """\
listeners.tcp.1 = {host}:{amqp}
management.tcp.ip = {host}
management.tcp.port = {management}
default_user = {user}
default_pass = {password}
default_vhost = {vhost}
log.console = true
log.console.level = warning
log.file = false
"""
# Those of RabbitMQ's own start script, 3.10 to 4.0; waiting threads give their core back.
_FLAGS = (
    *("-noinput", "-boot", "start_sasl", "-s", "rabbit", "boot"),
    *("+W", "w", "+sbwt", "none", "+sbwtdcpu", "none", "+sbwtdio", "none"),
    *("-kernel", "inet_dist_use_interface", "{127,0,0,1}"),
    *("-kernel", "prevent_overlapping_partitions", "false"),
    *("-syslog", "logger", "[]", "-syslog", "syslog_error_logger", "false"),
)


@dataclass(kw_only=True)
class RabbitMq:
    """A RabbitMQ server in the run's `folder`, out of `tree`, where the toolchain has unpacked it.

    Its one user has all rights. The password stands in a file that only its owner can read, and in no
    argument. What KEDA is to ask gets the user and password of the cluster's own Secret.
    """

    tree: Path
    folder: Path
    user: str = "rehearsal"
    password: str = field(default_factory=lambda: secrets.token_hex(16), repr=False)
    vhost: str = "/"
    amqp_port: int = field(default=0, init=False)
    management_port: int = field(default=0, init=False)
    _processes: list[Process] = field(default_factory=list[Process], init=False, repr=False)

    def start(self, timeout_seconds: float = 90.0) -> Self:
        """Start it and wait until it serves; ProcessError where it does not. Safe to call twice.

        After `stop` it comes back with its queues, on other ports.
        """
        if self._processes:
            return self
        mapper, distribution, self.amqp_port, self.management_port = free_ports(4)
        self._write()
        environment = self._environment(mapper, distribution)
        # Names of nodes are asked of a process of our own, on a port of its own.
        names = self._process(
            "epmd", ["epmd", "-address", LOOPBACK, "-port", str(mapper)], environment, mapper
        )
        server = self._process("rabbitmq", ["erlexec", *_FLAGS], environment, self.management_port)
        self._processes.append(names.start(timeout_seconds))
        try:
            self._processes.append(server.start(timeout_seconds))
        except BaseException:
            self.stop()
            raise
        return self

    def stop(self) -> None:
        """End it; what is durable stays in the folder. Safe to call twice."""
        while self._processes:
            self._processes.pop().stop(grace_seconds=15.0)

    def declare(self, queue: str, *, quorum: bool = True) -> None:
        """Make a durable queue, or see that it is there as it should be."""
        arguments: dict[str, Any] = {"x-queue-type": "quorum" if quorum else "classic"}
        with self.connect() as connection:
            connection.channel().queue_declare(queue, durable=True, arguments=arguments)

    def publish(self, queue: str, bodies: Iterable[bytes]) -> None:
        """Put persistent messages into a queue, and wait until the server has them all."""
        properties = pika.BasicProperties(delivery_mode=pika.DeliveryMode.Persistent.value)
        with self.connect() as connection:
            channel = connection.channel()
            channel.confirm_delivery()
            for body in bodies:
                channel.basic_publish("", queue, body, properties, mandatory=True)

    def connect(self) -> pika.BlockingConnection:
        """Open a connection; it closes at the end of a `with` statement."""
        credentials = pika.PlainCredentials(self.user, self.password)
        return pika.BlockingConnection(
            pika.ConnectionParameters(LOOPBACK, self.amqp_port, self.vhost, credentials)
        )

    @property
    def pids(self) -> tuple[int, ...]:
        """The pids of what runs."""
        return tuple(process.pid for process in self._processes if process.pid is not None)

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None
    ) -> None:
        self.stop()

    @property
    def _home(self) -> Path:
        return self.folder / "rabbitmq"

    @property
    def _erlang(self) -> Path:
        return self.tree / "usr" / "lib" / "erlang"

    @property
    def _binaries(self) -> Path:
        return next(self._erlang.glob("erts-*")) / "bin"

    def _process(
        self, name: str, command: Sequence[str], environment: Mapping[str, str], port: int
    ) -> Process:
        """Return a program of Erlang's that is ready once it listens on `port`."""
        program, *arguments = command
        process = Process(
            name=name,
            command=[self._binaries / program, *arguments],
            folder=self.folder,
            environment=environment,
        )
        process.ready = lambda: listens(process, port)
        return process

    def _write(self) -> None:
        for folder in (self._home, self._home / "data", self._home / "log"):
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        (self._home / "enabled_plugins").write_text("[rabbitmq_management].\n", encoding="utf-8")
        configuration = self._home / "rabbitmq.conf"
        configuration.touch(mode=0o600)
        configuration.write_text(
            _CONFIGURATION.format(
                host=LOOPBACK,
                amqp=self.amqp_port,
                management=self.management_port,
                user=self.user,
                password=self.password,
                vhost=self.vhost,
            ),
            encoding="utf-8",
        )

    def _environment(self, mapper: int, distribution: int) -> dict[str, str]:
        """What the start scripts would set; these name folders of the system, so they are left out."""
        server = next((self.tree / "usr" / "lib" / "rabbitmq" / "lib").glob("rabbitmq_server-*"))
        return clean_environment(
            {
                # Erlang keeps the cookie of its nodes here.
                "HOME": str(self._home),
                "ROOTDIR": str(self._erlang),
                "BINDIR": str(self._binaries),
                "EMU": "beam",
                "PROGNAME": "erl",
                "ERL_LIBS": str(server / "plugins"),
                "ERL_MAX_ETS_TABLES": "50000",
                "ERL_EPMD_ADDRESS": LOOPBACK,
                "ERL_EPMD_PORT": str(mapper),
                "RABBITMQ_HOME": str(server),
                "RABBITMQ_PLUGINS_DIR": str(server / "plugins"),
                "RABBITMQ_NODENAME": "rehearsal@localhost",
                "RABBITMQ_DIST_PORT": str(distribution),
                "RABBITMQ_CONFIG_FILE": str(self._home / "rabbitmq.conf"),
                "RABBITMQ_ENABLED_PLUGINS_FILE": str(self._home / "enabled_plugins"),
                "RABBITMQ_MNESIA_BASE": str(self._home / "data"),
                "RABBITMQ_LOG_BASE": str(self._home / "log"),
                "RABBITMQ_PID_FILE": str(self._home / "pid"),
            }
        )
