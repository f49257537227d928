"""Command lines say what was asked, and only that."""

from dataclasses import replace

import pytest

from components.serving.flags import Lora, s3_copy_command, tgi_command, triton_command, vllm_command
from tests.components.serving.examples import OPTIONS, TGI_OPTIONS


def test_vllm_is_told_what_to_serve_and_to_let_requests_finish() -> None:
    assert vllm_command(OPTIONS, port=8000, shutdown_seconds=120) == (
        "vllm",
        "serve",
        "Qwen/Qwen2.5-7B-Instruct",
        "--served-model-name=qwen",
        "--port=8000",
        "--tensor-parallel-size=1",
        "--pipeline-parallel-size=1",
        "--max-model-len=8192",
        "--max-num-seqs=64",
        "--gpu-memory-utilization=0.9",
        "--shutdown-timeout=120",
        "--enable-prefix-caching",
    )


def test_vllms_optional_flags_appear_when_set() -> None:
    options = replace(
        OPTIONS,
        kv_cache_dtype="fp8",
        revision="a09a354",
        max_num_queued_reqs=0,
        max_num_batched_tokens=4096,
        load_format="runai_streamer",
        enable_prefix_caching=False,
        extra=("--enforce-eager",),
    )
    command = vllm_command(options, port=8000, shutdown_seconds=1)

    assert {
        "--kv-cache-dtype=fp8",
        "--revision=a09a354",
        "--max-num-queued-reqs=0",
        "--max-num-batched-tokens=4096",
        "--load-format=runai_streamer",
        "--no-enable-prefix-caching",
    } <= set(command)
    assert "--enable-prefix-caching" not in command
    assert command[-1] == "--enforce-eager"


def test_adapters_are_named_in_one_option_with_kernels_for_the_largest() -> None:
    lora = Lora(adapters={"legal": "acme/legal", "medical": "acme/medical"}, rank=24)
    command = vllm_command(replace(OPTIONS, lora=lora), port=8000, shutdown_seconds=1)
    start = command.index("--lora-modules")

    assert command.count("--lora-modules") == 1
    assert command[start + 1 :] == ("legal=acme/legal", "medical=acme/medical")
    assert {"--enable-lora", "--max-lora-rank=32", "--max-loras=2", "--max-cpu-loras=2"} <= set(command)


def test_many_adapters_share_a_few_places_in_gpu_memory() -> None:
    lora = Lora(adapters={f"adapter-{number}": "acme/one" for number in range(9)})
    command = vllm_command(replace(OPTIONS, lora=lora), port=8000, shutdown_seconds=1)

    assert {"--max-loras=4", "--max-cpu-loras=9"} <= set(command)


def test_a_rank_beyond_every_kernel_is_refused() -> None:
    with pytest.raises(ValueError, match="rank: 513 is beyond vLLM's 512"):
        Lora(adapters={"wide": "acme/wide"}, rank=513)


def test_a_group_knows_its_leader_and_only_the_leader_serves() -> None:
    leader, worker = (
        vllm_command(OPTIONS, port=8000, shutdown_seconds=1, nodes=2, leader=leads) for leads in (True, False)
    )

    assert {"--nnodes=2", "--node-rank=$(LWS_WORKER_INDEX)", "--master-addr=$(LWS_LEADER_ADDRESS)"} <= set(
        leader
    )
    assert worker == (*leader, "--headless")


def test_tgi_leaves_room_for_one_token_of_an_answer() -> None:
    command = tgi_command(replace(TGI_OPTIONS, max_total_tokens=4096), port=8000)

    assert command[0] == "text-generation-launcher"
    assert {"--max-total-tokens=4096", "--max-input-tokens=4095", "--usage-stats=off"} <= set(command)


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


def test_a_whole_folder_is_copied_without_filters() -> None:
    assert s3_copy_command("/models", "s3://bucket/a")[-1] == "--only-show-errors"
