"""The cache is laid out as vLLM lays it out: by heads, latent vectors, windows and states."""

import pytest

from catalog.models import MODELS
from planning.fit import fit
from tests.planning.fit.requests import V1, request

# Bytes of a token over all layers on one GPU, from published logs or by hand.
TOKENS = [
    ("Qwen/Qwen2.5-1.5B-Instruct", {}, 28 * 2 * 2 * 128 * 2),
    ("Qwen/Qwen3-8B", {}, 36 * 2 * 8 * 128 * 2),
    ("Qwen/Qwen3-8B", {"kv_cache_dtype": "fp8"}, 36 * 2 * 8 * 128),
    ("Qwen/Qwen3-8B", {"tensor_parallel": 2}, 36 * 2 * 4 * 128 * 2),
    ("mistralai/Ministral-3-14B-Reasoning-2512", {"tensor_parallel": 2}, 40 * 2 * 4 * 128 * 2),
    ("deepseek-ai/DeepSeek-R1", {}, 61 * 576 * 2),
    ("deepseek-ai/DeepSeek-R1", {"tensor_parallel": 8}, 61 * 576 * 2),
    ("deepseek-ai/DeepSeek-R1", {"kv_cache_dtype": "fp8"}, 61 * 576),
    ("deepseek-ai/DeepSeek-V3.2", {"kv_cache_dtype": "fp8"}, 61 * (656 + 132)),
    ("deepseek-ai/DeepSeek-V2-Lite-Chat", {"vllm_version": "0.7.2"}, 27 * 640 * 2),
    # A checkpoint that asks for 8 bit gets it.
    ("nvidia/GLM-4.7-NVFP4", {"tensor_parallel": 4, "vllm_version": "0.15.1"}, 92 * 2 * 2 * 128),
    # 7 groups of 10 layers, 8 of them padding: 89994 pages for 205696 tokens.
    ("google/gemma-3-27b-it", {"vllm_version": V1}, 7 * 10 * 2 * 16 * 128 * 2),
    # 4 groups of 16 layers, pages of 784 tokens for one state: 516656 tokens in 126.25 GiB.
    ("Qwen/Qwen3.5-27B", {"vllm_version": "0.19.0"}, 4 * 16 * 2 * 4 * 256 * 2),
    # Without V1's hybrid cache every layer keeps every token.
    ("google/gemma-3-27b-it", {"vllm_version": "0.8.5"}, 62 * 2 * 16 * 128 * 2),
]


@pytest.mark.parametrize(("model", "changes", "expected"), TOKENS)
def test_bytes_of_a_token(model: str, changes: dict[str, object], expected: int) -> None:
    assert fit(request(model, "b200", **changes)).kv_bytes_per_token == pytest.approx(expected, rel=1e-9)


def test_a_window_is_counted_with_the_batch_and_one_page_more() -> None:
    # vLLM 0.11.0rc2 on an MI300X: 109.86 GiB, 50.05 requests of 4096 tokens at once.
    result = fit(
        request(
            "google/gemma-3-27b-it",
            "mi300x",
            vllm_version=V1,
            gpu_memory_utilization=0.9,
            max_model_len=4096,
        )
    )

    per_gib = result.max_concurrency / result.kv_available_gib
    assert per_gib == pytest.approx(50.05 / 109.86, rel=1e-3)


def test_a_state_takes_pages_of_its_own_and_no_more_for_longer_texts() -> None:
    # vLLM 0.19 on a B200: 54.96 requests of 32768 tokens in 126.25 GiB.
    result = fit(request("Qwen/Qwen3.5-27B", "b200", vllm_version="0.19.0", max_model_len=32_768))

    assert result.max_concurrency / result.kv_available_gib == pytest.approx(54.96 / 126.25, rel=2e-3)


def test_from_0_21_tokens_are_those_of_full_requests() -> None:
    # vLLM on a T4: 519681 tokens in 4.66 GiB, 31.72 requests of 16384.
    result = fit(
        request(
            "google/gemma-4-E2B-it",
            "t4",
            vllm_version="0.22.0",
            max_model_len=16_384,
            max_num_seqs=8,
        )
    )

    assert result.kv_bytes_per_token == pytest.approx(4.66 * 2**30 / 519_681, rel=2e-3)
    assert result.kv_tokens == pytest.approx(result.max_concurrency * 16_384, abs=1)


def test_chunks_save_cache_where_the_version_lets_them() -> None:
    def tokens(version: str) -> float:
        asked = {"tensor_parallel": 8, "max_model_len": 262_144, "vllm_version": version}
        return fit(request("meta-llama/Llama-4-Scout-17B-16E-Instruct", "h200", **asked)).max_concurrency

    assert tokens("0.14.0") > 2 * tokens("0.12.0")


def test_layers_that_share_a_cache_need_none() -> None:
    shared = MODELS["google/gemma-4-E2B-it"].architecture

    assert sum(kind.caches for kind in shared.layers) == 15
    assert shared.layer_count == 35
