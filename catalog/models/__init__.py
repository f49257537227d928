"""Open models the platform knows by name: weights, layers and limits, read from `tables/models.json`.

Architecture fields are those of each model's `config.json`; `source` beside each says where they were read
(public repositories that keep them, 2026-11). Weight bytes are the safetensors files' where published; else they
follow from the parameters and the bits each is stored in, and the row's `source` says so.
"""

import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType
from typing import Any

from catalog.models import parameters
from catalog.models.config import architecture
from catalog.models.config_fields import ConfigError
from catalog.models.model import (
    Architecture,
    Attention,
    Experts,
    Layers,
    Model,
    Parameters,
    Quantization,
    State,
)

__all__ = [
    "MODELS",
    "Architecture",
    "Attention",
    "ConfigError",
    "Experts",
    "Layers",
    "Model",
    "Parameters",
    "Quantization",
    "State",
    "architecture",
    "model_from_config",
]

_TABLE = Path(__file__).parents[1] / "tables" / "models.json"


def model_from_config(name: str, config: Mapping[str, Any], weight_bytes: int) -> Model:
    """Return a model that is not in the catalogue, from its `config.json`; `ConfigError` where it cannot be sized."""
    shape = architecture(config)
    return Model(
        name=name,
        weight_bytes=weight_bytes,
        architecture=shape,
        max_context=shape.max_context,
        source="its config.json",
    )


def _models() -> Mapping[str, Model]:
    """Read the table."""
    table = json.loads(_TABLE.read_text(encoding="utf-8"))
    shapes = {
        key: (architecture(row["config"]), row["source"]) for key, row in table["architectures"].items()
    }
    return MappingProxyType(
        {name: _model(name, row, *shapes[row["architecture"]]) for name, row in table["models"].items()}
    )


def _model(name: str, row: Mapping[str, Any], shape: Architecture, source: str) -> Model:
    """Read one row; a quantised model has the architecture of the one it was made from."""
    quantization = Quantization(row.get("quantization", "none"))
    shape = replace(shape, quantization=quantization, kv_cache_dtype=row.get("kv_cache", "auto"))
    counted = parameters.weight_bytes(shape.parameters, quantization)
    exact = "weight_bytes" in row or quantization in (Quantization.NONE, Quantization.FP8)
    return Model(
        name=name,
        weight_bytes=row.get("weight_bytes", counted),
        architecture=shape,
        max_context=row.get("max_context", shape.max_context),
        source=f"{source}. Weights: {row.get('weights', 'computed from the number of parameters')}.",
        exact=exact,
        gated=row.get("gated", False),
    )


MODELS: Mapping[str, Model] = _models()
