"""GiB of weights on each GPU: what is divided, what stands on every GPU, and what is never loaded."""

import math
from functools import lru_cache

from catalog.models import Architecture, Attention, Model, Quantization
from catalog.models.parameters import body_bytes, expert_bytes

GIB = 2**30
_WIDE = 2
# Kernels for MXFP4 work on a width that is a multiple of this: gpt-oss' 2880 becomes 3072.
_MXFP4_LANES = 256


@lru_cache(maxsize=4096)
def weights_gib(model: Model, tensor_parallel: int, pipeline_parallel: int) -> float:
    """Return the weights of the fullest GPU, in GiB as "Model loading took" prints them."""
    shape, total = model.architecture, model.weight_bytes
    parts, quantization = shape.parameters, shape.quantization
    body = body_bytes(quantization)
    loaded = total - parts.unused * expert_bytes(quantization)
    vision, replicated = parts.vision * _WIDE, parts.replicated * body
    # Layers go to stages of a pipeline; the ends and what is outside the layers stay with one stage.
    ends = (parts.embedding + parts.head) * _WIDE
    layers = max(0.0, loaded - ends - vision - replicated)
    stage = math.ceil(shape.layer_count / pipeline_parallel) / shape.layer_count
    end = ends if pipeline_parallel == 1 else max(parts.embedding, parts.head) * _WIDE
    copies = _key_value_copies(shape, tensor_parallel) * parts.keys_values * body
    divided = end + stage * (layers + copies + _padding(shape) + _absorbed(shape))
    return (vision + stage * replicated + divided / tensor_parallel) / GIB


def _key_value_copies(shape: Architecture, tensor_parallel: int) -> float:
    """How many more times than once keys and values are projected: GPUs beyond the KV heads repeat them."""
    return max(0.0, tensor_parallel / shape.kv_heads - 1)


def _padding(shape: Architecture) -> float:
    """Bytes that MXFP4 kernels add to the experts."""
    if shape.quantization is not Quantization.MXFP4:
        return 0.0
    padded = math.ceil(shape.hidden / _MXFP4_LANES) * _MXFP4_LANES
    return shape.parameters.experts * expert_bytes(shape.quantization) * (padded / shape.hidden - 1)


def _absorbed(shape: Architecture) -> float:
    """Bytes of the 16-bit copies that latent attention makes of its upward projections."""
    return sum(
        kind.count * kind.up_parameters * _WIDE for kind in shape.layers if kind.attention is Attention.LATENT
    )
