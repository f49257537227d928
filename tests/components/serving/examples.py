"""Servers that the tests build: small, complete, and varied by keyword."""

from typing import Any

import pulumi_kubernetes as k8s

from catalog.images import AWS_CLI, OLLAMA
from components.serving import (
    NvmeCache,
    OllamaServer,
    OllamaServerArgs,
    OllamaStoreArgs,
    S3Access,
    ScalingArgs,
    TgiOptions,
    TgiServer,
    TgiServerArgs,
    TritonServer,
    TritonServerArgs,
    VllmOptions,
    VllmServer,
    VllmServerArgs,
)
from tests.components.recorder import Recorded, Recording, record

DEPLOYMENT = "kubernetes:apps/v1:Deployment"
OPTIONS = VllmOptions(
    source="Qwen/Qwen2.5-7B-Instruct",
    served_model_name="qwen",
    tensor_parallel_size=1,
    max_model_len=8192,
    max_num_seqs=64,
    gpu_memory_utilization=0.9,
)


TGI_OPTIONS = TgiOptions(
    source="meta-llama/Llama-3.1-8B-Instruct",
    num_shard=1,
    max_total_tokens=8192,
    max_batch_size=32,
    max_concurrent_requests=288,
    memory_fraction=0.9,
)
ACCESS = S3Access(region="us-east-1", cluster_name="dev")


def common(changes: dict[str, Any]) -> dict[str, Any]:
    """Return the args that every engine needs, changed, with a provider if none is given."""
    if "provider" not in changes:
        changes["provider"] = k8s.Provider("provider", kubeconfig="{}", cluster_identifier="test")
    return {
        "namespace": "inference",
        "node_selector": {"inference-platform/pool": "l4"},
        "gpus": 1,
        "cpu": "3",
        "memory_gib": 12,
        "shm_gib": 2,
        "cache": NvmeCache(size_gib=60),
        "startup_seconds": 905,
        "min_replicas": 1,
        "max_replicas": 4,
        "scaling": ScalingArgs(prometheus_address="http://prometheus.monitoring:9090", fallback_replicas=2),
        "gateway_namespace": "envoy-gateway-system",
        "monitoring_namespace": "monitoring",
        **changes,
    }


def vllm_args(**changes: Any) -> VllmServerArgs:
    """Return a vLLM server's args. Call it inside a recorded program."""
    values: dict[str, Any] = {"options": OPTIONS, **common(changes)}
    return VllmServerArgs(**values)


def triton_args(**changes: Any) -> TritonServerArgs:
    """Return a Triton server's args. Call it inside a recorded program."""
    own = {
        "model_repository": "s3://acme-models/triton",
        "models": ["detector", "ensemble"],
        "access": ACCESS,
    }
    values: dict[str, Any] = {**own, **common(changes)}
    return TritonServerArgs(**values)


def tgi_args(**changes: Any) -> TgiServerArgs:
    """Return a TGI server's args. Call it inside a recorded program."""
    values: dict[str, Any] = {"options": TGI_OPTIONS, **common(changes)}
    return TgiServerArgs(**values)


def ollama_args(**changes: Any) -> OllamaServerArgs:
    """Return an Ollama server's args. Call it inside a recorded program."""
    own = {
        "source": "qwen2.5:7b",
        "served_model_name": "small",
        "access": ACCESS,
        "storage_class": "gp3",
        "model_gib": 5,
        "context_length": 8192,
        "num_parallel": 4,
        "max_queue": 64,
        "active_requests": 9,
        "route_name": "small-route",
    }
    values: dict[str, Any] = {**own, **common(changes)}
    return OllamaServerArgs(**values)


def store_args(**changes: Any) -> OllamaStoreArgs:
    """Return the args of Ollama's store. Call it inside a recorded program."""
    own = {
        "namespace": "inference",
        "source": "qwen2.5:7b",
        "alias": "small",
        "model_gib": 5,
        "storage_class": "gp3",
        "reader": "small",
        "access": ACCESS,
        "image": OLLAMA,
        "copy_image": AWS_CLI,
        "timeout_seconds": 905,
    }
    values: dict[str, Any] = {**own, **changes}
    return OllamaStoreArgs(**values)


def tgi(**changes: Any) -> Recording:
    """Record a TGI server named legacy."""
    return record(lambda: TgiServer("legacy", tgi_args(**changes)))


def ollama(**changes: Any) -> Recording:
    """Record an Ollama server named small."""
    return record(lambda: OllamaServer("small", ollama_args(**changes)))


def vllm(**changes: Any) -> Recording:
    """Record a vLLM server named qwen."""
    return record(lambda: VllmServer("qwen", vllm_args(**changes)))


def triton(**changes: Any) -> Recording:
    """Record a Triton server named vision."""
    return record(lambda: TritonServer("vision", triton_args(**changes)))


def pod(recording: Recording) -> dict[str, Any]:
    """Return the spec of the server's pod template."""
    return spec(recording.one(DEPLOYMENT))["template"]["spec"]


def server(recording: Recording) -> dict[str, Any]:
    """Return the container that serves."""
    return pod(recording)["containers"][0]


def spec(resource: Recorded) -> dict[str, Any]:
    """Return an object's spec."""
    return resource.inputs["spec"]
