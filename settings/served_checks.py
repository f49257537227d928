"""Checks of what is served: its replicas, its GPUs, the pool it runs in, and what the catalogue knows of it."""

from collections.abc import Iterator

from catalog.instances import gpu_names, instances
from catalog.models import MODELS
from settings.errors import nearest, one_of
from settings.fields import Engine
from settings.models import ModelSettings
from settings.pools import GpuPoolSettings
from settings.references import Served, pool_has_gpu, pools_for
from settings.stack import Settings

# GPUs that one instance can have.
_GPU_COUNTS = (1, 2, 4, 8)
# Names of models share their makers: only what is nearly the same was meant.
_LIKE = 0.8


def served_problems(item: Served, settings: Settings) -> Iterator[str]:
    """Name what is wrong with the replicas, GPUs and pool of a model or Triton repository."""
    thing, path = item.settings, item.path
    low, high = thing.replicas.min, thing.replicas.max
    if low > high:
        fix = f"Lower it to {high}, or raise replicas.max to {low}."
        yield f"{path}.replicas.min: {low} is above replicas.max ({high}). {fix}"
    own = thing.rollout
    if own is not None and own.max_surge + own.max_unavailable == 0:
        fix = "Set one of them to 1: no update could begin."
        yield f"{path}.rollout: maxSurge and maxUnavailable are both 0. {fix}"
    expected = thing.replicas.expected
    if expected is not None and low <= high and not low <= expected <= high:
        yield f"{path}.replicas.expected: {expected} is not between min and max. Set it to {low} to {high}."
    if thing.gpu.type is not None and thing.gpu.type not in gpu_names():
        yield f"{path}.gpu.type: {thing.gpu.type} is not in the catalogue. {one_of(thing.gpu.type, gpu_names())}"
    elif settings.gpu_pools or thing.pool is not None:
        yield from _pool_problems(item, settings)


def model_problems(path: str, model: ModelSettings, secrets: frozenset[str]) -> Iterator[str]:
    """Name what is wrong with a model by what the catalogue knows of it; `secrets` are those that are set."""
    card = model.card
    if model.engine == Engine.OLLAMA:
        # Its registry's models are quantized files of their own, which no table here describes.
        if model.weights_gib is None:
            yield f"{path}.weightsGib: is missing. Set it to the size of {model.source} in GiB: `ollama list` tells."
        return
    if card is None:
        # Files that could not be read have been named already.
        if model.config_file is None:
            fix = "Set configFile to its config.json, and weightsGib or indexFile."
            yield f"{path}.source: {model.source} is not in the catalogue. {_near(model.source)}{fix}"
        return
    if model.max_model_len > card.max_context:
        limit = f"{model.max_model_len} tokens are beyond the model's {card.max_context}"
        yield f"{path}.maxModelLen: {limit}. Set it to {card.max_context} or less."
    if card.gated and "hfToken" not in secrets:
        fix = "Run `pulumi config set --secret hfToken`."
        yield f"{path}.source: {model.source} is gated and hfToken is missing. {fix}"
    if model.gpu.count is not None and not card.divides(model.gpu.count):
        valid = ", ".join(str(count) for count in _GPU_COUNTS if card.divides(count))
        heads = f"{card.heads} attention and {card.kv_heads} KV heads"
        yield f"{path}.gpu.count: {model.gpu.count} does not divide the model's {heads}. Use one of {valid}."


def _near(source: str) -> str:
    """Name the model that was meant, if there is one like it."""
    near = nearest(source, MODELS, likeness=_LIKE)
    return f"Did you mean {near}? " if near else ""


def _pool_problems(item: Served, settings: Settings) -> Iterator[str]:
    """Name a pool that is not there, cannot hold the GPUs, or is one of several."""
    thing, path, pools = item.settings, item.path, settings.gpu_pools
    names = [pool.name for pool in pools]
    wanted = f"{thing.gpu.count or 1} x {thing.gpu.type or 'GPU'}"
    if thing.pool is not None and thing.pool not in names:
        yield f"{path}.pool: {thing.pool} is not a pool. {one_of(thing.pool, names)}"
        return
    fitting = pools_for(thing, pools)
    asked = [pool for pool in pools if thing.pool in (None, pool.name)]
    # A pool that has the GPU but cuts it otherwise is named by the checks of slices.
    lacking = not any(pool_has_gpu(pool, thing.gpu) for pool in asked)
    if lacking and all(map(_known, asked)):
        where = f"pool {thing.pool} has no" if thing.pool else "no pool has an"
        fix = f"Add an instance type with {wanted} to a pool, or change gpu."
        yield f"{path}.gpu: {wanted} on one node: {where} instance for it. {fix}"
    if len(fitting) > 1 and thing.pool is None:
        fits = ", ".join(pool.name for pool in fitting)
        yield f"{path}.pool: is missing, and {len(fitting)} pools have {wanted}. Name one of {fits}."


def _known(pool: GpuPoolSettings) -> bool:
    """Whether all its instance types are in the catalogue; one that is not has been named already."""
    return all(name in instances() for name in pool.instance_types)
