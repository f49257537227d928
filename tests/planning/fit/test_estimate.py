"""Verdicts follow from memory as vLLM accounts for it."""

from dataclasses import replace

import pytest

from planning.fit import FitError, Verdict, VersionError, fit, parse_version, smallest_set
from tests.planning.fit.requests import V1, request

GIB = 2**30


def test_the_parts_add_up_to_the_budget() -> None:
    result = fit(request())
    used = result.weights_gib + result.activation_gib + result.overhead_gib + result.kv_available_gib

    assert used == pytest.approx(79.18 * 0.92)


def test_a_published_log_is_met() -> None:
    # llm-d planner's measurement of gpt-oss-20b on an H100: 13.47 of weights, 7.38 of activation, 50.28 of cache.
    result = fit(
        request("openai/gpt-oss-20b", max_model_len=16_000, vllm_version=V1, gpu_memory_utilization=0.9)
    )

    assert result.weights_gib == pytest.approx(13.47, abs=0.05)
    assert result.activation_gib == pytest.approx(7.38, abs=0.05)
    assert result.kv_available_gib == pytest.approx(50.28, abs=0.1)


def test_a_model_too_large_does_not_fit_and_fits_no_length() -> None:
    result = fit(request("deepseek-ai/DeepSeek-R1", max_model_len=1024))

    assert result.verdict is Verdict.DOES_NOT_FIT
    assert result.max_model_len_that_fits == 0
    assert result.kv_tokens == 0
    assert "leave no KV cache" in result.reason


def test_inside_the_error_of_the_estimate_the_verdict_is_marginal() -> None:
    # 4.52 GiB of cache; a token takes 256 KiB, so 16384 tokens need 4.
    asked = request("Qwen/Qwen3-32B", vllm_version=V1, gpu_memory_utilization=0.9)
    verdicts = {
        length: fit(
            request("Qwen/Qwen3-32B", vllm_version=V1, gpu_memory_utilization=0.9, max_model_len=length)
        )
        for length in (8192, 16_384, 20_480, 32_768)
    }

    assert fit(asked).kv_available_gib == pytest.approx(4.5, abs=0.1)
    assert [result.verdict for result in verdicts.values()] == [
        "fits",
        "marginal",
        "marginal",
        "does_not_fit",
    ]


@pytest.mark.parametrize(("model", "gpu"), [("Qwen/Qwen3-8B", "l4"), ("google/gemma-3-12b-it", "rtx-5090")])
def test_the_longest_length_fits_and_the_next_page_does_not(model: str, gpu: str) -> None:
    longest = fit(request(model, gpu, max_model_len=1024)).max_model_len_that_fits

    assert 0 < longest < 131_072
    assert fit(request(model, gpu, max_model_len=longest)).verdict is Verdict.FITS
    assert fit(request(model, gpu, max_model_len=longest + 64)).verdict is not Verdict.FITS


def test_tensor_parallel_divides_what_can_be_divided() -> None:
    alone, four = fit(request("Qwen/Qwen3-32B")), fit(request("Qwen/Qwen3-32B", tensor_parallel=4))

    assert four.weights_gib == pytest.approx(alone.weights_gib / 4, rel=0.01)
    assert four.kv_bytes_per_token == alone.kv_bytes_per_token / 4


def test_gpus_beyond_the_kv_heads_repeat_them() -> None:
    four, eight = (fit(request("Qwen/Qwen3-30B-A3B", tensor_parallel=count)) for count in (4, 8))

    assert eight.kv_bytes_per_token == four.kv_bytes_per_token
    assert eight.weights_gib > four.weights_gib / 2


def test_a_vision_tower_stands_on_every_gpu() -> None:
    alone, eight = (fit(request("google/gemma-3-27b-it", tensor_parallel=count)) for count in (1, 8))

    assert eight.weights_gib - alone.weights_gib / 8 == pytest.approx(0.78 * 7 / 8, abs=0.1)


def test_stages_of_a_pipeline_hold_their_own_layers() -> None:
    alone, two = fit(request("Qwen/Qwen3-32B")), fit(request("Qwen/Qwen3-32B", pipeline_parallel=2))

    assert two.kv_bytes_per_token == alone.kv_bytes_per_token / 2
    assert two.weights_gib == pytest.approx(alone.weights_gib / 2, rel=0.01)


def test_a_mig_slice_has_its_own_memory() -> None:
    whole, part = fit(request("Qwen/Qwen3-8B")), fit(request("Qwen/Qwen3-8B", mig="3g.40gb"))

    assert part.kv_available_gib < whole.kv_available_gib / 2


def test_a_share_has_its_part_of_the_memory() -> None:
    one = request("Qwen/Qwen3-0.6B", max_num_seqs=64, max_num_batched_tokens=2048)
    half = request("Qwen/Qwen3-0.6B", max_num_seqs=64, max_num_batched_tokens=2048, share=0.5)

    assert fit(one).kv_available_gib - fit(half).kv_available_gib == pytest.approx(79.18 * 0.92 / 2)
    assert "share 0.5" in fit(half).reason


@pytest.mark.parametrize(
    ("gpu", "mig", "line"),
    [
        ("h100", "1g.5gb", "h100 has no MIG profile 1g.5gb. Use one of 1g.10gb, 1g.20gb,"),
        ("l4", "1g.5gb", "l4 has no MIG profile 1g.5gb. Leave the profile out, or choose another GPU."),
    ],
)
def test_a_profile_the_gpu_lacks_is_refused(gpu: str, mig: str, line: str) -> None:
    with pytest.raises(FitError) as caught:
        fit(request(gpu=gpu, mig=mig))

    assert str(caught.value).startswith(line)


def test_cuda_graphs_are_inside_the_budget_from_0_21_and_outside_before() -> None:
    def overhead(version: str, *, eager: bool) -> float:
        return fit(request(vllm_version=version, enforce_eager=eager)).overhead_gib

    assert overhead("0.20.0", eager=False) == overhead("0.20.0", eager=True)
    assert overhead("0.21.0", eager=False) > overhead("0.21.0", eager=True)


def test_graphs_without_room_outside_the_budget_make_it_marginal() -> None:
    tight = request(gpu="rtx-4090", vllm_version=V1, gpu_memory_utilization=0.97, max_model_len=2048)

    assert fit(tight).verdict is Verdict.MARGINAL
    assert "CUDA graphs come on top" in fit(tight).reason


def test_neighbours_on_the_card_make_0_8_unsure() -> None:
    # vllm-project/vllm#17431: V1 of 0.8 took the memory of other processes for its own.
    def verdict(version: str) -> Verdict:
        asked = request(gpu="a800-80gb", vllm_version=version, max_num_seqs=256, max_model_len=40_960)
        return fit(replace(asked, gpu_memory_utilization=0.4)).verdict

    assert verdict("0.8.5") is Verdict.MARGINAL
    assert verdict("0.9.0") is Verdict.FITS


@pytest.mark.parametrize(
    "text", ["0.11.0", "v0.28.0", "0.11.0rc2", "0.7", "0.22.1.post1", "0.18.2.dev73+gdb7a17e"]
)
def test_versions_are_read_as_they_are_printed(text: str) -> None:
    assert parse_version(text)[0] == 0


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("0.99.0", "0.99.0: memory of vLLM is known from 0.4 to 0.33. Use a version in between."),
        ("0.2.7", "0.2.7: memory of vLLM is known from 0.4 to 0.33. Use a version in between."),
        ("latest", "'latest' is no version of vLLM. Write it like 0.28.0."),
    ],
)
def test_versions_outside_the_range_are_refused(text: str, line: str) -> None:
    with pytest.raises(VersionError, match=r".") as caught:
        fit(request(vllm_version=text))

    assert str(caught.value) == line


def test_the_smallest_set_fits_and_nothing_smaller_does() -> None:
    asked = request("meta-llama/Llama-3.3-70B-Instruct", max_model_len=32_768)
    found = smallest_set(asked)

    assert found is not None
    assert str(found) == f"{found.count} x {found.gpu.name}"
    assert (
        fit(
            request(
                "meta-llama/Llama-3.3-70B-Instruct",
                found.gpu.name,
                tensor_parallel=found.count,
                max_model_len=32_768,
            )
        ).verdict
        is Verdict.FITS
    )
    assert found.count * found.gpu.visible_gib > 131.4


def test_no_set_is_none() -> None:
    asked = request("moonshotai/Kimi-K2-Instruct", max_model_len=131_072)

    assert smallest_set(asked, gpus=[request(gpu="t4").gpu]) is None


def test_the_largest_image_counts_where_few_sequences_are_sampled() -> None:
    text, seeing = (
        fit(request(name, "l4", max_num_seqs=8, max_num_batched_tokens=2048)).activation_gib
        for name in ("Qwen/Qwen2.5-7B-Instruct", "Qwen/Qwen2.5-VL-7B-Instruct")
    )

    # 65536 patches through a layer of 1280 with 3420 inside.
    assert seeing == pytest.approx(65_536 * 2 * (4 * 1280 + 3 * 3420) / GIB)
    assert text < seeing / 4


def test_a_linear_layer_counts_over_a_long_batch() -> None:
    short, long = (
        fit(request("moonshotai/Kimi-Linear-48B-A3B-Instruct", max_num_seqs=8, max_num_batched_tokens=tokens))
        for tokens in (8192, 65_536)
    )

    assert long.activation_gib == pytest.approx(8 * short.activation_gib, rel=0.3)


def test_libraries_take_more_where_gpus_have_symmetric_memory() -> None:
    def overhead(gpu: str, version: str) -> float:
        return fit(request(gpu=gpu, tensor_parallel=2, vllm_version=version, enforce_eager=True)).overhead_gib

    assert overhead("h100", "0.17.0") == overhead("rtx-3090", "0.28.0") == 0.55
    assert overhead("h100", "0.18.0") == 2.1
