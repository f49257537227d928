"""Processes that the rehearsal starts, waits for, and always ends."""

import os
import subprocess
import sys
import time
import urllib.request
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

import psutil

from rehearsal import watchdog
from rehearsal.watchdog import Record, record_path

Ready = str | Path | Callable[[], bool]
"""How a process shows it is ready: a URL that answers 200, a file that exists, or a function."""

_POLL_SECONDS = 0.05
_INHERITED = ("PATH", "HOME", "TMPDIR", "LANG", "LC_ALL", "USER", "SSL_CERT_FILE")
_DIRECT = urllib.request.build_opener(urllib.request.ProxyHandler({}))


class ProcessError(Exception):
    """A process ended early or never became ready; the text has its last log lines."""


def clean_environment(extra: Mapping[str, str]) -> dict[str, str]:
    """Return a small environment with ``extra`` on top.

    A child sees nothing else of ours, so cloud credentials and proxy settings never reach it.
    """
    return {name: os.environ[name] for name in _INHERITED if name in os.environ} | dict(extra)


@dataclass(kw_only=True)
class Process:
    """One child process of the run in ``folder``.

    ``environment`` is all the child sees (see ``clean_environment``). Its output goes to
    ``folder/logs/NAME.log``; its pid is recorded in the folder, for the watchdog.
    """

    name: str
    command: Sequence[str | Path]
    folder: Path
    environment: Mapping[str, str]
    ready: Ready | None = None
    _child: subprocess.Popen[bytes] | None = field(default=None, init=False, repr=False)

    @property
    def log(self) -> Path:
        """Where the child's output goes."""
        return self.folder / "logs" / f"{self.name}.log"

    @property
    def pid(self) -> int | None:
        """The child's pid while it runs."""
        return self._child.pid if self._child and self._child.poll() is None else None

    def start(self, timeout_seconds: float = 30.0) -> Self:
        """Start the child and wait until it is ready.

        Raises ProcessError where it ends early or is not ready after ``timeout_seconds``; nothing
        is left running then.
        """
        self.log.parent.mkdir(parents=True, exist_ok=True)
        with self.log.open("ab") as log:
            # A session of its own: Ctrl-C reaches only the rehearsal, which then ends its children.
            self._child = subprocess.Popen(
                [str(word) for word in self.command],
                env=dict(self.environment),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        Record.of(self._child.pid).write(record_path(self.folder, self.name))
        try:
            self._wait_ready(timeout_seconds)
        except BaseException:
            self.stop(grace_seconds=0)
            raise
        return self

    def wait(self, timeout_seconds: float) -> None:
        """Wait for a child that ends by itself; ProcessError on a failure or after the time."""
        if self._child is None:
            return
        try:
            code = self._child.wait(timeout_seconds)
        except BaseException:
            self.stop(grace_seconds=0)
            raise
        record_path(self.folder, self.name).unlink(missing_ok=True)
        if code:
            raise ProcessError(f"{self.name} ended with exit code {code}.\n{self.last_lines()}")

    def stop(self, grace_seconds: float = 5.0) -> None:
        """End the child: a request, ``grace_seconds`` to comply, then force. Safe to call twice."""
        child, self._child = self._child, None
        if child is None:
            return
        record = Record.read(record_path(self.folder, self.name))
        process = record.process() if record else None
        if process is not None and child.poll() is None:
            members = watchdog.family([process])
            child.terminate()
            with suppress(subprocess.TimeoutExpired):
                child.wait(grace_seconds)
            watchdog.kill(member for member in members if watchdog.alive(member))
        child.wait()
        record_path(self.folder, self.name).unlink(missing_ok=True)

    def last_lines(self, count: int = 10) -> str:
        """Return the last ``count`` lines of the log."""
        with suppress(OSError), self.log.open(errors="replace") as log:
            return "".join(deque(log, count)).rstrip()
        return ""

    def _wait_ready(self, timeout_seconds: float) -> None:
        deadline = time.monotonic() + timeout_seconds
        while self.ready is not None and not _is_ready(self.ready):
            if self.pid is None:
                raise ProcessError(f"{self.name} ended before it was ready.\n{self.last_lines()}")
            if time.monotonic() > deadline:
                raise ProcessError(
                    f"{self.name} was not ready after {timeout_seconds:g} s.\n{self.last_lines()}"
                )
            time.sleep(_POLL_SECONDS)


def _is_ready(ready: Ready) -> bool:
    if isinstance(ready, Path):
        return ready.exists()
    if not isinstance(ready, str):
        return ready()
    try:
        with _DIRECT.open(ready, timeout=2) as answer:
            return answer.status == 200  # noqa: PLR2004 - the HTTP status for success
    except OSError:
        return False


def listens(process: Process, port: int) -> bool:
    """Tell whether the child listens on a TCP port: how one is ready that answers nobody yet."""
    if process.pid is None:
        return False
    with suppress(psutil.Error):
        rows = psutil.Process(process.pid).net_connections("tcp")
        return any(row.status == psutil.CONN_LISTEN and row.laddr.port == port for row in rows)
    return False


class Watchdog:
    """A child that ends everything recorded in ``folder`` when this process dies, however it dies."""

    def __init__(self, folder: Path) -> None:
        # The module is run from the checkout's root, wherever the caller stands.
        self._child = subprocess.Popen(
            [sys.executable, "-m", "rehearsal.watchdog", str(folder)],
            cwd=Path(__file__).resolve().parent.parent,
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )

    def release(self) -> None:
        """Let go: whatever runs stays up after this process has ended."""
        self._finish(f"{watchdog.RELEASE}\n".encode())

    def close(self) -> None:
        """End everything that still runs, now."""
        self._finish(b"")

    def _finish(self, word: bytes) -> None:
        with suppress(OSError, ValueError):
            self._child.communicate(word)
