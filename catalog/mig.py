"""How GPUs can be cut with MIG, and the memory a process sees in a slice.

Profiles and counts: NVIDIA/mig-parted v0.15.0 deployments/systemd/config-default.yaml. Memory: `nvidia-smi mig
-lgip` of A100, H100 and RTX PRO 6000 as published, A100-40 1g.5gb as vLLM reports it (4.75 GiB); for the others
the fraction of memory in NVIDIA's MIG guide (1g 1/8, 2g 2/8, 3g and 4g 4/8) less what the driver keeps, and H200's
smaller slices as we know the guide to list them (not fetched; on the careful side). Read 2026-11. Slices with `+me`
and `+gfx` are left out: they add media engines, not memory.
"""

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path


@dataclass(frozen=True, kw_only=True)
class MigProfile:
    """One way to cut a GPU: its compute slices, GiB a process sees, and how many fit one GPU."""

    name: str
    slices: int
    memory_gib: float
    max_instances: int


def profiles(gpu: str) -> Mapping[str, MigProfile]:
    """Return the profiles of a GPU by name, empty for one that cannot be cut."""
    return _tables().get(gpu, {})


@cache
def _tables() -> Mapping[str, Mapping[str, MigProfile]]:
    tables: dict[str, dict[str, MigProfile]] = {}
    with (Path(__file__).parent / "tables" / "mig.csv").open(newline="", encoding="utf-8") as table:
        for row in csv.DictReader(table):
            tables.setdefault(row["gpu"], {})[row["profile"]] = MigProfile(
                name=row["profile"],
                slices=int(row["slices"]),
                memory_gib=float(row["memory_gib"]),
                max_instances=int(row["max_instances"]),
            )
    return tables
