"""Prometheus itself, scraping exporters on loopback."""

import os
import signal
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import yaml

from rehearsal.control_plane.ports import LOOPBACK, free_ports
from rehearsal.processes import Process, clean_environment


@dataclass(kw_only=True)
class Prometheus:
    """Prometheus in the run's `folder`, scraping `targets` each `scrape_interval` (as in "1s").

    `targets` are addresses, as in "127.0.0.1:9100", by the value that their series carry as `job`: for a
    server's PodMonitor that is "<namespace>/<server>".
    """

    binary: Path
    folder: Path
    targets: Mapping[str, Sequence[str]] = field(default_factory=dict[str, Sequence[str]])
    scrape_interval: str = "15s"
    port: int = field(default=0, init=False)
    _process: Process | None = field(default=None, init=False, repr=False)

    def start(self, timeout_seconds: float = 30.0) -> Self:
        """Start it and wait until it is ready; ProcessError where it is not. Safe to call twice."""
        if self._process is None:
            (self.port,) = free_ports(1)
            self._write()
            self._process = self._prepare().start(timeout_seconds)
        return self

    def stop(self) -> None:
        """End it. Safe to call twice."""
        if self._process is not None:
            self._process.stop()
            self._process = None

    def watch(self, targets: Mapping[str, Sequence[str]], scrape_interval: str) -> None:
        """Scrape other targets from now on."""
        self.targets, self.scrape_interval = targets, scrape_interval
        self._write()
        if self._process is not None and self._process.pid is not None:
            os.kill(self._process.pid, signal.SIGHUP)

    @property
    def url(self) -> str:
        """Where it answers, on loopback."""
        return f"http://{LOOPBACK}:{self.port}"

    @property
    def pid(self) -> int | None:
        """Its pid while it runs."""
        return self._process.pid if self._process else None

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None
    ) -> None:
        self.stop()

    @property
    def _home(self) -> Path:
        return self.folder / "prometheus"

    def _write(self) -> None:
        configuration: dict[str, Any] = {
            "global": {"scrape_interval": self.scrape_interval, "scrape_timeout": self.scrape_interval},
            "scrape_configs": [
                {"job_name": job, "static_configs": [{"targets": list(addresses)}]}
                for job, addresses in sorted(self.targets.items())
            ],
        }
        self._home.mkdir(parents=True, exist_ok=True)
        (self._home / "prometheus.yaml").write_text(yaml.safe_dump(configuration), encoding="utf-8")

    def _prepare(self) -> Process:
        return Process(
            name="prometheus",
            command=[
                self.binary.absolute(),
                f"--config.file={self._home / 'prometheus.yaml'}",
                f"--storage.tsdb.path={self._home / 'data'}",
                f"--web.listen-address={LOOPBACK}:{self.port}",
            ],
            folder=self.folder,
            environment=clean_environment({}),
            ready=f"{self.url}/-/ready",
        )
