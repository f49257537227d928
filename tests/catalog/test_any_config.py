"""Whatever a config.json holds: an architecture that can be sized, or one line."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from catalog.gpus import GPUS
from catalog.models import ConfigError, model_from_config
from planning.fit import FitRequest, fit

LLAMA: dict[str, Any] = {
    "architectures": ["LlamaForCausalLM"],
    "num_hidden_layers": 4,
    "num_attention_heads": 8,
    "num_key_value_heads": 2,
    "head_dim": 32,
    "hidden_size": 256,
    "intermediate_size": 512,
    "vocab_size": 1000,
    "max_position_embeddings": 2048,
}
DEEPSEEK: dict[str, Any] = {
    **LLAMA,
    "architectures": ["DeepseekV32ForCausalLM"],
    "kv_lora_rank": 64,
    "q_lora_rank": 32,
    "qk_rope_head_dim": 16,
    "qk_nope_head_dim": 32,
    "v_head_dim": 32,
    "index_head_dim": 16,
    "index_n_heads": 4,
    "n_routed_experts": 8,
    "n_shared_experts": 1,
    "num_experts_per_tok": 2,
    "moe_intermediate_size": 64,
    "first_k_dense_replace": 1,
    "num_nextn_predict_layers": 1,
}
QWEN: dict[str, Any] = {
    **LLAMA,
    "architectures": ["Qwen3_5ForConditionalGeneration"],
    "full_attention_interval": 2,
    "linear_num_value_heads": 8,
    "linear_num_key_heads": 4,
    "linear_key_head_dim": 16,
    "linear_value_head_dim": 16,
    "linear_conv_kernel_dim": 4,
    "vision_config": {"depth": 2, "hidden_size": 64, "intermediate_size": 128},
}
GEMMA: dict[str, Any] = {
    **LLAMA,
    "architectures": ["Gemma4ForConditionalGeneration"],
    "sliding_window": 128,
    "layer_types": ["sliding_attention", "sliding_attention", "sliding_attention", "full_attention"],
    "num_kv_shared_layers": 1,
    "global_head_dim": 64,
}
ANYTHING = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-5, 10**12),
    st.floats(),
    st.text(max_size=10),
    st.lists(st.one_of(st.text(max_size=5), st.integers(0, 3)), max_size=4),
    st.dictionaries(st.text(max_size=5), st.integers(), max_size=2),
)


@st.composite
def spoiled(draw: st.DrawFn) -> dict[str, Any]:
    """A good config with some fields replaced or dropped."""
    config = dict(draw(st.sampled_from([LLAMA, DEEPSEEK, QWEN, GEMMA])))
    for name in draw(st.lists(st.sampled_from(sorted(config)), max_size=3, unique=True)):
        config[name] = draw(ANYTHING)
    return config


@given(spoiled())
def test_any_config_is_sized_or_refused_in_one_line(config: dict[str, Any]) -> None:
    refused = ""
    try:
        model = model_from_config("own", config, 10**9)
    except ConfigError as error:
        model, refused = None, str(error)
    assert "\n" not in refused
    if model is None:
        return
    request = FitRequest(
        model=model, gpu=GPUS["l4"], tensor_parallel=1, max_model_len=min(1024, model.max_context)
    )

    assert fit(request).weights_gib > 0
