"""What GPU memory says of a server on a kind of node: whether it starts, and how many requests it holds.

vLLM has a model of its own memory (`planning.fit`). For other engines a rule: what is loaded, a quarter more for
activations, and 2 GiB for CUDA, shared out over the GPUs. It is our assumption, and says nothing of requests.
"""

from dataclasses import dataclass, replace

from catalog.gpus import gpu_of
from catalog.mig import profiles
from catalog.models import Model
from planning.fit import Fit, FitRequest, Verdict, fit
from planning.fit.engine import engine
from planning.fit.estimate import device_gib
from planning.fit.overhead import batch_of
from planning.nodes import Cut
from planning.sizes import Thing, nodes_per_replica, weights_gib
from settings.fields import Engine
from settings.models import ModelSettings

AVERAGE_TOKENS = 2048
"""Tokens of an average request where the settings do not say: our assumption."""

_LOADED = 1.25
_CUDA_GIB = 2.0
# vLLM pads a vocabulary to a multiple of 64 and divides it (vocab_parallel_embedding.py): powers of two always do.
_COUNTS = (1, 2, 4, 8)


@dataclass(frozen=True, kw_only=True)
class Memory:
    """The fit of one replica, and requests of average length: `held` at once of the `asked`.

    `step_tokens` is vLLM's own --max-num-batched-tokens on this GPU, with which the fit was computed.
    """

    fit: Fit
    held: float = 0.0
    asked: int = 0
    average_tokens: int = 0
    step_tokens: int = 0

    @property
    def enough(self) -> bool:
        """Whether the KV cache holds all requests that are asked for."""
        return self.held >= self.asked

    def lost(self, *, marginal: bool = False) -> str:
        """Why the server cannot run so; empty where it can: certainly, or where `marginal` is accepted, probably."""
        verdict = self.fit.verdict
        if verdict == Verdict.DOES_NOT_FIT or (verdict == Verdict.MARGINAL and not marginal):
            return (
                f"{'may not' if verdict == Verdict.MARGINAL else 'does not'} fit: {self.fit.reason}".rstrip(
                    "."
                )
            )
        if not self.enough:
            return f"holds {int(self.held)} of {self.asked} requests of {self.average_tokens} tokens"
        return ""


def counts_of(thing: Thing) -> tuple[int, ...]:
    """Return how many GPUs of a node one replica may have: as set, else what its heads can be shared out over."""
    if thing.gpu.count is not None:
        return (thing.gpu.count,)
    card = thing.card if isinstance(thing, ModelSettings) else None
    return tuple(count for count in _COUNTS if card.divides(count)) if card else (1,)


def known_to_fit(thing: Thing) -> bool:
    """Whether the memory of this model and engine is known, not only its size."""
    return isinstance(thing, ModelSettings) and thing.engine == Engine.VLLM and thing.card is not None


def memory_on(thing: Thing, cut: Cut, count: int) -> Memory:
    """Return what `count` units of a kind of node hold of a model or Triton repository."""
    if not isinstance(thing, ModelSettings) or thing.card is None or thing.engine != Engine.VLLM:
        return Memory(fit=_by_rule(thing, cut, count))
    request = request_of(thing, thing.card, cut, count)
    average = min(thing.average_tokens or AVERAGE_TOKENS, thing.max_model_len)
    held = fit(replace(request, max_model_len=average)).max_concurrency
    return Memory(
        fit=fit(request),
        held=held,
        asked=thing.concurrency,
        average_tokens=average,
        step_tokens=_step_tokens(request),
    )


def _step_tokens(request: FitRequest) -> int:
    """Return what one step takes; vLLM refuses less than its requests have, one token each."""
    rules = engine(request.vllm_version, request.gpu)
    return max(batch_of(request, rules, device_gib(request)).tokens, request.max_num_seqs or 0)


def request_of(thing: ModelSettings, card: Model, cut: Cut, count: int) -> FitRequest:
    """Return the question that `platformctl fit` would ask."""
    return FitRequest(
        model=card,
        gpu=gpu_of(cut.instance),
        tensor_parallel=count,
        pipeline_parallel=nodes_per_replica(thing),
        mig=cut.mig,
        share=cut.share,
        max_model_len=thing.max_model_len,
        max_num_seqs=thing.concurrency,
        max_num_batched_tokens=thing.max_num_batched_tokens,
        gpu_memory_utilization=thing.gpu_memory_utilization,
        kv_cache_dtype=thing.kv_cache_dtype.value,
    )


def _by_rule(thing: Thing, cut: Cut, count: int) -> Fit:
    """Return the fit of what only has a size."""
    gpu = gpu_of(cut.instance)
    visible = gpu.visible_gib if cut.mig is None else profiles(gpu.name)[cut.mig].memory_gib
    weights = weights_gib(thing) / (count * nodes_per_replica(thing))
    left = visible * cut.share - weights * _LOADED - _CUDA_GIB
    needed = f"{weights:.1f} GiB x {_LOADED} + {_CUDA_GIB:.0f} GiB for CUDA"
    return Fit(
        verdict=Verdict.FITS if left >= 0 else Verdict.DOES_NOT_FIT,
        weights_gib=weights,
        activation_gib=weights * (_LOADED - 1),
        overhead_gib=_CUDA_GIB,
        kv_available_gib=max(0.0, left),
        kv_bytes_per_token=0.0,
        kv_tokens=0,
        max_concurrency=0.0,
        max_model_len_that_fits=0,
        reason=f"{needed} of {visible * cut.share:.1f} GiB on each of {count} x {gpu.name}.",
    )
