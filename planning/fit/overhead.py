"""GiB that a server takes beside weights and cache: activation, libraries, CUDA graphs."""

import math
from dataclasses import dataclass

from catalog.models import Architecture, Attention
from planning.fit.engine import Engine
from planning.fit.request import FitRequest
from planning.fit.weights import GIB

_WIDE = 2
# From this much memory on, and not on A100s, vLLM serves more at once.
_LARGE_GIB = 70
_LARGE_SEQS, _LARGE_TOKENS = 1024, 8192
_SMALL_SEQS, _SMALL_TOKENS = 256, 2048
# V0 splits prompts into chunks when contexts are longer than this; before 0.7 into smaller ones.
_V0_WHOLE_TOKENS = 32_768
_V0_EARLY_CHUNK = 512
# Models that must see a whole image at once refuse smaller batches. vLLM raises its default itself from 0.23 on
# (vllm-project/vllm#43051); before, it does not start without the flag, for which the recipes give this value.
_RAISES_ITSELF = (0, 23)
_RECIPE_TOKENS = 4096
# Tensors of the chunked kernels of a linear layer, each as wide as what its convolution reads.
_STATE_TENSORS = 5
_CONV_STEPS = 3
# Fused experts work on at most this many tokens at once.
_EXPERT_TOKENS = 32_768
# Graphs are captured for batches up to this size: all of them take about so many GiB.
_GRAPH_BATCH = 512
_GRAPH_GIB, _GRAPH_FIRST_GIB = 0.4, 0.1


@dataclass(frozen=True, kw_only=True)
class Batch:
    """What one step of the server may hold: sequences, and tokens of prompts and answers."""

    seqs: int
    tokens: int


def batch_of(request: FitRequest, engine: Engine, device_gib: float) -> Batch:
    """Return the sizes asked for, or those the version takes by itself on a GPU or slice of `device_gib`."""
    seqs, tokens = request.max_num_seqs, request.max_num_batched_tokens
    large = engine.v1 and _large(request.gpu.name, engine, device_gib)
    if seqs is None:
        seqs = _LARGE_SEQS if large else _SMALL_SEQS
    if tokens is None:
        tokens = _LARGE_TOKENS if large else _SMALL_TOKENS
        tokens = _at_least(request, engine, tokens)
    return Batch(seqs=seqs, tokens=tokens)


def _at_least(request: FitRequest, engine: Engine, tokens: int) -> int:
    """The default number of tokens, raised to what the model or the version needs."""
    if not engine.v1:
        return _v0_tokens(request, engine)
    item = request.model.architecture.item_tokens
    if item <= tokens:
        return tokens
    return item if engine.version >= _RAISES_ITSELF else _RECIPE_TOKENS


def _large(name: str, engine: Engine, device_gib: float) -> bool:
    """Whether vLLM counts the GPU among the large ones; at first it went by the name."""
    if engine.version < (0, 9):
        return name in ("h100", "h200")
    return device_gib >= _LARGE_GIB and not name.startswith("a100")


def _v0_tokens(request: FitRequest, engine: Engine) -> int:
    """V0 profiles with whole prompts, except long ones."""
    if request.max_model_len <= _V0_WHOLE_TOKENS:
        return max(request.max_model_len, _SMALL_TOKENS)
    return _V0_EARLY_CHUNK if engine.version < (0, 7) else _SMALL_TOKENS


def activation_gib(request: FitRequest, engine: Engine, batch: Batch) -> float:
    """Return the peak: the widest layer over all tokens, the sampling of all sequences, or the largest image."""
    shape = request.model.architecture
    layer = _layer_bytes(shape, batch.tokens, request.tensor_parallel)
    seqs = min(batch.seqs, batch.tokens)
    chunked_v0 = not engine.v1 and request.max_model_len > _V0_WHOLE_TOKENS
    # V0 with split prompts profiles without sampling, except for latent attention.
    sampling = 0.0 if chunked_v0 and not _latent(shape) else engine.logit_bytes * seqs * shape.vocab
    return max(layer, sampling, shape.encoder_bytes) / GIB


def _latent(shape: Architecture) -> bool:
    return any(kind.attention is Attention.LATENT for kind in shape.layers)


def _layer_bytes(shape: Architecture, tokens: int, tensor_parallel: int) -> float:
    """Bytes of the widest layer: gate, up and product of a feed-forward, or the kernels of a linear layer.

    Beside it stand four copies of the hidden states.
    """
    base = 4 * shape.hidden
    dense = tokens * (base + 3 * shape.intermediate / tensor_parallel)
    linear = tokens * (base + _STATE_TENSORS * _channels(shape) / tensor_parallel)
    experts = shape.experts
    if experts is None:
        return max(dense, linear) * _WIDE
    chosen = experts.per_token * (3 * experts.intermediate / tensor_parallel + shape.hidden)
    shared = 3 * experts.shared_intermediate / tensor_parallel
    mixed = tokens * (base + shared) + min(tokens, _EXPERT_TOKENS) * chosen
    return max(dense, mixed, linear) * _WIDE


def _channels(shape: Architecture) -> float:
    """Width of the convolution of linear layers, which look three steps back; 0 without any."""
    return max((kind.state.conv_elements / _CONV_STEPS for kind in shape.layers if kind.state), default=0.0)


def graphs_gib(request: FitRequest, batch: Batch) -> float:
    """Return what CUDA graphs take, more the more batch sizes are captured."""
    if request.enforce_eager:
        return 0.0
    captured = min(_GRAPH_BATCH, 2 * batch.seqs)
    return _GRAPH_FIRST_GIB + _GRAPH_GIB * captured / _GRAPH_BATCH


def gpus_together(request: FitRequest) -> int:
    """GPUs that exchange tensors: those of one stage, or the stages."""
    return max(request.tensor_parallel, math.prod((1, min(2, request.pipeline_parallel))))
