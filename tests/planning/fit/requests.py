"""Requests to spoil: a model that is known well, on a GPU that is known well."""

from dataclasses import replace
from typing import Any

from catalog.gpus import GPUS
from catalog.models import MODELS
from planning.fit import FitRequest

V1 = "0.11.0"
"""A version with vLLM's V1 engine, before it counted CUDA graphs."""


def request(model: str = "Qwen/Qwen3-8B", gpu: str = "h100", **changes: Any) -> FitRequest:
    """A request for 8192 tokens on one GPU, with `changes`."""
    one = FitRequest(model=MODELS[model], gpu=GPUS[gpu], tensor_parallel=1, max_model_len=8192)
    return replace(one, **changes)
