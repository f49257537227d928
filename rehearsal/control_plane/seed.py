"""etcd data with CRDs in it, kept from one run for the next.

Each CRD costs the API server a quarter of a second of work before it is served, and the operators
bring dozens. Data that already holds them starts in a third of that time and with less memory.
"""

import hashlib
import os
import shutil
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

import psutil

from rehearsal.toolchain import Toolchain

_FORMAT = "1"
"""Change it when data kept by older versions of this module must not be used."""


class Seed:
    """The kept etcd data for one set of CRDs on one Kubernetes version, whether or not it is there yet."""

    def __init__(self, root: Path, toolchain: Toolchain, crds: Sequence[Path]) -> None:
        digest = hashlib.sha256(f"{_FORMAT} {toolchain.kubernetes}".encode())
        for path in sorted(crds):
            digest.update(path.read_bytes())
        self.path = root / ".tools" / "seeds" / digest.hexdigest()[:16]

    def plant(self, data: Path) -> bool:
        """Copy the kept data to ``data``, where etcd will look for it; False where none is kept."""
        if not self.path.exists():
            return False
        data.parent.mkdir(parents=True, exist_ok=True)
        shutil.copytree(self.path, data)
        return True

    def keep(self, etcd: int, data: Path) -> None:
        """Keep a copy of ``data``, the data of the running etcd with pid ``etcd``.

        A halted etcd leaves its files as a killed one would, which it recovers from.
        """
        draft = self.path.with_name(f"{self.path.name}.{os.getpid()}")
        process = psutil.Process(etcd)
        process.suspend()
        try:
            shutil.copytree(data, draft)
        finally:
            process.resume()
        # Another run may have kept the same in the meantime; either will do.
        with suppress(OSError):
            draft.rename(self.path)
        shutil.rmtree(draft, ignore_errors=True)
