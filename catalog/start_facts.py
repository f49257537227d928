"""How long a GPU server's start takes, part by part: what was measured, by whom, and what is only assumed.

GiB a second and seconds. Few such figures are published, and none by AWS for these parts. Each is one report
from one place, so what is derived from them keeps a margin (see planning/startup.py). Collected 2026-11.
"""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Fact:
    """One figure. `measured` says whether somebody clocked it, or it is our assumption; `source` says which."""

    value: float
    measured: bool
    source: str


_WORKSHOP = (
    "EKS workshop on vLLM 0.28, Karpenter and KEDA, its events of 2026-09-17: node 167 s, "
    "image 224 s, one 3.1 GB file from Hugging Face at 53 MB/s"
)

NODE_SECONDS = Fact(value=170, measured=True, source=_WORKSHOP)
"""From Karpenter's decision to a node whose GPUs can be asked for."""

IMAGE_GIB_PER_SECOND = Fact(value=0.04, measured=True, source=f"{_WORKSHOP} (9.0 GiB)")
"""An image from a public registry, through NAT, with unpacking. gp3 at 500 MB/s; unpacking bounds it."""

IMAGE_PARALLEL_GIB_PER_SECOND = Fact(
    value=0.149,
    measured=True,
    source="aws-samples/karpenter-blueprints soci-snapshotter, 2025-07: 10.0 GiB from ECR in 67 s (138 s without)",
)
"""The same with SOCI's parallel pull and unpack, from ECR."""

HUB_GIB_PER_SECOND = Fact(
    value=0.1,
    measured=False,
    source=f"twice the 53 MB/s of one file ({_WORKSHOP}): larger models are several files, fetched side by side",
)
"""Weights from Hugging Face through a NAT gateway to the node's disk."""

S3_GIB_PER_SECOND = Fact(
    value=0.5,
    measured=False,
    source="a sixth of what Run:ai measured for its streamer from S3 on g5.12xlarge (15 GB in 4.9 s, 2024-10)",
)
"""From S3 in the same region, through the gateway endpoint, at most half of the instance's network."""

VOLUME_GIB_PER_SECOND = Fact(
    value=0.12,
    measured=False,
    source="gp3 without extra throughput: 125 MiB/s, and EFS with elastic throughput is not slower (AWS)",
)
"""From a persistent volume that has the weights already."""

LOAD_GIB_PER_SECOND = Fact(
    value=0.3,
    measured=True,
    source="Run:ai, Model Streamer benchmarks, 2024-10: safetensors loader 48 s for 15 GB on g5.12xlarge, gp3",
)
"""From the node's disk into GPU memory with the engine's own loader."""

STREAM_GIB_PER_SECOND = Fact(
    value=0.95,
    measured=True,
    source="Run:ai, Model Streamer benchmarks, 2024-10: 14.3 s for 15 GB on g5.12xlarge, gp3 at 1,000 MB/s",
)
"""The same with the Run:ai streamer."""

ENGINE_SECONDS = Fact(
    value=60,
    measured=True,
    source="vLLM logs: 46-108 s for models to 15 GiB, 468 s for 306 GiB, compilation and CUDA graphs included",
)
"""Starting the engine, whatever the model: imports, compilation, graphs, warm-up."""

ENGINE_SECONDS_PER_GIB = Fact(value=1.34, measured=True, source=ENGINE_SECONDS.source)
"""What each GiB of weights adds to that."""

TRITON_SECONDS = Fact(value=30, measured=False, source="no figure was found; most backends compile nothing")
"""Starting Triton once its models are there."""


@dataclass(frozen=True, kw_only=True)
class ImageSize:
    """A compressed image: GiB that are pulled, and where that stands."""

    gib: float
    measured: bool
    source: str


IMAGE_SIZES = {
    "vllm/vllm-openai": ImageSize(
        gib=9.0, measured=True, source="kubelet event for v0.19.1, 9,612,695,005 bytes, GKE, 2026-06"
    ),
    "ollama/ollama": ImageSize(
        gib=3.4, measured=True, source="kubelet event for 0.18.3, 3,646,908,667 bytes, 2026"
    ),
}
"""By repository. The pinned tags are newer; sizes change slowly."""

UNKNOWN_IMAGE = ImageSize(
    gib=10.0, measured=False, source="no size was found; the largest inference images are so big"
)
