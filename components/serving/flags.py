"""Command lines of the engines, as pure functions.

Sources: the argument parsers of vLLM 0.33.0 (its wheel, engine/arg_utils.py) and of Triton 2.71
(server, src/command_line_parser.cc).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class VllmOptions:
    """What vLLM serves and how.

    `source` is a Hugging Face repository or a path; `revision` pins its commit. Lengths are tokens, and
    `max_num_seqs` requests running at once. `gpu_memory_utilization` is a share of each GPU's memory.
    `max_queued_requests` answers 503 beyond that many waiting; None queues without end.
    `extra` is passed on as it stands.
    """

    source: str
    served_model_name: str
    tensor_parallel_size: int
    max_model_len: int
    max_num_seqs: int
    gpu_memory_utilization: float
    kv_cache_dtype: str | None = None
    revision: str | None = None
    max_queued_requests: int | None = None
    extra: Sequence[str] = ()


def vllm_command(options: VllmOptions, *, port: int, shutdown_seconds: int) -> tuple[str, ...]:
    """Return vLLM's command line. Without a shutdown timeout it would abort requests in flight."""
    flags = {
        "served-model-name": options.served_model_name,
        "port": port,
        "tensor-parallel-size": options.tensor_parallel_size,
        "max-model-len": options.max_model_len,
        "max-num-seqs": options.max_num_seqs,
        "gpu-memory-utilization": options.gpu_memory_utilization,
        "kv-cache-dtype": options.kv_cache_dtype,
        "revision": options.revision,
        "max-num-queued-reqs": options.max_queued_requests,
        "shutdown-timeout": shutdown_seconds,
    }
    return ("vllm", "serve", options.source, *_rendered(flags), *options.extra)


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


def s3_copy_command(source: str, target: str, models: Sequence[str]) -> tuple[str, ...]:
    """Return the AWS CLI's command that copies `models` of a repository on S3 to a local one."""
    chosen = (flag for model in models for flag in ("--include", f"{model}/*"))
    return ("aws", "s3", "sync", source, target, "--only-show-errors", "--exclude", "*", *chosen)


def _rendered(flags: Mapping[str, object]) -> tuple[str, ...]:
    return tuple(f"--{name}={value}" for name, value in flags.items() if value is not None)
