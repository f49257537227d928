"""Turns a model's settings and plan into the arguments of its engine's server: a mapping and nothing more."""

import math

from catalog.efa import EFA_INTERFACES
from components.cluster.storage import DEFAULT
from components.serving import (
    Lora,
    OllamaServerArgs,
    TgiOptions,
    TgiServerArgs,
    TritonServerArgs,
    VllmOptions,
    VllmServerArgs,
)
from components.wiring import CommonArgs, ServerPlace, route_name
from planning.servers import ServerPlan
from settings import fields
from settings.models import ModelSettings, TritonRepositorySettings

# TGI's names of the same two types.
_TGI_CACHES = {
    fields.KvCacheDtype.FP8_E4M3: "fp8_e4m3fn",
    fields.KvCacheDtype.FP8_E5M2: "fp8_e5m2",
}


def vllm_args(
    model: ModelSettings, plan: ServerPlan, place: ServerPlace, common: CommonArgs
) -> VllmServerArgs:
    """Return the arguments of a model on vLLM. Stages of the pipeline are nodes: what they exchange is small."""
    dtype = None if model.kv_cache_dtype == fields.KvCacheDtype.AUTO else model.kv_cache_dtype.value
    options = VllmOptions(
        source=model.source if model.load_from == "hub" else model.load_from,
        served_model_name=model.name,
        tensor_parallel_size=plan.tensor_parallel,
        pipeline_parallel_size=plan.pipeline_parallel,
        max_model_len=model.max_model_len,
        max_num_seqs=plan.max_num_seqs,
        max_num_batched_tokens=plan.max_num_batched_tokens,
        gpu_memory_utilization=plan.gpu_memory_utilization,
        kv_cache_dtype=dtype,
        enable_prefix_caching=model.enable_prefix_caching,
        # vLLM counts running requests too.
        max_num_queued_reqs=model.concurrency + model.max_queued_requests,
        lora=_lora(model),
    )
    return VllmServerArgs(
        **common,
        options=options,
        hf_token=place.hf_token,
        access=place.access,
        nodes=model.nodes,
        efa=EFA_INTERFACES.get(plan.share.instance.name, 0) if model.nodes > 1 else 0,
        busy_slots=model.scaling.busy_slots,
        waiting_requests=model.scaling.waiting_requests,
        kv_cache_usage=model.scaling.kv_cache_usage,
    )


def tgi_args(model: ModelSettings, plan: ServerPlan, place: ServerPlace, common: CommonArgs) -> TgiServerArgs:
    """Return the arguments of a model on TGI."""
    options = TgiOptions(
        source=model.source,
        num_shard=plan.tensor_parallel,
        max_total_tokens=model.max_model_len,
        max_batch_size=model.concurrency,
        # TGI counts running requests too.
        max_concurrent_requests=model.concurrency + model.max_queued_requests,
        memory_fraction=plan.gpu_memory_utilization,
        max_batch_prefill_tokens=model.max_num_batched_tokens,
        kv_cache_dtype=_TGI_CACHES.get(model.kv_cache_dtype),
    )
    return TgiServerArgs(
        **common,
        options=options,
        hf_token=place.hf_token,
        waiting_requests=model.scaling.waiting_requests,
    )


def ollama_args(
    model: ModelSettings, plan: ServerPlan, place: ServerPlace, common: CommonArgs
) -> OllamaServerArgs:
    """Return the arguments of a model on Ollama."""
    return OllamaServerArgs(
        **common,
        source=model.source,
        served_model_name=model.name,
        access=place.access,
        storage_class=DEFAULT,
        model_gib=math.ceil(plan.weights_gib),
        context_length=model.max_model_len,
        num_parallel=model.concurrency,
        max_queue=model.max_queued_requests,
        # What the gateway has open is at work or waiting.
        active_requests=model.concurrency + model.scaling.waiting_requests,
        route_name=route_name(plan),
    )


def _lora(model: ModelSettings) -> Lora:
    adapters = {adapter.name: adapter.source for adapter in model.lora}
    return Lora(adapters=adapters, rank=max((adapter.rank for adapter in model.lora), default=1))


def triton_args(
    repository: TritonRepositorySettings, place: ServerPlace, common: CommonArgs
) -> TritonServerArgs:
    """Return the arguments of a Triton server."""
    return TritonServerArgs(
        **common,
        model_repository=repository.repository,
        models=repository.models,
        ensembles={ensemble.name: ensemble.steps for ensemble in repository.ensembles},
        access=place.access,
        pending_requests=repository.scaling.pending_requests,
    )
