"""What is asked of the memory model, and what it answers."""

from dataclasses import dataclass
from enum import StrEnum

from catalog.gpus import Gpu
from catalog.images import VLLM
from catalog.models import Model

PINNED_VLLM = VLLM.tag.removeprefix("v")
"""The version of vLLM that the platform serves with."""

UTILIZATION = 0.92
"""Share of GPU memory that vLLM takes unless told otherwise, from 0.21 on."""


class Verdict(StrEnum):
    """Whether a server would start. Inside the estimate's own error it may or may not."""

    FITS = "fits"
    MARGINAL = "marginal"
    DOES_NOT_FIT = "does_not_fit"


@dataclass(frozen=True, kw_only=True)
class FitRequest:
    """One server on one kind of GPU.

    `tensor_parallel` times `pipeline_parallel` GPUs; `mig` is the profile of a slice that stands for each GPU,
    `share` the part of a time-sliced GPU. `max_num_seqs` and `max_num_batched_tokens` are vLLM's own defaults
    for the GPU where None. `kv_cache_dtype` is `auto`, `bfloat16`, `float16` or one that begins with `fp8`.
    """

    model: Model
    gpu: Gpu
    tensor_parallel: int
    max_model_len: int
    pipeline_parallel: int = 1
    mig: str | None = None
    share: float = 1.0
    max_num_seqs: int | None = None
    max_num_batched_tokens: int | None = None
    gpu_memory_utilization: float = UTILIZATION
    kv_cache_dtype: str = "auto"
    vllm_version: str = PINNED_VLLM
    enforce_eager: bool = False


@dataclass(frozen=True, kw_only=True)
class Fit:
    """The memory of each GPU in GiB as vLLM prints it, and what it holds.

    `overhead_gib` is what is neither weights nor activation: CUDA libraries, NCCL, and CUDA graphs where the
    version counts them. `kv_bytes_per_token` and `kv_tokens` follow vLLM's own line "GPU KV cache size".
    `max_concurrency` counts requests of `max_model_len` tokens at once. `max_model_len_that_fits` is the longest
    context with the verdict `fits`, 0 if there is none. `reason` is one line.
    """

    verdict: Verdict
    weights_gib: float
    activation_gib: float
    overhead_gib: float
    kv_available_gib: float
    kv_bytes_per_token: float
    kv_tokens: int
    max_concurrency: float
    max_model_len_that_fits: int
    reason: str
