"""Command lines of the engines, as pure functions.

Sources: the argument parsers of vLLM 0.33.0 (its wheel, engine/arg_utils.py), of Triton 2.71 (server,
src/command_line_parser.cc) and of TGI 3.3.7 (its launcher). catalog/engine_flags has them as tables.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import pulumi

# The ranks that vLLM's kernels are made for (vllm/config/lora.py).
_LORA_RANKS = (1, 8, 16, 32, 64, 128, 256, 320, 512)
# Each slot of a batch keeps one adapter in GPU memory; the others wait in CPU memory.
_LORA_SLOTS = 4
# Set by LeaderWorkerSet in every pod of a group, and put in by Kubernetes.
_LEADER = "$(LWS_LEADER_ADDRESS)"
_RANK = "$(LWS_WORKER_INDEX)"


@dataclass(frozen=True, kw_only=True)
class Lora:
    """LoRA adapters that are served beside the model: Hugging Face repositories by the name of the adapter.

    `rank` is the largest of theirs.
    """

    adapters: Mapping[str, str]
    rank: int = 16

    def __post_init__(self) -> None:
        """Raise ValueError for a rank beyond every kernel."""
        if self.rank > _LORA_RANKS[-1]:
            raise ValueError(f"rank: {self.rank} is beyond vLLM's {_LORA_RANKS[-1]}; serve a merged model")


@dataclass(frozen=True, kw_only=True)
class VllmOptions:
    """What vLLM serves and how.

    `source` is a Hugging Face repository, a path, or an `s3://` URL with `load_format` "runai_streamer";
    `revision` pins its commit. Lengths are tokens, `max_num_seqs` requests running at once, and
    `max_num_batched_tokens` tokens of one step. `gpu_memory_utilization` is a share of each GPU's memory.
    Beyond `max_num_queued_reqs` requests, running ones among them, it answers 503; None queues without end.
    `extra` is passed on as it stands.
    """

    source: str
    served_model_name: str
    tensor_parallel_size: int
    max_model_len: int
    max_num_seqs: int
    gpu_memory_utilization: float
    pipeline_parallel_size: int = 1
    max_num_batched_tokens: int | None = None
    kv_cache_dtype: str | None = None
    enable_prefix_caching: bool = True
    revision: str | None = None
    load_format: str | None = None
    max_num_queued_reqs: int | None = None
    lora: Lora = field(default_factory=lambda: Lora(adapters={}))
    extra: Sequence[str] = ()


def vllm_command(
    options: VllmOptions, *, port: int, shutdown_seconds: int, nodes: int = 1, leader: bool = True
) -> tuple[str, ...]:
    """Return vLLM's command line. Without a shutdown timeout it would abort requests in flight.

    On several nodes, which form one replica, only the `leader` answers requests.
    """
    flags = {
        "served-model-name": options.served_model_name,
        "port": port,
        "tensor-parallel-size": options.tensor_parallel_size,
        "pipeline-parallel-size": options.pipeline_parallel_size,
        "max-model-len": options.max_model_len,
        "max-num-seqs": options.max_num_seqs,
        "max-num-batched-tokens": options.max_num_batched_tokens,
        "gpu-memory-utilization": options.gpu_memory_utilization,
        "kv-cache-dtype": options.kv_cache_dtype,
        "revision": options.revision,
        "load-format": options.load_format,
        "max-num-queued-reqs": options.max_num_queued_reqs,
        "shutdown-timeout": shutdown_seconds,
    }
    prefixes = "--enable-prefix-caching" if options.enable_prefix_caching else "--no-enable-prefix-caching"
    group = _group(nodes, leader=leader)
    return (
        "vllm",
        "serve",
        options.source,
        *_rendered(flags),
        prefixes,
        *group,
        *_lora(options.lora),
        *options.extra,
    )


def _group(nodes: int, *, leader: bool) -> tuple[str, ...]:
    if nodes == 1:
        return ()
    ranks = {"nnodes": nodes, "node-rank": _RANK, "master-addr": _LEADER}
    return (*_rendered(ranks), *(() if leader else ("--headless",)))


def _lora(lora: Lora) -> tuple[str, ...]:
    if not lora.adapters:
        return ()
    sizes = {
        "max-loras": min(len(lora.adapters), _LORA_SLOTS),
        "max-cpu-loras": len(lora.adapters),
        "max-lora-rank": next(rank for rank in _LORA_RANKS if rank >= lora.rank),
    }
    # One option with all of them: given twice, the last would win.
    modules = (f"{name}={source}" for name, source in lora.adapters.items())
    return ("--enable-lora", *_rendered(sizes), "--lora-modules", *modules)


def triton_command(repository: str, models: Sequence[str], *, exit_seconds: int) -> tuple[str, ...]:
    """Return Triton's command line, loading `models` of a repository and nothing else.

    `--load-model` is refused without the explicit mode. Ready means that every model is.
    """
    flags = {
        "model-repository": repository,
        "model-control-mode": "explicit",
        "strict-readiness": "true",
        "exit-timeout-secs": exit_seconds,
    }
    return ("tritonserver", *_rendered(flags), *(f"--load-model={model}" for model in models))


@dataclass(frozen=True, kw_only=True)
class TgiOptions:
    """What TGI serves and how. Lengths are tokens; a prompt needs room for one token of its answer.

    Beyond `max_concurrent_requests`, running ones among them, it answers 429.
    `memory_fraction` is a share of each GPU's memory.
    """

    source: str
    num_shard: int
    max_total_tokens: int
    max_batch_size: int
    max_concurrent_requests: int
    memory_fraction: float
    max_batch_prefill_tokens: int | None = None
    kv_cache_dtype: str | None = None
    revision: str | None = None


def tgi_command(options: TgiOptions, *, port: int) -> tuple[str, ...]:
    """Return the command line of TGI's launcher."""
    flags = {
        "model-id": options.source,
        "revision": options.revision,
        "port": port,
        "num-shard": options.num_shard,
        "max-total-tokens": options.max_total_tokens,
        "max-input-tokens": options.max_total_tokens - 1,
        "max-batch-size": options.max_batch_size,
        "max-batch-prefill-tokens": options.max_batch_prefill_tokens,
        "max-concurrent-requests": options.max_concurrent_requests,
        "cuda-memory-fraction": options.memory_fraction,
        "kv-cache-dtype": options.kv_cache_dtype,
        "usage-stats": "off",
    }
    return ("text-generation-launcher", *_rendered(flags), "--json-output")


def s3_copy_command(
    source: pulumi.Input[str], target: pulumi.Input[str], folders: Sequence[str] = ()
) -> tuple[pulumi.Input[str], ...]:
    """Return the AWS CLI's command that copies a folder, or `folders` of it, to or from a bucket."""
    chosen = [flag for folder in folders for flag in ("--include", f"{folder}/*")]
    filters = ["--exclude", "*", *chosen] if folders else []
    return ("aws", "s3", "sync", source, target, "--only-show-errors", *filters)


def _rendered(flags: Mapping[str, object]) -> tuple[str, ...]:
    return tuple(f"--{name}={value}" for name, value in flags.items() if value is not None)
