"""The catalogue of models: its rows hold together, and count to what their makers publish."""

import pytest

from catalog.models import MODELS, Attention, ConfigError, architecture
from catalog.models.parameters import weight_bytes

GIB = 2**30

# Parameters of the language model, as published: ai-dynamo/aiconfigurator, or the model card's exact figure.
PUBLISHED = {
    "Qwen/Qwen2.5-0.5B-Instruct": 494_032_768,
    "Qwen/Qwen2.5-1.5B-Instruct": 1_543_714_304,
    "Qwen/Qwen2.5-72B-Instruct": 72_706_203_648,
    "Qwen/Qwen3-0.6B": 596_049_920,
    "Qwen/Qwen3-30B-A3B": 30_532_122_624,
    "Qwen/Qwen3-235B-A22B": 235_093_634_560,
    "Qwen/Qwen3-Coder-480B-A35B-Instruct": 480_154_875_392,
    "meta-llama/Llama-3.1-8B-Instruct": 8_030_261_248,
    "meta-llama/Llama-3.1-405B-Instruct": 405_853_388_800,
    "meta-llama/Llama-4-Scout-17B-16E-Instruct": 107_769_861_120,
    "meta-llama/Llama-4-Maverick-17B-128E-Instruct": 400_711_848_960,
    "mistralai/Mixtral-8x7B-Instruct-v0.1": 46_702_792_704,
    "mistralai/Mistral-Nemo-Instruct-2407": 12_247_782_400,
    "deepseek-ai/DeepSeek-R1": 671_026_279_424,
    "deepseek-ai/DeepSeek-V2-Lite-Chat": 15_706_484_224,
    "moonshotai/Kimi-K2-Instruct": 1_026_408_084_480,
    "openai/gpt-oss-120b": 116_789_048_640,
    "google/gemma-2-9b-it": 9_241_705_984,
    "microsoft/phi-4": 14_659_507_200,
    "MiniMaxAI/MiniMax-M2.5": 228_689_304_576,
}

# GiB of the safetensors files, as kaito-project/kaito's catalogue and the index files publish them.
FILES = {
    "microsoft/Phi-4-mini-instruct": 7.15,
    "meta-llama/Llama-3.3-70B-Instruct": 131.42,
    "mistralai/Mistral-7B-Instruct-v0.3": 13.50,
    "google/gemma-3-4b-it": 8.01,
    "google/gemma-3-27b-it": 51.10,
    "Qwen/Qwen2.5-Coder-32B-Instruct": 61.03,
    "openai/gpt-oss-20b": 12.82,
    "openai/gpt-oss-120b": 60.77,
    "deepseek-ai/DeepSeek-V3": 641.30,
}


@pytest.mark.parametrize("name", PUBLISHED)
def test_parameters_are_those_the_makers_publish(name: str) -> None:
    assert MODELS[name].architecture.parameters.text == pytest.approx(PUBLISHED[name], rel=2e-4)


@pytest.mark.parametrize("name", FILES)
def test_bytes_that_are_counted_are_those_of_the_files(name: str) -> None:
    shape = MODELS[name].architecture

    assert weight_bytes(shape.parameters, shape.quantization) / GIB == pytest.approx(FILES[name], rel=0.007)


def test_every_row_has_a_source_and_a_shape_that_holds_together() -> None:
    assert len(MODELS) >= 30
    for model in MODELS.values():
        assert model.source.endswith((".", ".).")), model.name
        assert "Weights: " in model.source
        assert model.weight_bytes > 0
        assert model.max_context >= 1024
        assert model.divides(1)
        assert any(kind.attention is not Attention.STATE for kind in model.architecture.layers)


def test_names_that_stacks_use_are_known() -> None:
    assert MODELS["Qwen/Qwen2.5-7B-Instruct"].max_context == 32_768
    assert MODELS["meta-llama/Llama-3.1-8B-Instruct"].gated
    assert not MODELS["Qwen/Qwen3-8B"].gated


@pytest.mark.parametrize(
    ("name", "count", "divides"),
    [
        ("Qwen/Qwen2.5-7B-Instruct", 4, True),
        ("Qwen/Qwen2.5-7B-Instruct", 8, False),  # 28 heads
        ("Qwen/Qwen2.5-3B-Instruct", 8, True),  # 2 KV heads, four copies of each
        ("microsoft/phi-4", 4, False),  # 10 KV heads
        ("deepseek-ai/DeepSeek-R1", 16, True),  # one latent vector, wherever it is
        ("Qwen/Qwen3-8B", 0, False),
    ],
)
def test_gpus_share_heads_evenly_or_not_at_all(name: str, count: int, divides: bool) -> None:  # noqa: FBT001
    assert MODELS[name].divides(count) is divides


def kinds(name: str) -> dict[str, tuple[int, int]]:
    """Layers and caches of a model by kind."""
    return {kind.attention.value: (kind.count, kind.caches) for kind in MODELS[name].architecture.layers}


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Qwen/Qwen3-8B", {"full": (36, 36)}),
        ("openai/gpt-oss-20b", {"full": (12, 12), "sliding": (12, 12)}),
        ("google/gemma-3-27b-it", {"full": (10, 10), "sliding": (52, 52)}),
        ("google/gemma-4-E2B-it", {"full": (7, 3), "sliding": (28, 12)}),
        ("meta-llama/Llama-4-Scout-17B-16E-Instruct", {"full": (12, 12), "chunked": (36, 36)}),
        ("deepseek-ai/DeepSeek-V3.2", {"latent": (61, 61)}),
        ("Qwen/Qwen3.5-27B", {"full": (16, 16), "state": (48, 48)}),
        ("moonshotai/Kimi-Linear-48B-A3B-Instruct", {"latent": (7, 7), "state": (20, 20)}),
    ],
)
def test_layers_are_told_apart(name: str, expected: dict[str, tuple[int, int]]) -> None:
    assert kinds(name) == expected


SMALL = {
    "architectures": ["LlamaForCausalLM"],
    "num_hidden_layers": 2,
    "num_attention_heads": 4,
    "num_key_value_heads": 2,
    "hidden_size": 64,
    "intermediate_size": 128,
    "vocab_size": 1000,
    "max_position_embeddings": 2048,
}


@pytest.mark.parametrize(
    ("change", "line"),
    [
        (
            {"architectures": None},
            "architectures: is missing. Use the config.json of the model's repository.",
        ),
        ({"architectures": ["T5Model"]}, "architectures: T5Model is not one this platform can size."),
        ({"vocab_size": None}, "vocab_size: is missing. Use the config.json of the model's repository."),
        ({"hidden_size": 0}, "hidden_size: 0 makes no model. Fetch the file again."),
        ({"hidden_size": "64"}, "hidden_size: '64' is not a whole number. Fetch the file again."),
        ({"num_hidden_layers": None}, "num_hidden_layers or n_layer or num_layers: is missing."),
        (
            {"layer_types": ["lstm", "lstm"]},
            "layer_types: 'lstm' is no kind of layer this platform can size.",
        ),
        ({"is_encoder_decoder": True}, "is_encoder_decoder: the cache of such a model cannot be sized here."),
        ({"compress_ratios": [4, 128]}, "compress_ratios: the cache of such a model cannot be sized here."),
        (
            {"quantization_config": {"quant_method": "aqlm"}},
            "quantization_config.quant_method: 'aqlm' is not known.",
        ),
    ],
)
def test_a_config_that_cannot_be_sized_is_refused_in_one_line(change: dict[str, object], line: str) -> None:
    with pytest.raises(ConfigError) as caught:
        architecture({**SMALL, **change})

    assert str(caught.value).startswith(line)
    assert "\n" not in str(caught.value)


def test_a_config_inside_another_is_found() -> None:
    inside = architecture({"architectures": ["Mistral3ForConditionalGeneration"], "text_config": SMALL})

    assert inside.hidden == 64


@pytest.mark.parametrize(
    ("quantized", "expected"),
    [
        ({"quant_method": "fp8"}, "fp8"),
        ({"quant_method": "awq", "bits": 4}, "awq"),
        ({"quant_method": "gptq", "bits": 8}, "int8"),
        ({"quant_method": "bitsandbytes", "load_in_4bit": True}, "bnb"),
        ({"quant_method": "modelopt", "quant_algo": "NVFP4"}, "nvfp4"),
        ({"quant_method": "mxfp4"}, "mxfp4"),
        (
            {
                "quant_method": "compressed-tensors",
                "config_groups": {"group_0": {"weights": {"num_bits": 4, "type": "int"}}},
            },
            "int4",
        ),
        (
            {
                "quant_method": "compressed-tensors",
                "config_groups": {"group_0": {"weights": {"num_bits": 8, "type": "float"}}},
            },
            "fp8",
        ),
    ],
)
def test_what_weights_are_stored_in_is_read(quantized: dict[str, object], expected: str) -> None:
    assert architecture({**SMALL, "quantization_config": quantized}).quantization == expected
