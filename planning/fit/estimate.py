"""The verdict: budget less weights, activation and overhead, against the cache one long request needs."""

from dataclasses import dataclass

from catalog.mig import profiles
from planning.fit.cache import Pool, pool_of
from planning.fit.engine import Engine, engine
from planning.fit.overhead import Batch, activation_gib, batch_of, gpus_together, graphs_gib
from planning.fit.request import Fit, FitRequest, Verdict
from planning.fit.weights import GIB, weights_gib

# GiB the estimate was off on published logs: one GPU, several, AMD's.
_BAND_ALONE, _BAND_TOGETHER, _BAND_ROCM = 1.0, 2.0, 4.0
# vLLM 0.8 takes what others hold on the GPU for its own; a utilisation this far below all says there are others.
_NEIGHBOURLY = 0.15


class FitError(ValueError):
    """A request that makes no sense for the GPU or the model: one line with the fix."""


@dataclass(frozen=True, kw_only=True)
class _Memory:
    """The memory of one GPU in GiB. `band` is the error the estimate has, `outside` what graphs leave free."""

    weights: float
    activation: float
    overhead: float
    cache: float
    band: float
    outside: float


def fit(request: FitRequest) -> Fit:
    """Return what one server needs and whether it starts.

    Raises `FitError` for a MIG profile the GPU lacks, and `VersionError` for an unknown version of vLLM.
    """
    rules = engine(request.vllm_version, request.gpu)
    pool = pool_of(
        request.model.architecture,
        request.tensor_parallel,
        request.pipeline_parallel,
        request.kv_cache_dtype,
        rules,
    )
    device = device_gib(request)
    batch = batch_of(request, rules, device)
    memory = _memory(request, rules, batch, device * request.share)
    need = pool.needed(request.max_model_len, batch.tokens) / GIB
    verdict = _verdict(memory, need)
    concurrency, tokens, per_token = _capacity(request, rules, pool, batch, memory)
    longest = _longest(request, pool, batch, memory)
    return Fit(
        verdict=verdict,
        weights_gib=memory.weights,
        activation_gib=memory.activation,
        overhead_gib=memory.overhead,
        kv_available_gib=memory.cache,
        kv_bytes_per_token=per_token,
        kv_tokens=tokens,
        max_concurrency=concurrency,
        max_model_len_that_fits=longest,
        reason=_reason(request, memory, need, verdict) + _shorter(verdict, longest),
    )


def device_gib(request: FitRequest) -> float:
    """Return the memory of the GPU or of its MIG slice; raise `FitError` for a profile it lacks."""
    if request.mig is None:
        return request.gpu.visible_gib
    known = profiles(request.gpu.name)
    if request.mig not in known:
        fix = f"Use one of {', '.join(known)}." if known else "Leave the profile out, or choose another GPU."
        raise FitError(f"{request.gpu.name} has no MIG profile {request.mig}. {fix}")
    return known[request.mig].memory_gib


def _memory(request: FitRequest, rules: Engine, batch: Batch, visible: float) -> _Memory:
    """Account for the `visible` memory of one GPU, slice or share."""
    weights = weights_gib(request.model, request.tensor_parallel, request.pipeline_parallel)
    activation = activation_gib(request, rules, batch)
    graphs = graphs_gib(request, batch)
    together = gpus_together(request)
    overhead = rules.libraries_gib(together) + (graphs if rules.graphs_inside else 0.0)
    cache = visible * request.gpu_memory_utilization - weights - activation - overhead
    band = _BAND_ROCM if request.gpu.rocm else _BAND_ALONE if together == 1 else _BAND_TOGETHER
    left = visible * (1 - request.gpu_memory_utilization)
    outside = left - graphs if graphs and not rules.graphs_inside else float("inf")
    neighbours = left if rules.sees_neighbours and left > _NEIGHBOURLY * visible else 0.0
    return _Memory(
        weights=weights,
        activation=activation,
        overhead=overhead,
        cache=cache,
        band=band + neighbours,
        outside=outside,
    )


def _verdict(memory: _Memory, need: float) -> Verdict:
    """Compare the cache with what one request needs, and with the error of both."""
    spare = min(memory.cache, memory.cache - need)
    if spare < -memory.band:
        return Verdict.DOES_NOT_FIT
    if spare < memory.band or memory.outside < memory.band:
        return Verdict.MARGINAL
    return Verdict.FITS


def _capacity(
    request: FitRequest, rules: Engine, pool: Pool, batch: Batch, memory: _Memory
) -> tuple[float, int, float]:
    """Requests at once, tokens in the cache, and bytes of a token, as the version counts them."""
    pages = max(0, int(memory.cache * GIB // pool.page_bytes))
    one = pool.pages(request.max_model_len, batch.tokens)
    concurrency = pages / one
    if rules.by_request and len(pool.groups) > 1:
        tokens = int(concurrency * request.max_model_len)
        return concurrency, tokens, one * pool.page_bytes / request.max_model_len
    return concurrency, int(pages * pool.tokens_per_page), pool.page_bytes / pool.tokens_per_page


def _longest(request: FitRequest, pool: Pool, batch: Batch, memory: _Memory) -> int:
    """The longest context whose verdict is `fits`."""
    room = (memory.cache - memory.band) * GIB
    limit = request.model.max_context
    if memory.cache < memory.band or memory.outside < memory.band:
        return 0
    if pool.needed(limit, batch.tokens) <= room:
        return limit
    low, high = 0, limit
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if pool.needed(middle, batch.tokens) <= room else (low, middle)
    return low


def _shorter(verdict: Verdict, longest: int) -> str:
    """Name the length that would fit, where the one that was asked does not."""
    return f" Up to {longest} tokens fit." if verdict is not Verdict.FITS and longest else ""


def _reason(request: FitRequest, memory: _Memory, need: float, verdict: Verdict) -> str:
    """Say in one line what decides."""
    gpus = request.tensor_parallel * request.pipeline_parallel
    kind = f"{request.gpu.name} {request.mig}" if request.mig else request.gpu.name
    share = f" (share {request.share:g})" if request.share < 1 else ""
    on = f"{gpus} x {kind}{share}"
    one = f"one request of {request.max_model_len} tokens needs {need:.2f} GiB of KV cache on each GPU"
    if memory.cache <= 0:
        return f"{on}: weights, activation and overhead leave no KV cache ({memory.cache:.2f} GiB)."
    left = f"{on} leaves {memory.cache:.2f} GiB"
    if verdict is Verdict.MARGINAL and memory.outside < memory.band:
        return f"{one}; {left}, but CUDA graphs come on top and have {max(0.0, memory.outside):.2f} GiB to spare."
    band = f", within the estimate's error of {memory.band:g} GiB" if verdict is Verdict.MARGINAL else ""
    return f"{one}; {left}{band}."
