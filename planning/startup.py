"""How long a server takes to become ready, so that no probe kills one that is still loading."""

import math

# Assumptions, to be replaced by measurements where a team has them; in GiB a second and seconds.
# Hugging Face over one NAT gateway: 1 Gbit/s. Disk to GPU: one NVMe disk. Compile: vLLM's torch.compile and
# CUDA graphs on a first start. No public measurement was found (2026-11), so the margin is wide.
_DOWNLOAD_GIB_PER_SECOND = 0.125
_LOAD_GIB_PER_SECOND = 1.0
_COMPILE_SECONDS = 180
_MARGIN = 1.5
_SHORTEST_SECONDS = 300


def startup_seconds(weights_gib: float) -> int:
    """Return the startup budget for weights of this size: download, load, compile, and half as much again."""
    transfer = weights_gib / _DOWNLOAD_GIB_PER_SECOND + weights_gib / _LOAD_GIB_PER_SECOND
    return max(_SHORTEST_SECONDS, math.ceil((transfer + _COMPILE_SECONDS) * _MARGIN))
