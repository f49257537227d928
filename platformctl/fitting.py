"""`platformctl fit`: whether a model fits a GPU, and what would."""

import json
import sys
from dataclasses import asdict

from planning.fit import Fit, FitError, FitRequest, Verdict, VersionError, fit, smallest_set
from platformctl.fit_request import Asked, request_of
from platformctl.problems import bad_input
from settings.errors import SettingsError
from settings.model_files import ModelFileError

_CODES = {Verdict.FITS: 0, Verdict.MARGINAL: 1, Verdict.DOES_NOT_FIT: 3}


def fit_command(asked: Asked, *, as_json: bool) -> int:
    """Tell whether it fits; return 0, 1 where that is within the error, 3 where it does not, 2 for bad input."""
    try:
        request = request_of(asked)
        result = fit(request)
    except SettingsError as error:
        return bad_input(error)
    except (FitError, VersionError, ModelFileError) as error:
        return bad_input(SettingsError([str(error)]))
    sys.stdout.write(_json(result) if as_json else _text(request, result))
    return _CODES[result.verdict]


def _json(result: Fit) -> str:
    values = {
        key: round(value, 4) if isinstance(value, float) else value for key, value in asdict(result).items()
    }
    return json.dumps(values, indent=2) + "\n"


def _text(request: FitRequest, result: Fit) -> str:
    """The verdict, the memory of one GPU, and what would fit."""
    words = {Verdict.FITS: "fits", Verdict.MARGINAL: "marginal", Verdict.DOES_NOT_FIT: "does not fit"}
    rows = (
        ("weights", f"{result.weights_gib:.2f} GiB"),
        ("activation", f"{result.activation_gib:.2f} GiB"),
        ("overhead", f"{result.overhead_gib:.2f} GiB"),
        ("KV cache left", f"{result.kv_available_gib:.2f} GiB"),
        ("KV cache of a token", f"{result.kv_bytes_per_token / 1024:.1f} KiB"),
        ("tokens in the cache", f"{result.kv_tokens}"),
        (f"requests of {request.max_model_len} at once", f"{result.max_concurrency:.2f}"),
    )
    table = "".join(f"  {name:<32}{value:>14}\n" for name, value in rows)
    parallel = f"tensor parallel {request.tensor_parallel}"
    if request.pipeline_parallel > 1:
        parallel += f", pipeline parallel {request.pipeline_parallel}"
    head = f"{words[result.verdict]}: {request.model.name}, {parallel}, vLLM {request.vllm_version}\n"
    return f"{head}{result.reason}\n\nEach GPU:\n{table}\n{_would_fit(request, result)}"


def _would_fit(request: FitRequest, result: Fit) -> str:
    longest = result.max_model_len_that_fits
    lines = [f"Longest context that fits here: {f'{longest} tokens' if longest else 'none'}."]
    same, least = smallest_set(request, gpus=[request.gpu]), smallest_set(request)
    sets = list(dict.fromkeys(str(one) for one in (least, same) if one is not None))
    lines.append(
        f"Fewest GPUs for {request.max_model_len} tokens: {', or '.join(sets) or 'more than 8 of any'}."
    )
    return "\n".join(lines) + "\n"
