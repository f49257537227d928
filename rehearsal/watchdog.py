"""Ends what a rehearsal started, by pid, even after the rehearsal itself was killed.

Run as ``python -m rehearsal.watchdog FOLDER``: it waits on its standard input, a pipe that only the
rehearsal holds open. When that pipe closes without the word ``release`` (the rehearsal crashed, or
was killed), everything recorded in the run's folder is ended.
"""

import json
import sys
import time
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path

import psutil

RELEASE = "release"
"""The one word that tells a watchdog to leave everything running."""

# Two readings of one start time differ by the clock's corrections; no pid is used again this soon.
_SAME_START_SECONDS = 2.0
_END_SECONDS = 5.0
_POLL_SECONDS = 0.02


@dataclass(frozen=True, slots=True)
class Record:
    """Names one process for good: a pid alone may be another process tomorrow.

    ``created`` is the process's start, in seconds since the epoch.
    """

    pid: int
    created: float

    @classmethod
    def of(cls, pid: int) -> "Record":
        """Return the record of the live process ``pid``; psutil.NoSuchProcess where there is none."""
        return cls(pid, psutil.Process(pid).create_time())

    @classmethod
    def read(cls, path: Path) -> "Record | None":
        """Return the record written in ``path``; None where it is gone or half written."""
        try:
            return cls(**json.loads(path.read_text()))
        except (OSError, ValueError, TypeError):
            return None

    def write(self, path: Path) -> None:
        """Write the record to ``path`` in one step, so that no reader sees half of it."""
        path.parent.mkdir(parents=True, exist_ok=True)
        draft = path.with_suffix(".new")
        draft.write_text(json.dumps(asdict(self)))
        draft.replace(path)

    def process(self) -> psutil.Process | None:
        """Return the process itself; None where it has ended or its pid is another's now."""
        with suppress(psutil.Error):
            process = psutil.Process(self.pid)
            if abs(process.create_time() - self.created) < _SAME_START_SECONDS and alive(process):
                return process
        return None


def alive(process: psutil.Process) -> bool:
    """Tell whether ``process`` still runs; one that only waits for its parent to notice does not."""
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def record_path(folder: Path, name: str) -> Path:
    """Return where the process ``name`` of the run in ``folder`` is recorded."""
    return folder / "processes" / f"{name}.json"


def recorded(folder: Path) -> Iterator[psutil.Process]:
    """Yield the live processes that the run in ``folder`` recorded itself."""
    for path in sorted((folder / "processes").glob("*.json")):
        record = Record.read(path)
        process = record.process() if record else None
        if process is not None:
            yield process


def components(folder: Path) -> dict[str, psutil.Process]:
    """Return the live control-plane components that kwokctl started for the run in ``folder``.

    kwokctl writes bare pids. One counts only where it runs a program out of this run's own folder.
    """
    found: dict[str, psutil.Process] = {}
    for path in sorted(folder.glob("kwokctl/clusters/*/pids/*.pid")):
        with suppress(OSError, ValueError, psutil.Error):
            process = psutil.Process(int(path.read_text()))
            program = next(iter(process.cmdline()), "")
            if alive(process) and Path(program).is_relative_to(folder):
                found[path.stem] = process
    return found


def family(processes: Iterable[psutil.Process]) -> list[psutil.Process]:
    """Return ``processes`` with all their descendants."""
    members = {process.pid: process for process in processes}
    for process in list(members.values()):
        with suppress(psutil.NoSuchProcess):
            members.update({child.pid: child for child in process.children(recursive=True)})
    return list(members.values())


def wait_ended(processes: Iterable[psutil.Process], seconds: float) -> list[psutil.Process]:
    """Wait up to ``seconds`` for ``processes`` to end and return those that still run."""
    deadline = time.monotonic() + seconds
    left = [process for process in processes if alive(process)]
    while left and time.monotonic() < deadline:
        time.sleep(_POLL_SECONDS)
        left = [process for process in left if alive(process)]
    return left


def kill(processes: Iterable[psutil.Process]) -> None:
    """Kill ``processes`` and their descendants, and wait for their end (5 s at most)."""
    doomed = list(processes)
    for process in doomed:
        # A halted parent starts no further child between our looking and our killing.
        with suppress(psutil.NoSuchProcess):
            process.suspend()
    members = family(doomed)
    for process in members:
        with suppress(psutil.NoSuchProcess):
            process.kill()
    wait_ended(members, _END_SECONDS)


def end_everything(folder: Path) -> None:
    """Kill every process of the run in ``folder``; harmless where none is left.

    The recorded ones go first: kwokctl is one of them while it creates a cluster, and it must not
    start more components behind our back.
    """
    kill(recorded(folder))
    kill(components(folder).values())


def watch(folder: Path) -> None:
    """Wait for the rehearsal's end, then end what it left unless it said ``release``."""
    if sys.stdin.readline().strip() != RELEASE:
        end_everything(folder)


if __name__ == "__main__":
    watch(Path(sys.argv[1]))
