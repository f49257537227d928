"""What `platformctl fit` was asked, checked: one line for each thing that makes no sense."""

from dataclasses import dataclass
from pathlib import Path

from catalog.gpus import GPUS, Gpu, find_gpu
from catalog.models import MODELS, Model
from planning.fit import FitRequest, default_utilization, tensor_parallel_sizes
from settings.errors import SettingsError, nearest, one_of
from settings.model_files import read_model

_KV_DTYPES = ("auto", "bfloat16", "float16", "fp8", "fp8_e4m3", "fp8_e5m2", "fp8_ds_mla")
_NAMES_ALIKE = 0.7


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What stands on the command line; None where an option was left out."""

    model: str | None
    config: Path | None
    weights_gib: float | None
    index: Path | None
    gpu: str
    gpu_count: int
    pipeline_parallel: int
    mig: str | None
    share: float
    max_model_len: int
    max_num_seqs: int | None
    max_num_batched_tokens: int | None
    gpu_memory_utilization: float | None
    kv_cache_dtype: str
    vllm_version: str
    enforce_eager: bool


def request_of(asked: Asked) -> FitRequest:
    """Turn words into a request; raise with one line for each that makes no sense."""
    model = _model(asked)
    gpu = _gpu(asked.gpu)
    utilization = asked.gpu_memory_utilization
    # An unknown version is named before anything is made of it.
    default = default_utilization(asked.vllm_version)
    if problems := [*_number_problems(asked), *_model_problems(asked, model), *_sharing_problems(asked)]:
        raise SettingsError(problems)
    return FitRequest(
        model=model,
        gpu=gpu,
        tensor_parallel=asked.gpu_count,
        pipeline_parallel=asked.pipeline_parallel,
        mig=asked.mig,
        share=asked.share,
        max_model_len=asked.max_model_len,
        max_num_seqs=asked.max_num_seqs,
        max_num_batched_tokens=asked.max_num_batched_tokens,
        gpu_memory_utilization=default if utilization is None else utilization,
        kv_cache_dtype=asked.kv_cache_dtype,
        vllm_version=asked.vllm_version,
        enforce_eager=asked.enforce_eager,
    )


def _model(asked: Asked) -> Model:
    """Find the model by name, or read its files."""
    if (asked.model is None) == (asked.config is None):
        raise SettingsError(
            ["--model or --config: name one of them. Use --config for a model without a row."]
        )
    if asked.config is not None:
        weights = asked.index if asked.weights_gib is None else asked.weights_gib
        if weights is None:
            raise SettingsError(["--config: needs the size of the weights. Add --weights-gib or --index."])
        if isinstance(weights, float) and not 0 < weights < float("inf"):
            raise SettingsError([f"--weights-gib: {weights:g} is no size. Give GiB above 0."])
        return read_model(str(asked.config), asked.config, weights)
    name = asked.model or ""
    known = MODELS.get(name) or {one.lower(): model for one, model in MODELS.items()}.get(name.lower())
    if known is None:
        near = nearest(name, MODELS, likeness=_NAMES_ALIKE)
        hint = f"Did you mean {near}? Or pass" if near else "Pass"
        fix = f"{hint} --config config.json and --weights-gib (or --index model.safetensors.index.json)."
        raise SettingsError([f"--model: {name} is not in the catalogue. {fix}"])
    return known


def _gpu(text: str) -> Gpu:
    found = find_gpu(text)
    if found is None:
        alike = [name for name in GPUS if name.startswith(f"{text.lower()}-")]
        hint = f"Use one of {', '.join(alike)}." if alike else one_of(text, GPUS)
        raise SettingsError([f"--gpu: {text} is not in the catalogue. {hint}"])
    return found


def _number_problems(asked: Asked) -> list[str]:
    """Numbers out of their range, and an unknown dtype."""
    wholes = {
        "--pipeline-parallel": asked.pipeline_parallel,
        "--max-model-len": asked.max_model_len,
        "--max-num-seqs": asked.max_num_seqs,
        "--max-num-batched-tokens": asked.max_num_batched_tokens,
    }
    lines = [
        f"{name}: {value} is below 1. Use 1 or more."
        for name, value in wholes.items()
        if value is not None and value < 1
    ]
    parts = {"--gpu-memory-utilization": asked.gpu_memory_utilization, "--share": asked.share}
    for name, value in parts.items():
        if value is not None and not 0 < value <= 1:
            lines.append(f"{name}: {value:g} is no part of a GPU. Use a number above 0, up to 1.")
    if asked.kv_cache_dtype not in _KV_DTYPES:
        hint = one_of(asked.kv_cache_dtype, _KV_DTYPES)
        lines.append(f"--kv-cache-dtype: {asked.kv_cache_dtype} is not known. {hint}")
    return lines


def _model_problems(asked: Asked, model: Model) -> list[str]:
    """What the model does not allow."""
    lines: list[str] = []
    if asked.max_model_len > model.max_context:
        limit = f"{asked.max_model_len} tokens are beyond the model's {model.max_context}"
        lines.append(f"--max-model-len: {limit}. Use {model.max_context} or less.")
    if not model.divides(asked.gpu_count):
        valid = ", ".join(str(count) for count in tensor_parallel_sizes(model))
        heads = f"{model.heads} attention and {model.kv_heads} KV heads"
        lines.append(f"--gpu-count: {asked.gpu_count} GPUs cannot share {heads}. Use one of {valid}.")
    layers = model.architecture.layer_count
    if asked.pipeline_parallel > layers:
        lines.append(f"--pipeline-parallel: {asked.pipeline_parallel} stages for {layers} layers. Use fewer.")
    return lines


def _sharing_problems(asked: Asked) -> list[str]:
    """Slices and shares are of one GPU each."""
    parts = {"--mig": asked.mig is not None, "--share": asked.share < 1}
    together = asked.gpu_count * asked.pipeline_parallel > 1
    return [
        f"{name}: parts of GPUs cannot work together. Use --gpu-count 1, or whole GPUs."
        for name, given in parts.items()
        if given and together
    ]
