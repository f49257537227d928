"""A model served by vLLM."""

from dataclasses import dataclass, field, replace

import pulumi

from catalog.images import VLLM, Image
from catalog.metrics import VLLM_KV_CACHE, VLLM_RUNNING, VLLM_WAITING
from components import credentials
from components.serving import s3_access
from components.serving.args import ModelServerArgs
from components.serving.flags import VllmOptions, vllm_command
from components.serving.model_server import ModelServer
from components.serving.network_policy import HTTPS, POD_IDENTITY_AGENT
from components.serving.s3_access import S3Access
from components.serving.sources import MODELS_PATH, parse_claim
from components.serving.workload import CACHE_PATH, Claim, Engine, Group, Port, Trigger

_PORT = 8000
_STREAMER = "runai_streamer"


@dataclass(frozen=True, kw_only=True)
class VllmServerArgs(ModelServerArgs):
    """A model server's args, vLLM's options, and when to add a replica.

    The options' `source` may also be an `s3://bucket/prefix` URL, streamed to the GPU by a role of the
    server's own as `access` says, or `pvc://claim/path` in a claim that is there already. `hf_token` is a
    secret, needed for gated models only. Each replica should be at work on at most `busy_slots` (0 to 1) of
    `options.max_num_seqs`, carry at most `waiting_requests` queued requests, and have at most `kv_cache_usage`
    (0 to 1) of its KV cache in use.
    A replica on several `nodes` has `gpus` on each of them, and `efa` network interfaces.
    """

    options: VllmOptions
    image: Image = VLLM
    hf_token: pulumi.Input[str] | None = field(default=None, repr=False)
    access: S3Access | None = None
    nodes: int = 1
    efa: int = 0
    busy_slots: float = 0.75
    waiting_requests: float = 5
    kv_cache_usage: float = 0.8

    def __post_init__(self) -> None:
        """Raise ValueError when GPUs and parallel parts differ, or a source is of no kind or out of reach."""
        super().__post_init__()
        options, gpus = self.options, self.gpus * self.nodes
        parts = options.tensor_parallel_size * options.pipeline_parallel_size
        if parts > gpus or (self.nodes > 1 and parts != gpus):
            raise ValueError(
                f"tensor_parallel_size: {options.tensor_parallel_size} x {options.pipeline_parallel_size} stages "
                f"need {parts} GPUs; a replica has {gpus}. Set gpus and nodes to match"
            )
        if options.source.startswith("pvc:"):
            parse_claim(options.source, "source")
        if self.in_bucket:
            s3_access.parse(options.source, "source")
            if self.access is None:
                raise ValueError("access: is missing; weights on S3 are read by a role of the server's own")

    @property
    def in_bucket(self) -> bool:
        """Whether the weights are streamed from S3."""
        return self.options.source.startswith("s3:")


def environment(args: VllmServerArgs) -> dict[str, str]:
    """Return vLLM's public environment: every cache on the cache volume, no telemetry.

    Compiled kernels are there too, so they last as long as the volume. The engine gives up after 600 seconds
    unless told the startup budget.
    """
    return {
        "HOME": CACHE_PATH,
        "HF_HOME": f"{CACHE_PATH}/huggingface",
        "HF_HUB_DISABLE_TELEMETRY": "1",
        "TORCHINDUCTOR_CACHE_DIR": f"{CACHE_PATH}/torchinductor",
        "TRITON_CACHE_DIR": f"{CACHE_PATH}/triton",
        "VLLM_CACHE_ROOT": f"{CACHE_PATH}/vllm",
        "VLLM_DO_NOT_TRACK": "1",
        "VLLM_ENGINE_READY_TIMEOUT_S": str(args.startup_seconds),
        "VLLM_NO_USAGE_STATS": "1",
        **({"AWS_REGION": args.access.region} if args.access and args.in_bucket else {}),
    }


def vllm_engine(args: VllmServerArgs, api_key: pulumi.Input[str]) -> Engine:
    """Return vLLM as an engine. `/health` fails once the engine is dead, so it is also the liveness probe."""
    options, claim = _located(args.options)
    token = {} if args.hf_token is None else {"HF_TOKEN": args.hf_token}
    return Engine(
        kind="vllm",
        image=args.image,
        command=_command(args, options, leader=True),
        environment=environment(args),
        secrets={**token, "VLLM_API_KEY": api_key},
        ports=(Port(name="http", number=_PORT),),
        ready_path="/health",
        live_path="/health",
        metrics_port="http",
        triggers=_triggers(args),
        egress=(HTTPS, POD_IDENTITY_AGENT) if args.in_bucket else (HTTPS,),
        claim=claim,
        group=_group(args, options),
    )


def _located(options: VllmOptions) -> tuple[VllmOptions, Claim | None]:
    """Return the options with the source as vLLM takes it, and the claim that must be mounted for it."""
    if options.source.startswith("s3:"):
        return replace(options, load_format=options.load_format or _STREAMER), None
    if not options.source.startswith("pvc:"):
        return options, None
    found = parse_claim(options.source, "source")
    return replace(options, source=found.path), Claim(name=found.name, path=MODELS_PATH)


def _command(args: VllmServerArgs, options: VllmOptions, *, leader: bool) -> tuple[str, ...]:
    seconds = args.shutdown_seconds
    return vllm_command(options, port=_PORT, shutdown_seconds=seconds, nodes=args.nodes, leader=leader)


def _group(args: VllmServerArgs, options: VllmOptions) -> Group | None:
    if args.nodes == 1:
        return None
    return Group(size=args.nodes, worker_command=_command(args, options, leader=False), efa=args.efa)


def _triggers(args: VllmServerArgs) -> tuple[Trigger, ...]:
    slots = round(args.busy_slots * args.options.max_num_seqs, 2)
    return (
        # The one that acts in time: the other two rise when requests wait already, and a start takes minutes.
        Trigger(name="busy-slots", metric=VLLM_RUNNING, threshold=slots),
        Trigger(name="waiting-requests", metric=VLLM_WAITING, threshold=args.waiting_requests),
        Trigger(name="kv-cache-usage", metric=VLLM_KV_CACHE, threshold=args.kv_cache_usage),
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

    api_key: pulumi.Output[str]
    """The key that the server itself asks for, for the gateway; a secret."""

    def __init__(self, name: str, args: VllmServerArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("inference-platform:index:VllmServer", name, None, opts)
        child = pulumi.ResourceOptions(parent=self)
        self.api_key = credentials.password(f"{name}-api-key", child)
        needs: list[pulumi.Resource] = []
        if args.access and args.in_bucket:
            folder = s3_access.parse(args.options.source, "source")
            account = s3_access.Account(namespace=args.namespace, name=name)
            policy = s3_access.policy(folder, (), partition=args.access.partition)
            needs = s3_access.pod_role(name, args.access, account, policy, child)
        outputs = self._serve(name, args, vllm_engine(args, self.api_key), after=needs)
        self.register_outputs({**outputs, "api_key": self.api_key})
