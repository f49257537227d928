"""Counts a model's parameters from its `config.json`, by what tensor parallel and quantisation do with them."""

from dataclasses import dataclass, replace

from catalog.models.config_fields import Fields
from catalog.models.model import Attention, Experts, Layers, Parameters, Quantization

# Bits of one quantised parameter with its scales: one scale of 16 bit and a zero for 128 (AWQ, GPTQ), of
# 8 bit for 32 (MXFP4) or 16 (NVFP4), of 16 bit for 32 (Kimi), of 8 bit for 64 (bitsandbytes).
_BITS = {
    Quantization.NONE: 16.0,
    Quantization.FP8: 8.0,
    Quantization.INT8: 8.0,
    Quantization.AWQ: 4.16,
    Quantization.GPTQ: 4.16,
    Quantization.INT4: 4.16,
    Quantization.INT4_EXPERTS: 4.5,
    Quantization.MXFP4: 4.25,
    Quantization.NVFP4: 4.5,
    Quantization.BNB: 4.13,
}
_EXPERTS_ONLY = (Quantization.MXFP4, Quantization.INT4_EXPERTS)
_WIDE = 2  # bytes of a parameter that is not quantised


@dataclass
class _Count:
    """A running count."""

    body: int = 0
    keys_values: int = 0
    replicated: int = 0


def weight_bytes(parameters: Parameters, quantization: Quantization) -> int:
    """Return the bytes of all parameters on disk."""
    body = parameters.body + parameters.keys_values + parameters.replicated
    wide = parameters.embedding + parameters.head + parameters.vision
    quantised = parameters.experts + parameters.unused
    return round(wide * _WIDE + body * body_bytes(quantization) + quantised * expert_bytes(quantization))


def expert_bytes(quantization: Quantization) -> float:
    """Return the bytes of one parameter of an expert, with its share of the scales."""
    return _BITS[quantization] / 8


def body_bytes(quantization: Quantization) -> float:
    """Return the bytes of one parameter of attention and feed-forward layers, with its share of the scales."""
    return _WIDE if quantization in _EXPERTS_ONLY else _BITS[quantization] / 8


def count(fields: Fields, layers: tuple[Layers, ...], experts: Experts | None, vision: int) -> Parameters:
    """Count the parameters of a model."""
    hidden = fields.positive("hidden_size", "n_embd")
    total = _Count()
    for kind in layers:
        _attention(fields, kind, hidden, total)
    mixture, router = _experts(experts, hidden)
    total.body += _feed_forward(fields, layers, experts, hidden)
    norms = (2 * sum(kind.count for kind in layers) + 1) * hidden
    vocab = fields.positive("vocab_size")
    embedding = vocab * hidden + _layer_embeddings(fields)
    tied = fields.flag("tie_word_embeddings", default=fields.kind.startswith("Gemma"))
    return Parameters(
        embedding=embedding,
        head=0 if tied else vocab * hidden,
        body=total.body,
        experts=mixture,
        keys_values=total.keys_values,
        replicated=total.replicated + router + norms,
        vision=vision,
        unused=_unused(fields, layers, experts, hidden),
    )


def _attention(fields: Fields, kind: Layers, hidden: int, total: _Count) -> None:
    """Add the projections of one kind of layer."""
    if kind.attention is Attention.STATE:
        total.body += kind.count * _state(fields, hidden)
    elif kind.attention is Attention.LATENT:
        _latent(fields, kind, hidden, total)
    else:
        heads = fields.positive("num_attention_heads", "n_head")
        # Qwen 3 Next and later gate the output of attention with a second query.
        queries = 2 if fields.kind.startswith(("Qwen3Next", "Qwen3_5")) else 1
        total.body += kind.count * heads * hidden * (queries * kind.key_dim + kind.value_dim)
        one = fields.flag("attention_k_eq_v") and kind.attention is Attention.FULL
        width = kind.key_dim if one else kind.key_dim + kind.value_dim
        total.keys_values += kind.caches * hidden * kind.kv_heads * width
        if fields.flag("attention_bias", default=fields.kind.startswith("Qwen2")):
            total.body += kind.count * heads * kind.key_dim
            total.keys_values += kind.caches * kind.kv_heads * width


def _latent(fields: Fields, kind: Layers, hidden: int, total: _Count) -> None:
    """Latent attention: what goes down to the latent vector is on every GPU, what comes up is divided."""
    heads, rank = fields.positive("num_attention_heads"), fields.count("q_lora_rank", default=0)
    nope, value = fields.positive("qk_nope_head_dim"), fields.positive("v_head_dim")
    query = heads * (nope + fields.count("qk_rope_head_dim"))
    latent = fields.positive("kv_lora_rank")
    up = rank * query + latent * heads * (nope + value) + heads * value * hidden
    down = hidden * rank + hidden * kind.key_dim
    index, index_heads = fields.count("index_head_dim", default=0), fields.count("index_n_heads", default=0)
    down += rank * index_heads * index + hidden * (index + index_heads)
    total.body += kind.count * (up if rank else up + hidden * query)
    total.replicated += kind.count * down


def _state(fields: Fields, hidden: int) -> int:
    """The projections of one linear layer."""
    if "linear_num_value_heads" in fields:
        value_heads = fields.positive("linear_num_value_heads")
        keys = fields.positive("linear_num_key_heads") * fields.positive("linear_key_head_dim")
        values = value_heads * fields.positive("linear_value_head_dim")
        return hidden * (2 * keys + 3 * values + 2 * value_heads)
    if linear := fields.section("linear_attn_config"):
        heads, size = linear.positive("num_heads"), linear.positive("head_dim")
        return hidden * (4 * heads * size + heads + 2 * size) + 2 * size * heads * size
    heads = fields.positive("mamba_num_heads", "mamba_n_heads")
    inner = heads * fields.positive("mamba_head_dim", "mamba_d_head")
    state = fields.positive("ssm_state_size", "mamba_d_state") * fields.positive("n_groups", "mamba_n_groups")
    return hidden * (3 * inner + 2 * state + heads)


def _experts(experts: Experts | None, hidden: int) -> tuple[int, int]:
    """Parameters of all experts, and of the routers that choose among them."""
    if experts is None:
        return 0, 0
    one = 3 * hidden * (experts.count * experts.intermediate + experts.shared_intermediate)
    return experts.layers * one, experts.layers * hidden * experts.count


def _feed_forward(fields: Fields, layers: tuple[Layers, ...], experts: Experts | None, hidden: int) -> int:
    """Parameters of the feed-forward layers without experts."""
    if letters := fields.text("hybrid_override_pattern"):
        # Nemotron's feed-forward layers have no gate.
        return letters.count("-") * 2 * hidden * fields.positive("intermediate_size")
    dense = sum(kind.count for kind in layers) - (experts.layers if experts else 0)
    if fields.flag("enable_moe_block"):
        dense = sum(kind.count for kind in layers)
    width = fields.count("intermediate_size_mlp", "intermediate_size", "n_inner", default=4 * hidden)
    if fields.flag("use_double_wide_mlp"):
        dense += fields.count("num_kv_shared_layers", default=0)
    return dense * 3 * hidden * width


def _layer_embeddings(fields: Fields) -> int:
    """Gemma's small models look a vector up for each layer."""
    size = fields.count("hidden_size_per_layer_input", default=0)
    vocab = fields.count("vocab_size_per_layer_input", default=0)
    return vocab * size * fields.count("num_hidden_layers")


def _unused(fields: Fields, layers: tuple[Layers, ...], experts: Experts | None, hidden: int) -> int:
    """Layers for multi-token prediction: in the checkpoint, not loaded without speculative decoding."""
    extra = fields.count("num_nextn_predict_layers", "mtp_num_hidden_layers", default=0)
    if not extra:
        return 0
    total = _Count()
    last = layers[0]
    _attention(fields, replace(last, count=1, shared=0), hidden, total)
    mixture, router = _experts(experts, hidden)
    feed = mixture // experts.layers if experts else 3 * hidden * fields.count("intermediate_size")
    layer = total.body + total.keys_values + total.replicated + feed + router // max(1, layers[0].count)
    return extra * (layer + 2 * hidden * hidden)
