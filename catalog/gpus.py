"""GPUs and the memory a process sees on them: EC2's, other clouds', and consumers' cards.

`tables/gpus.csv` has GiB as torch and vLLM report them (`total_memory`), which is less than the sticker and than
EC2's figure: the driver keeps its own part. Each row says where its figure was read, 2026-11; a row that names a
card's size only is that size less what the same vendor's driver keeps on the cards that were read.
"""

import csv
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from types import MappingProxyType

from catalog.instances import Instance

_TABLES = Path(__file__).parent / "tables"
# Words that say nothing about which GPU it is.
_NOISE = re.compile(r"nvidia|geforce|tesla|amd|instinct|[\s_.\-]")
# A100s come with two sizes under one EC2 name; the larger has more than this many MiB.
_A100_MIDDLE_MIB = 60_000
# What a process sees of a virtual GPU's memory: as the whole L4 sees 22.03 of EC2's 22.35 GiB.
_VGPU_VISIBLE = 0.98


@dataclass(frozen=True, kw_only=True)
class Gpu:
    """One kind of GPU. `visible_gib` is the memory a process can see; `capability` its compute capability.

    `name` is Karpenter's `instance-gpu-name` where EC2 has it, except A100s, which are two.
    """

    name: str
    visible_gib: float
    capability: float
    vendor: str
    source: str

    @property
    def rocm(self) -> bool:
        """Whether it is AMD's."""
        return self.vendor == "amd"


@cache
def _rows() -> list[dict[str, str]]:
    with (_TABLES / "gpus.csv").open(newline="", encoding="utf-8") as table:
        return list(csv.DictReader(table))


def _gpu(row: Mapping[str, str]) -> Gpu:
    return Gpu(
        name=row["name"],
        visible_gib=float(row["visible_gib"]),
        capability=float(row["capability"]),
        vendor=row["vendor"],
        source=row["source"],
    )


GPUS: Mapping[str, Gpu] = MappingProxyType({row["name"]: _gpu(row) for row in _rows()})


def find_gpu(text: str) -> Gpu | None:
    """Return the GPU someone means by `text`, for example `H100-80GB`, `RTX 4090` or `A100-40`; else None.

    Capitals, vendors, spaces and hyphens make no difference. A name that fits two GPUs is none's.
    """
    return _by_word().get(_word(text))


def gpu_of(instance: Instance) -> Gpu:
    """Return the GPU of an EC2 instance type; raise `KeyError` for one without a GPU."""
    name = instance.gpu
    if name == "a100":
        name = "a100-80gb" if instance.vram_mib > _A100_MIDDLE_MIB else "a100-40gb"
    gpu = GPUS[name]
    if not instance.gpus:
        return replace(gpu, visible_gib=round(instance.vram_mib / 1024 * _VGPU_VISIBLE, 2))
    return gpu


@cache
def _by_word() -> Mapping[str, Gpu]:
    """Every spelling of every GPU."""
    spellings = ((name, row["name"]) for row in _rows() for name in (row["name"], *row["aliases"].split()))
    return {_word(spelling): GPUS[name] for spelling, name in spellings}


def _word(text: str) -> str:
    return _NOISE.sub("", text.lower())
