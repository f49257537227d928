"""Which layers of a `config.json` remember how: full attention, windows, chunks, latent vectors, states."""

from collections import Counter
from collections.abc import Sequence

from catalog.models.config_fields import ConfigError, Fields
from catalog.models.model import Attention, Layers, State

# Names of layers in `layer_types`, and the letters of Nemotron's `hybrid_override_pattern`.
_NAMES = {
    "full_attention": Attention.FULL,
    "attention": Attention.FULL,
    "sliding_attention": Attention.SLIDING,
    "chunked_attention": Attention.CHUNKED,
    "linear_attention": Attention.STATE,
    "mamba": Attention.STATE,
    "mamba2": Attention.STATE,
}
_LETTERS = {"M": Attention.STATE, "*": Attention.FULL, "-": None, "E": None}
# Families with windows whose config names no pattern: every n-th layer is a full one.
_INTERVALS = {"Gemma2": 2, "Gemma3": 6, "Cohere2": 4, "GptOss": 2}
_LLAMA4_EVERY = 4
_MOST_LAYERS = 4096
# The indexer of DeepSeek's sparse attention keeps its key in 8 bit with one scale.
_INDEX_SCALE_BYTES = 4


def layouts(fields: Fields) -> tuple[Layers, ...]:
    """Return the layers by kind, those with the most cache first; raise `ConfigError` for what is not known."""
    names = _names(fields)
    readers = fields.count("num_kv_shared_layers", default=0)
    owned = Counter(names[: len(names) - readers])
    kinds = [
        _layers(fields, attention, count, count - owned[attention])
        for attention, count in Counter(names).items()
        if attention is not None
    ]
    if not any(kind.caches for kind in kinds if kind.attention is not Attention.STATE):
        raise ConfigError("config.json: no layer has a cache of its own. Such models are not served here.")
    return tuple(sorted(kinds, key=lambda kind: kind.attention))


def _names(fields: Fields) -> Sequence[Attention | None]:
    """The kind of each layer in order; None for layers that are only a feed-forward."""
    count = fields.positive("num_hidden_layers", "n_layer", "num_layers")
    if count > _MOST_LAYERS:
        raise ConfigError(
            f"num_hidden_layers: {count} layers are more than any model has. Fetch the file again."
        )
    if names := fields.items("layer_types"):
        return [_named(name) for name in names[:count]]
    if counts := fields.section("layer_types_count"):
        named = {
            attention: counts.count(name, default=0) for name, attention in _NAMES.items() if name in counts
        }
        return [attention for attention, number in named.items() for _ in range(min(number, count))]
    return _with_states(fields, count) or _with_windows(fields, count)


def _with_states(fields: Fields, count: int) -> Sequence[Attention | None]:
    """The layers of a model that has linear ones, else nothing."""
    if letters := fields.text("hybrid_override_pattern"):
        return [_LETTERS.get(letter.upper()) for letter in letters]
    if linear := fields.section("linear_attn_config"):
        full = len(linear.items("full_attn_layers"))
        return [Attention.FULL] * full + [Attention.STATE] * (count - full)
    if "full_attention_interval" in fields:
        return _every(count, fields.positive("full_attention_interval"), Attention.STATE)
    return []


def _named(name: object) -> Attention:
    if not isinstance(name, str) or name not in _NAMES:
        known = ", ".join(_NAMES)
        raise ConfigError(
            f"layer_types: {name!r} is no kind of layer this platform can size. Known: {known}."
        )
    return _NAMES[name]


def _every(count: int, interval: int, between: Attention) -> Sequence[Attention | None]:
    """Each `interval`-th layer is full, those between are not."""
    return [between if (index + 1) % interval else Attention.FULL for index in range(count)]


def _llama4(fields: Fields, count: int) -> Sequence[Attention | None]:
    """Llama 4: layers with rotary positions look at their chunk only."""
    rotary = fields.items("no_rope_layers")
    if len(rotary) == count:
        return [Attention.CHUNKED if has else Attention.FULL for has in rotary]
    return _every(count, _LLAMA4_EVERY, Attention.CHUNKED)


def _with_windows(fields: Fields, count: int) -> Sequence[Attention | None]:
    """Chunks or a sliding window in all layers, in all but every n-th, or none."""
    if "attention_chunk_size" in fields:
        return _llama4(fields, count)
    window = fields.count("sliding_window", default=0)
    if not window or not fields.flag("use_sliding_window", default=True):
        return [Attention.FULL] * count
    default = _INTERVALS.get(fields.kind, 0)
    interval = fields.count("sliding_window_pattern", "_sliding_window_pattern", default=default)
    if interval:
        return _every(count, interval, Attention.SLIDING)
    reaches = window >= fields.count("max_position_embeddings", default=0)
    return [Attention.FULL if reaches else Attention.SLIDING] * count


def _layers(fields: Fields, attention: Attention, count: int, shared: int) -> Layers:
    """Describe `count` layers of one kind."""
    if attention is Attention.STATE:
        return Layers(attention=attention, count=count, state=_state(fields))
    if "kv_lora_rank" in fields:
        return _latent(fields, count)
    heads = fields.positive("num_attention_heads", "n_head")
    kv_heads = fields.above_zero("num_key_value_heads", heads)
    size = fields.above_zero("head_dim", max(1, fields.positive("hidden_size", "n_embd") // heads))
    if attention is Attention.FULL:
        size = fields.above_zero("global_head_dim", size)
        kv_heads = fields.above_zero("num_global_key_value_heads", kv_heads)
    windows = {
        Attention.SLIDING: lambda: fields.positive("sliding_window"),
        Attention.CHUNKED: lambda: fields.positive("attention_chunk_size"),
    }
    window = windows[attention]() if attention in windows else 0
    return Layers(
        attention=attention,
        count=count,
        shared=shared,
        kv_heads=kv_heads,
        key_dim=size,
        value_dim=size,
        window=window,
    )


def _latent(fields: Fields, count: int) -> Layers:
    index, rank = fields.count("index_head_dim", default=0), fields.positive("kv_lora_rank")
    heads = fields.positive("num_attention_heads")
    return Layers(
        attention=Attention.LATENT,
        count=count,
        key_dim=rank + fields.count("qk_rope_head_dim"),
        up_parameters=rank * heads * (fields.positive("qk_nope_head_dim") + fields.positive("v_head_dim")),
        index_bytes=index + _INDEX_SCALE_BYTES if index else 0,
    )


def _state(fields: Fields) -> State:
    """The state of a linear layer: gated delta net, Kimi's delta attention, or Mamba 2."""
    if "linear_num_value_heads" in fields:
        keys = fields.positive("linear_num_key_heads") * fields.positive("linear_key_head_dim")
        values = fields.positive("linear_num_value_heads") * fields.positive("linear_value_head_dim")
        conv = (fields.positive("linear_conv_kernel_dim") - 1) * (2 * keys + values)
        recurrent = values * fields.positive("linear_key_head_dim")
        # Qwen 3.5 asks for float32; Qwen 3 Next keeps the model's own 16 bit.
        wide = fields.text("mamba_ssm_dtype") == "float32" or fields.kind.startswith("Qwen3_5")
        return State(conv_elements=conv, recurrent_elements=recurrent, recurrent_bytes=4 if wide else 2)
    if linear := fields.section("linear_attn_config"):
        heads, size = linear.positive("num_heads"), linear.positive("head_dim")
        conv = 3 * (linear.positive("short_conv_kernel_size") - 1) * heads * size
        return State(conv_elements=conv, recurrent_elements=heads * size * size, recurrent_bytes=4)
    heads = fields.positive("mamba_num_heads", "mamba_n_heads")
    inner = heads * fields.positive("mamba_head_dim", "mamba_d_head")
    state = fields.positive("ssm_state_size", "mamba_d_state")
    groups = fields.positive("n_groups", "mamba_n_groups")
    conv = (fields.positive("conv_kernel", "mamba_d_conv") - 1) * (inner + 2 * groups * state)
    wide = fields.text("mamba_ssm_cache_dtype") == "float32"
    return State(conv_elements=conv, recurrent_elements=inner * state, recurrent_bytes=4 if wide else 2)
