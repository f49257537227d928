"""Command lines say what was asked, and only that."""

from dataclasses import replace

from components.serving.flags import s3_copy_command, triton_command, vllm_command
from tests.components.serving.examples import OPTIONS


def test_vllm_is_told_what_to_serve_and_to_let_requests_finish() -> None:
    assert vllm_command(OPTIONS, port=8000, shutdown_seconds=120) == (
        "vllm",
        "serve",
        "Qwen/Qwen2.5-7B-Instruct",
        "--served-model-name=qwen",
        "--port=8000",
        "--tensor-parallel-size=1",
        "--max-model-len=8192",
        "--max-num-seqs=64",
        "--gpu-memory-utilization=0.9",
        "--shutdown-timeout=120",
    )


def test_vllms_optional_flags_appear_when_set() -> None:
    options = replace(
        OPTIONS, kv_cache_dtype="fp8", revision="a09a354", max_queued_requests=0, extra=("--enforce-eager",)
    )
    command = vllm_command(options, port=8000, shutdown_seconds=1)

    assert {"--kv-cache-dtype=fp8", "--revision=a09a354", "--max-num-queued-reqs=0"} <= set(command)
    assert command[-1] == "--enforce-eager"


def test_triton_loads_each_model_explicitly() -> None:
    command = triton_command("/models", ["a", "b"], exit_seconds=90)

    assert command[0] == "tritonserver"
    assert set(command[1:]) == {
        "--model-repository=/models",
        "--model-control-mode=explicit",
        "--strict-readiness=true",
        "--exit-timeout-secs=90",
        "--load-model=a",
        "--load-model=b",
    }


def test_only_the_named_models_are_copied() -> None:
    command = s3_copy_command("s3://bucket/models", "/cache", ["a", "b"])

    assert command[:5] == ("aws", "s3", "sync", "s3://bucket/models", "/cache")
    # Later filters win, so everything is left out before anything is let in.
    assert command[command.index("--exclude") :] == ("--exclude", "*", "--include", "a/*", "--include", "b/*")
