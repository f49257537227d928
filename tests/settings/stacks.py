"""A small valid stack to spoil: what a test changes in it is all that is wrong with it."""

import copy
from collections.abc import Callable
from pathlib import Path
from typing import Any

import yaml

from settings import Settings, SettingsError, from_values

ROOT = Path(__file__).parents[2]
OWN = "inference-platform:"

_TEXT = """
aws:region: us-east-1
inference-platform:hfToken: { secure: AAABAAxyz }
inference-platform:cluster:
  name: test
  network: { zones: [us-east-1a, us-east-1b] }
inference-platform:gpuPools:
  - name: small
    instanceTypes: [g6.xlarge]
    capacity: [spot, onDemand]
    maxGpus: 8
  - name: large
    instanceTypes: [g6e.12xlarge]
    maxGpus: 8
inference-platform:models:
  - name: chat
    source: Qwen/Qwen2.5-7B-Instruct
    gpu: { type: l4, count: 1 }
    maxModelLen: 8192
    replicas: { min: 1, max: 4 }
  - name: llama
    source: meta-llama/Llama-3.1-8B-Instruct
    gpu: { type: l40s, count: 2 }
    maxModelLen: 8192
    replicas: { min: 1, max: 2 }
inference-platform:tritonRepositories:
  - name: ranking
    repository: s3://models/ranking
    models: [reranker]
    gpu: { type: l4, count: 1 }
    replicas: { min: 1, max: 2 }
inference-platform:data:
  postgres: { mode: inCluster }
inference-platform:edge:
  hostname: api.example.com
  tlsIssuer: letsencrypt-prod
  email: platform@example.com
inference-platform:tags: { team: platform }
"""

_VALID: dict[str, Any] = yaml.safe_load(_TEXT)

Change = Callable[[dict[str, Any]], Any]


def valid() -> dict[str, Any]:
    """A fresh copy of the valid configuration, by full keys."""
    return copy.deepcopy(_VALID)


def put(path: str, value: Any) -> Change:
    """A change: `put("models.0.gpu.count", 3)`; path parts are keys, or places in a list (its end too)."""

    def change(config: dict[str, Any]) -> None:
        holder, key = _reach(config, path)
        if isinstance(holder, list) and key == len(holder):
            holder.append(None)
        holder[key] = value

    return change


def drop(path: str) -> Change:
    """A change that takes a key or an entry away."""

    def change(config: dict[str, Any]) -> None:
        holder, key = _reach(config, path)
        del holder[key]

    return change


def _reach(config: dict[str, Any], path: str) -> tuple[Any, Any]:
    first, *rest = path.split(".")
    parts: list[Any] = [f"{OWN}{first}", *(int(part) if part.isdigit() else part for part in rest)]
    holder: Any = config
    for part in parts[:-1]:
        holder = holder[part]
    return holder, parts[-1]


def changed(*changes: Change) -> dict[str, Any]:
    """The valid configuration with changes."""
    config = valid()
    for change in changes:
        change(config)
    return config


def problems(config: dict[str, Any]) -> tuple[str, ...]:
    """The lines that a configuration is refused with; none where it loads."""
    try:
        from_values(config)
    except SettingsError as error:
        return error.problems
    return ()


def bad(change: Change, *parts: str) -> tuple[Change, str]:
    """One mistake, and its line in parts that a space joins."""
    return change, " ".join(parts)


def settings(*changes: Change) -> Settings:
    """Checked settings of the valid configuration with changes."""
    return from_values(changed(*changes)).settings
