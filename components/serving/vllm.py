"""A model served by vLLM."""

from dataclasses import dataclass, field

import pulumi

from catalog.images import VLLM, Image
from catalog.metrics import VLLM_KV_CACHE, VLLM_WAITING
from components.serving.args import ModelServerArgs
from components.serving.flags import VllmOptions, vllm_command
from components.serving.model_server import ModelServer
from components.serving.network_policy import HTTPS
from components.serving.workload import CACHE_PATH, Engine, Port, Trigger

_PORT = 8000


@dataclass(frozen=True, kw_only=True)
class VllmServerArgs(ModelServerArgs):
    """A model server's args, vLLM's options, and when to add a replica.

    Each replica should carry at most `waiting_requests` queued requests, and have at most `kv_cache_usage`
    (0 to 1) of its KV cache in use. `hf_token` is a secret, needed for gated models only.
    """

    options: VllmOptions
    image: Image = VLLM
    hf_token: pulumi.Input[str] | None = field(default=None, repr=False)
    waiting_requests: float = 5
    kv_cache_usage: float = 0.8

    def __post_init__(self) -> None:
        """Raise ValueError when a replica has too few GPUs, or what ModelServerArgs refuses."""
        super().__post_init__()
        if self.options.tensor_parallel_size > self.gpus:
            raise ValueError(
                f"tensor_parallel_size: {self.options.tensor_parallel_size} needs as many GPUs; "
                f"a replica has {self.gpus}. Set gpus to {self.options.tensor_parallel_size}"
            )


def environment(startup_seconds: int) -> dict[str, str]:
    """Return vLLM's public environment: every cache on the cache volume, no telemetry.

    The engine gives up after 600 seconds unless told the startup budget.
    """
    return {
        "HOME": CACHE_PATH,
        "HF_HOME": f"{CACHE_PATH}/huggingface",
        "HF_HUB_DISABLE_TELEMETRY": "1",
        "TORCHINDUCTOR_CACHE_DIR": f"{CACHE_PATH}/torchinductor",
        "TRITON_CACHE_DIR": f"{CACHE_PATH}/triton",
        "VLLM_CACHE_ROOT": f"{CACHE_PATH}/vllm",
        "VLLM_DO_NOT_TRACK": "1",
        "VLLM_ENGINE_READY_TIMEOUT_S": str(startup_seconds),
        "VLLM_NO_USAGE_STATS": "1",
    }


def vllm_engine(args: VllmServerArgs) -> Engine:
    """Return vLLM as an engine. `/health` fails once the engine is dead, so it is also the liveness probe."""
    command = vllm_command(args.options, port=_PORT, shutdown_seconds=args.shutdown_seconds)
    return Engine(
        kind="vllm",
        image=args.image,
        command=command,
        environment=environment(args.startup_seconds),
        secrets={} if args.hf_token is None else {"HF_TOKEN": args.hf_token},
        ports=(Port(name="http", number=_PORT),),
        ready_path="/health",
        live_path="/health",
        metrics_port="http",
        triggers=(
            Trigger(
                name="waiting-requests",
                metric=VLLM_WAITING,
                threshold=args.waiting_requests,
            ),
            Trigger(name="kv-cache-usage", metric=VLLM_KV_CACHE, threshold=args.kv_cache_usage),
        ),
        egress=(HTTPS,),
    )


class VllmServer(ModelServer):
    """One model on vLLM, with everything around it: see ModelServer.

    server = VllmServer("qwen2-5-7b", VllmServerArgs(
        namespace="inference",
        provider=cluster.provider,
        node_selector=pool.node_selector,
        options=VllmOptions(
            source="Qwen/Qwen2.5-7B-Instruct",
            served_model_name="qwen2.5-7b",
            tensor_parallel_size=1,
            max_model_len=8192,
            max_num_seqs=64,
            gpu_memory_utilization=0.9,
        ),
        gpus=1, cpu="3", memory_gib=12, shm_gib=2,
        cache=NvmeCache(size_gib=60),
        startup_seconds=900,
        min_replicas=1, max_replicas=4,
        scaling=ScalingArgs(prometheus_address=prometheus.url, fallback_replicas=1),
        gateway_namespace="envoy-gateway-system",
        monitoring_namespace="monitoring",
        depends_on=[keda, monitoring, pool],
    ))
    """

    def __init__(self, name: str, args: VllmServerArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("inference-platform:index:VllmServer", name, None, opts)
        self.register_outputs(self._serve(name, args, vllm_engine(args)))
