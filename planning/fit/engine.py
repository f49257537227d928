"""What each version of vLLM does with memory. Sources: vLLM V1 0.8 to 0.28 as read 2026-11; logs for 0.4 to 0.7.

See docs/adr/0011-a-model-of-gpu-memory.md for what was read and what was fitted.
"""

import re
from bisect import bisect_right
from dataclasses import dataclass
from functools import cache

from catalog.gpus import Gpu

OLDEST, NEWEST = (0, 4), (0, 33)
"""First and last minor versions whose memory is known."""

_VERSION = re.compile(r"v?(\d+)\.(\d+)(?:\.(\d+|x))?(?:[.\-+]?(?:rc|post|dev|a|b)\d*.*|\+.*)?", re.ASCII)
# V1 needs tensor cores of Ampere until V0 was removed.
_V1_CAPABILITY = 8.0
# GiB of CUDA context, NCCL and other libraries by tensor parallel size, fitted to logs. From 0.18 on, GPUs with
# symmetric memory (Hopper, data centre Blackwell, AMD's) exchange tensors through buffers of their own.
_LIBRARIES = ((1, 0.15), (2, 0.55), (4, 0.8), (8, 1.4))
_LIBRARIES_SYMMETRIC = ((1, 0.2), (2, 2.1))
_SYMMETRIC = (9.0, 11.0)


class VersionError(ValueError):
    """A version of vLLM whose memory is not known: one line with the range."""


@dataclass(frozen=True, kw_only=True)
class Engine:
    """The rules of one version of vLLM.

    `logit_bytes` is what sampling takes for each sequence and word of the vocabulary. `hybrid` and
    `chunked_hybrid` tell whether windows and chunks save cache. `by_request` tells whether the printed number of
    tokens is that of full requests; `state_pages` how many states a linear layer keeps for a sequence.
    `latent_align` is bytes that a latent vector is padded to.
    """

    version: tuple[int, int]
    v1: bool
    logit_bytes: float
    libraries: tuple[tuple[int, float], ...]
    graphs_inside: bool
    hybrid: bool
    chunked_hybrid: bool
    by_request: bool
    state_pages: int
    latent_align: int
    sees_neighbours: bool
    sparse_fp8: bool

    def libraries_gib(self, gpus: int) -> float:
        """Return GiB outside torch on each of `gpus` GPUs that work together."""
        known = [count for count, _ in self.libraries]
        return self.libraries[max(0, bisect_right(known, gpus) - 1)][1]


def parse_version(text: str) -> tuple[int, int]:
    """Return the minor version of a text like `0.11.2`; raise `VersionError` outside the known range."""
    matched = _VERSION.fullmatch(text.strip().lower())
    if matched is None:
        raise VersionError(f"{text!r} is no version of vLLM. Write it like 0.28.0.")
    version = int(matched[1]), int(matched[2])
    if not OLDEST <= version <= NEWEST:
        first, last = (".".join(map(str, bound)) for bound in (OLDEST, NEWEST))
        raise VersionError(
            f"{text}: memory of vLLM is known from {first} to {last}. Use a version in between."
        )
    return version


@cache
def engine(text: str, gpu: Gpu) -> Engine:
    """Return the rules of a version on a GPU; raise `VersionError` where they are not known."""
    version = parse_version(text)
    v1 = version >= (0, 11) or (version >= (0, 8) and (gpu.rocm or gpu.capability >= _V1_CAPABILITY))
    symmetric = gpu.rocm or _SYMMETRIC[0] <= gpu.capability < _SYMMETRIC[1]
    return Engine(
        version=version,
        v1=v1,
        logit_bytes=16.0 if version >= (0, 18) else 38.4,
        libraries=_LIBRARIES_SYMMETRIC if version >= (0, 18) and symmetric else _LIBRARIES,
        graphs_inside=version >= (0, 21),
        hybrid=v1 and version >= (0, 10),
        chunked_hybrid=version >= (0, 13),
        by_request=version >= (0, 21),
        state_pages=2 if version >= (0, 17) else 1,
        latent_align=256 if version == (0, 7) else 1,
        sees_neighbours=v1 and version == (0, 8),
        sparse_fp8=version < (0, 14),
    )


def default_utilization(text: str) -> float:
    """Return the share of memory that a version takes unless told otherwise."""
    return 0.92 if parse_version(text) >= (0, 21) else 0.9
