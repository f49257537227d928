"""Servers that the tests build: small, complete, and varied by keyword."""

from typing import Any

import pulumi_kubernetes as k8s

from components.serving import (
    NvmeCache,
    ScalingArgs,
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
        "region": "us-east-1",
        "cluster_name": "dev",
    }
    values: dict[str, Any] = {**own, **common(changes)}
    return TritonServerArgs(**values)


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
