"""Checks of what a model asks of its engine: what no engine of that name could honour, in one line each."""

import re
from collections.abc import Iterator, Mapping

from pydantic.alias_generators import to_camel

from catalog.efa import EFA_INTERFACES
from catalog.instances import instances
from settings.base import Section
from settings.fields import Engine, KvCacheDtype
from settings.models import ModelSettings, TritonRepositorySettings
from settings.patterns import HUB_SOURCE, OLLAMA_SOURCE, WORDS
from settings.references import pools_for
from settings.stack import Settings

# What an engine has no option for. Sources: catalog/engine_flags, and Ollama's envconfig/config.go.
_UNKNOWN: Mapping[Engine, tuple[str, ...]] = {
    Engine.VLLM: (),
    Engine.TGI: ("load_from", "nodes", "enable_prefix_caching", "lora"),
    Engine.OLLAMA: (
        "load_from",
        "nodes",
        "gpu_memory_utilization",
        "kv_cache_dtype",
        "max_num_batched_tokens",
        "enable_prefix_caching",
        "lora",
    ),
}
_TGI_CACHES = (KvCacheDtype.AUTO, KvCacheDtype.FP8_E4M3, KvCacheDtype.FP8_E5M2)
_LATEST = "latest"


def engine_problems(path: str, model: ModelSettings, settings: Settings) -> Iterator[str]:
    """Name what the model's engine cannot do."""
    yield from _source(path, model)
    yield from _unknown(path, model, _UNKNOWN[model.engine], model.engine)
    if model.engine != Engine.VLLM:
        yield from _unknown(f"{path}.scaling", model.scaling, ("kv_cache_usage",), model.engine)
    if model.engine == Engine.TGI and model.kv_cache_dtype not in _TGI_CACHES:
        yield f"{path}.kvCacheDtype: tgi has no {model.kv_cache_dtype}. Use one of {', '.join(_TGI_CACHES)}."
    if model.engine == Engine.OLLAMA and not settings.edge.require_api_key:
        fix = "Set edge.requireApiKey: true, or engine: vllm."
        yield f"{path}.engine: ollama has no authentication of its own, and the gateway asks for no key. {fix}"
    yield from _adapters(path, model)
    if model.nodes > 1:
        yield from _nodes(path, model, settings)


def ensemble_problems(path: str, repository: TritonRepositorySettings) -> Iterator[str]:
    """Name a Triton server that would load nothing, or an ensemble that is listed twice."""
    if not repository.models and not repository.ensembles:
        yield f"{path}.models: is empty, and so is ensembles. Name at least one model to load."
    loaded = list(repository.models)
    for index, ensemble in enumerate(repository.ensembles):
        if ensemble.name in loaded:
            yield f"{path}.ensembles[{index}].name: {ensemble.name} is listed already. List it once."
        loaded.append(ensemble.name)


def _source(path: str, model: ModelSettings) -> Iterator[str]:
    ollama = model.engine == Engine.OLLAMA
    pattern = OLLAMA_SOURCE if ollama else HUB_SOURCE
    if not re.fullmatch(pattern, model.source):
        yield f"{path}.source: {model.source} is not {WORDS[pattern]}, which engine: {model.engine} needs."
    elif ollama and model.source.endswith(f":{_LATEST}"):
        fix = "Name its size or quantization, as in qwen2.5:7b."
        yield f"{path}.source: {model.source} would be another model tomorrow. {fix}"


def _unknown(path: str, section: Section, keys: tuple[str, ...], engine: Engine) -> Iterator[str]:
    """Name keys that were set to something else than their default, and that the engine cannot honour."""
    for key in keys:
        if getattr(section, key) != type(section).model_fields[key].default:
            yield f"{path}.{to_camel(key)}: engine: {engine} has nothing like it. Remove it, or set engine: vllm."


def _adapters(path: str, model: ModelSettings) -> Iterator[str]:
    taken = {model.name}
    for index, adapter in enumerate(model.lora):
        if adapter.name in taken:
            yield f"{path}.lora[{index}].name: {adapter.name} is a model's name already. Give each its own."
        taken.add(adapter.name)


def _nodes(path: str, model: ModelSettings, settings: Settings) -> Iterator[str]:
    """Name a pool whose nodes cannot be joined: EFA carries it, and EFA does not leave a zone."""
    for pool in pools_for(model, settings.gpu_pools)[:1]:
        place = f"gpuPools[{settings.gpu_pools.index(pool)}]"
        without = [name for name in pool.instance_types if name in instances() and name not in EFA_INTERFACES]
        if without:
            fix = f"Use types that have it, such as {_near(model)}, or nodes: 1."
            yield f"{path}.nodes: {model.nodes} nodes need EFA, and {without[0]} in {place} has none. {fix}"
        zones = pool.zones or settings.cluster.network.zones
        if len(zones) > 1:
            fix = f"Set {place}.zones to one of them."
            yield f"{path}.nodes: EFA does not leave a zone, and {place} has {len(zones)}. {fix}"


def _near(model: ModelSettings) -> str:
    """Return the smallest instance type with EFA that holds a node's share of the model."""
    known = instances()
    fitting = [
        known[name]
        for name in EFA_INTERFACES
        if model.gpu.type in (None, known[name].gpu) and known[name].gpus >= (model.gpu.count or 1)
    ]
    smallest = min(fitting or [known["p5.48xlarge"]], key=lambda one: (one.gpus, one.vcpu))
    return smallest.name
