"""One builder at a time."""

import fcntl
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from rehearsal.toolchain.model import Event, Progress, State


@contextmanager
def exclusive(path: Path, progress: Progress) -> Generator[None]:
    """Hold the lock file, waiting for another process that holds it.

    The kernel lets go of it when the process ends, however it ends.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            progress(Event("toolchain", State.WAITING, "another process is building"))
            fcntl.flock(file, fcntl.LOCK_EX)
        yield
