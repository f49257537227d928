"""Reads the architecture out of a Hugging Face `config.json`: pure, from the mapping the file holds."""

from collections.abc import Mapping
from typing import Any

from catalog.models import parameters
from catalog.models.config_fields import ConfigError, Fields
from catalog.models.layouts import layouts
from catalog.models.model import Architecture, Experts, Quantization

# Architectures whose cache this platform can size, as `architectures[0]` of a config.json without its ending.
_ENDINGS = ("ForCausalLM", "ForConditionalGeneration", "Model")
KINDS = (
    *("Llama", "Llama4", "Mistral", "Mistral3", "MistralLarge3", "Mixtral", "Qwen2", "Qwen2Moe", "Qwen2VL"),
    *("Qwen2_5_VL", "Qwen3", "Qwen3Moe", "Qwen3VL", "Qwen3VLMoe", "Qwen3Next", "Qwen3_5", "Qwen3_5Moe"),
    *("DeepseekV2", "DeepseekV3", "DeepseekV32", "KimiK25", "KimiLinear", "Glm4", "Glm4Moe", "Glm4MoeLite"),
    *("GlmMoeDsa", "GptOss", "Gemma", "Gemma2", "Gemma3", "Gemma4", "Phi3", "MiniMaxM2", "NemotronH"),
    *("Cohere", "Cohere2", "Olmo2", "Granite", "GraniteMoeHybrid", "Bamba", "SeedOss", "Ernie4_5"),
)
_QUANTIZATIONS = {
    "fp8": Quantization.FP8,
    "fbgemm_fp8": Quantization.FP8,
    "awq": Quantization.AWQ,
    "gptq": Quantization.GPTQ,
    "auto-round": Quantization.INT4,
    "mxfp4": Quantization.MXFP4,
    "nvfp4": Quantization.NVFP4,
    "bitsandbytes": Quantization.BNB,
    "int8": Quantization.INT8,
}
# Gemma looks at all tokens of an image at once, so one image must fit a batch. Source: vllm-project/vllm#42687.
_ITEM_TOKENS = {"Gemma4": 2496, "Gemma3": 256}
# Patches of the largest image that vLLM profiles with: Qwen's 12,845,056 pixels, Pixtral's 1540 x 1540. The towers
# of others look at tiles of one small size.
_PATCHES = {
    "Qwen2VL": 65_536,
    "Qwen2_5_VL": 65_536,
    "Qwen3VL": 65_536,
    "Qwen3VLMoe": 65_536,
    "Qwen3_5": 65_536,
    "Qwen3_5Moe": 65_536,
    "Mistral3": 12_100,
}


def architecture(config: Mapping[str, Any]) -> Architecture:
    """Return the architecture that a `config.json` describes; raise `ConfigError` with one line where it cannot."""
    kind = _kind(config)
    root = Fields(config, kind)
    fields = root.section("text_config") or root.section("llm_config") or root
    _refuse(root, fields)
    layers = layouts(fields)
    experts = _experts(fields, sum(layer.count for layer in layers))
    heads = fields.positive("num_attention_heads", "n_head")
    quantization = _quantization(root, fields)
    seeing = root.section("vision_config") is not None or root.flag("has_vision")
    return Architecture(
        kind=kind,
        layers=layers,
        hidden=fields.positive("hidden_size", "n_embd"),
        intermediate=_widest(fields, experts, sum(layer.count for layer in layers)),
        vocab=fields.positive("vocab_size"),
        heads=heads,
        kv_heads=fields.above_zero("num_key_value_heads", heads),
        max_context=fields.positive("max_position_embeddings", "n_positions", "max_sequence_length"),
        parameters=parameters.count(fields, layers, experts, _vision(root)),
        experts=experts,
        quantization=quantization,
        kv_cache_dtype=_kv_cache_dtype(root, fields),
        item_tokens=_ITEM_TOKENS.get(kind, 0) if seeing else 0,
        encoder_bytes=_PATCHES.get(kind, 0) * _patch_bytes(root),
    )


def _kind(config: Mapping[str, Any]) -> str:
    """The architecture's name without its ending."""
    named = config.get("architectures")
    if not isinstance(named, list) or not named or not isinstance(named[0], str):
        fix = "Use the config.json of the model's repository."
        raise ConfigError(f"architectures: is missing. {fix}")
    name = named[0]
    kind = next((name.removesuffix(end) for end in _ENDINGS if name.endswith(end)), name)
    if kind not in KINDS:
        raise ConfigError(
            f"architectures: {_shown(name)} is not one this platform can size. Known: {', '.join(KINDS)}."
        )
    return kind


def _shown(name: str) -> str:
    """A name from a file, on one line."""
    return name[:60].encode("unicode_escape").decode()


def _refuse(root: Fields, fields: Fields) -> None:
    """Refuse what a known name may hide: an encoder, attention across two texts, unknown sparse caches."""
    for name in ("is_encoder_decoder", "cross_attention_layers", "compress_ratios"):
        if root.flag(name) or root.items(name) or fields.items(name):
            raise ConfigError(f"{name}: the cache of such a model cannot be sized here. Measure it on a GPU.")


def _experts(fields: Fields, layers: int) -> Experts | None:
    """The experts, or None for a dense model."""
    number = fields.count("n_routed_experts", "num_local_experts", "num_experts", default=0)
    if number <= 1:
        return None
    if letters := fields.text("hybrid_override_pattern"):
        with_experts = letters.count("e")
    else:
        dense = fields.count("first_k_dense_replace", default=len(fields.items("mlp_only_layers")))
        step = fields.count("interleave_moe_layer_step", "decoder_sparse_step", default=1) or 1
        with_experts = max(0, layers - dense) // step
    if not with_experts:
        return None
    intermediate = fields.positive("moe_intermediate_size", "intermediate_size")
    shared = fields.count("n_shared_experts", default=0) * intermediate
    # Llama 4 has one shared expert and no field for it.
    shared = intermediate if fields.kind == "Llama4" else shared
    return Experts(
        layers=with_experts,
        count=number,
        per_token=fields.count("num_experts_per_tok", "top_k_experts", default=1),
        intermediate=intermediate,
        shared_intermediate=fields.count(
            "shared_expert_intermediate_size", "moe_shared_expert_intermediate_size", default=shared
        ),
    )


def _widest(fields: Fields, experts: Experts | None, layers: int) -> int:
    """Width of the widest feed-forward without experts."""
    if experts and experts.layers == layers and not fields.flag("enable_moe_block"):
        return 0
    width = fields.count("intermediate_size_mlp", "intermediate_size", "n_inner", default=0)
    return width or 4 * fields.positive("hidden_size", "n_embd")


def _vision(root: Fields) -> int:
    """Parameters of the vision tower: given, or counted as a plain transformer."""
    if "vision_parameters" in root:
        return root.count("vision_parameters")
    tower = root.section("vision_config")
    if tower is None:
        return 0
    hidden = tower.count("hidden_size", "embed_dim", "vt_hidden_size", default=0)
    depth = tower.count("num_hidden_layers", "depth", "vt_num_hidden_layers", default=0)
    width = tower.count("intermediate_size", "vt_intermediate_size", default=4 * hidden)
    return depth * (4 * hidden * hidden + 2 * hidden * width)


def _patch_bytes(root: Fields) -> int:
    """Bytes of one patch in the widest layer of the vision tower, in 16 bit."""
    tower = root.section("vision_config")
    if tower is None:
        return 0
    hidden = tower.count("hidden_size", "embed_dim", "vt_hidden_size", default=0)
    return 2 * (4 * hidden + 3 * tower.count("intermediate_size", "vt_intermediate_size", default=4 * hidden))


def _quantization(root: Fields, fields: Fields) -> Quantization:
    """What the weights are stored in."""
    section = root.section("quantization_config") or fields.section("quantization_config")
    if section is None:
        return Quantization.NONE
    method = section.text("quant_method")
    if method == "modelopt":
        method = section.text("quant_algo").removesuffix("_kv_cache") or "fp8"
    if method == "compressed-tensors":
        return _compressed(section)
    if method == "bitsandbytes" and section.flag("load_in_8bit"):
        return Quantization.INT8
    if method == "gptq" and section.count("bits", default=4) == 8:  # noqa: PLR2004
        return Quantization.INT8
    if method not in _QUANTIZATIONS:
        known = ", ".join(sorted(_QUANTIZATIONS))
        raise ConfigError(f"quantization_config.quant_method: {method[:40]!r} is not known. Known: {known}.")
    return _QUANTIZATIONS[method]


def _compressed(section: Fields) -> Quantization:
    """llm-compressor's format says how its weights are packed."""
    words = section.text("format")
    groups = section.section("config_groups")
    first = (groups.section("group_0") if groups else None) or section
    weights = first.section("weights")
    words = words or first.text("format")
    bits = weights.count("num_bits", default=8) if weights else 8
    if "nvfp4" in words:
        return Quantization.NVFP4
    if bits == 4:  # noqa: PLR2004
        return Quantization.INT4
    return Quantization.INT8 if weights and weights.text("type") == "int" else Quantization.FP8


def _kv_cache_dtype(root: Fields, fields: Fields) -> str:
    """What the checkpoint wants its cache in: modelopt's and llm-compressor's may carry scales for 8 bit."""
    section = root.section("quantization_config") or fields.section("quantization_config")
    if section is None:
        return "auto"
    scheme = section.section("kv_cache_scheme")
    narrow = (scheme is not None and scheme.count("num_bits", default=16) == 8) or (  # noqa: PLR2004
        section.text("kv_cache_quant_algo") == "fp8"
    )
    return "fp8" if narrow else "auto"
