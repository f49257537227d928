"""Reads the files that describe a model the catalogue does not know: its config.json and safetensors index."""

import json
from pathlib import Path
from typing import Any

from catalog.models import ConfigError, Model, model_from_config

_GIB = 2**30
# The largest index of an open model has a few megabytes; a weights file named by mistake has thousands.
_MOST_BYTES = 64 * 2**20


class ModelFileError(Exception):
    """A file that does not describe a model: one line with what is wrong and the fix."""


def read_model(name: str, config: Path, weights: Path | float) -> Model:
    """Return the model of a `config.json`; `weights` is its safetensors index, or their size in GiB."""
    shape = _object(config)
    size = _total_size(weights) if isinstance(weights, Path) else round(weights * _GIB)
    try:
        return model_from_config(name, shape, size)
    except ConfigError as error:
        raise ModelFileError(f"{config}: {error}") from None


def _total_size(index: Path) -> int:
    """Return the bytes that a `model.safetensors.index.json` counts."""
    metadata = _object(index).get("metadata")
    size = metadata.get("total_size") if isinstance(metadata, dict) else None
    if isinstance(size, bool) or not isinstance(size, int | float) or not 0 < size < float("inf"):
        fix = (
            "Use the model's model.safetensors.index.json, or give the size of its safetensors files in GiB."
        )
        raise ModelFileError(f"{index}: metadata.total_size: is missing. {fix}")
    return int(size)


def _object(path: Path) -> dict[str, Any]:
    """Return the mapping a JSON file holds."""
    try:
        if path.stat().st_size > _MOST_BYTES:
            raise ModelFileError(
                f"{path}: is larger than 64 MiB, so no JSON of a model. Name the right file."
            )
        value = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ModelFileError(
            f"{path}: cannot be read: {error.strerror}. Put the model's file there."
        ) from None
    except (ValueError, RecursionError) as error:
        # A text that is not UTF-8 is a ValueError too.
        reason = (
            "it ends too early or is no JSON" if isinstance(error, json.JSONDecodeError) else "it is no JSON"
        )
        raise ModelFileError(f"{path}: cannot be read: {reason}. Fetch the file again.") from None
    if not isinstance(value, dict):
        raise ModelFileError(f"{path}: holds no mapping. Use the file of the model's repository.")
    return value
