"""Lets KEDA reach what the cluster's Services stand for, by the addresses that the user's objects name."""

import json
import sys
from pathlib import Path
from types import TracebackType
from typing import Self

from rehearsal import proxy_server
from rehearsal.control_plane.ports import LOOPBACK, free_ports
from rehearsal.processes import Process, clean_environment, listens


class ServiceProxy:
    """A forward proxy on loopback, in a process of its own, so that it lives as long as KEDA does.

    The run's folder holds its table. Hosts that have no route are refused, and are in `refused`.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._table = folder / "proxy-routes.json"
        self._routes: dict[str, int] = {}
        self._process: Process | None = None
        self.url = ""

    def route(self, service: str, namespace: str, port: int, local_port: int) -> None:
        """Send what asks for `port` of a Service to `local_port` on loopback, from now on."""
        self._routes[f"{service}.{namespace}.svc:{port}"] = local_port
        self._write()

    @property
    def refused(self) -> tuple[str, ...]:
        """The places, as "service.namespace.svc:port", that were asked for in vain."""
        notes = self._table.with_suffix(".refused")
        return tuple(sorted(set(notes.read_text(encoding="utf-8").split()))) if notes.exists() else ()

    def start(self) -> Self:
        """Start the proxy and wait until it listens; ProcessError where it does not."""
        (port,) = free_ports(1)
        self._write()
        process = Process(
            name="service-proxy",
            # Isolated: a script's folder would come first on the path, and ours holds names of Python's own.
            command=[sys.executable, "-I", proxy_server.__file__, str(port), self._table],
            folder=self._folder,
            environment=clean_environment({}),
        )
        process.ready = lambda: listens(process, port)
        self._process = process.start()
        self.url = f"http://{LOOPBACK}:{port}"
        return self

    def stop(self) -> None:
        """End the proxy. Safe to call twice."""
        if self._process is not None:
            self._process.stop()
            self._process = None

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None
    ) -> None:
        self.stop()

    def _write(self) -> None:
        self._table.parent.mkdir(parents=True, exist_ok=True)
        draft = self._table.with_suffix(".new")
        draft.write_text(json.dumps(self._routes), encoding="utf-8")
        draft.replace(self._table)
