"""What the memory model and two others say of a measurement. The others have no band: they say yes or no.

Constants of the llm-d planner and KAITO as read 2026-11 (llm-d-incubation/llm-d-planner@e50305a, kaito-project/
kaito@056b8280b). Weights, utilisation and the length that is asked are the same for all three: what is compared is
how each accounts for the rest.
"""

from dataclasses import dataclass

from catalog.models import Attention
from planning.fit import FitRequest, Verdict, fit

_GIB = 2**30
# llm-d planner: GiB of activation for dense and mixture models, of libraries for one GPU and for more.
_LLMD_DENSE, _LLMD_MIXTURE = 5.5, 8.0
_LLMD_ALONE, _LLMD_TOGETHER = 0.15, 0.6
# KAITO: weights and a bit, and an overhead that grows with them.
_KAITO_WEIGHTS, _KAITO_BASE, _KAITO_PART = 1.02, 2.3, 0.05


@dataclass(frozen=True, kw_only=True)
class Estimate:
    """GiB of weights and cache on each GPU, bytes of a token, and whether the server starts."""

    weights_gib: float
    kv_gib: float
    token_bytes: float
    verdict: Verdict


def ours(request: FitRequest) -> Estimate:
    """This repository's memory model."""
    result = fit(request)
    return Estimate(
        weights_gib=result.weights_gib,
        kv_gib=result.kv_available_gib,
        token_bytes=result.kv_bytes_per_token,
        verdict=result.verdict,
    )


def llmd(request: FitRequest) -> Estimate:
    """The llm-d planner: constants by kind of model, windows ignored, latent vectors divided among GPUs."""
    weights = request.model.weight_bytes / request.tensor_parallel / _GIB
    activation = _LLMD_MIXTURE if request.model.architecture.experts else _LLMD_DENSE
    libraries = _LLMD_ALONE if request.tensor_parallel == 1 else _LLMD_TOGETHER
    size = 1 if request.kv_cache_dtype.startswith("fp8") else 2
    token = sum(
        kind.caches * kind.kv_heads * (kind.key_dim + kind.value_dim) * size
        for kind in request.model.architecture.layers
        if kind.attention is not Attention.STATE
    )
    return _decided(request, weights, activation + libraries, token / request.tensor_parallel)


def kaito(request: FitRequest) -> Estimate:
    """KAITO: weights and 2%, 2.3 GiB and 5% of the weights. Bytes of a token are this repository's."""
    weights = request.model.weight_bytes * _KAITO_WEIGHTS / request.tensor_parallel / _GIB
    return _decided(request, weights, _KAITO_BASE + _KAITO_PART * weights, fit(request).kv_bytes_per_token)


def _decided(request: FitRequest, weights: float, overhead: float, token_bytes: float) -> Estimate:
    left = request.gpu.visible_gib * request.gpu_memory_utilization - weights - overhead
    enough = left * _GIB >= max(1, token_bytes * request.max_model_len)
    return Estimate(
        weights_gib=weights,
        kv_gib=left,
        token_bytes=token_bytes,
        verdict=Verdict.FITS if enough else Verdict.DOES_NOT_FIT,
    )
