"""Open models the platform knows by name: weights, heads and limits.

Weight bytes are the safetensors files'. Architecture fields come from each model's `config.json`, as kept in
public repositories (ai-dynamo/aiconfigurator@095f58a51 model_configs; kaito-project/kaito@056b8280b model
catalogue); bytes without a published file size are parameters x 2 for bfloat16. Read 2026-11.
"""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Model:
    """One model: `weight_bytes` on disk, attention heads, and the longest context in tokens.

    `gated` models need a Hugging Face token whose owner accepted the licence.
    """

    name: str
    weight_bytes: int
    heads: int
    kv_heads: int
    max_context: int
    gated: bool = False


_GIB = 2**30

MODELS: dict[str, Model] = {
    model.name: model
    for model in (
        Model(
            name="Qwen/Qwen2.5-3B-Instruct",
            weight_bytes=3_085_846_528 * 2,
            heads=16,
            kv_heads=2,
            max_context=32_768,
        ),
        Model(
            name="Qwen/Qwen2.5-7B-Instruct",
            weight_bytes=7_615_487_488 * 2,
            heads=28,
            kv_heads=4,
            max_context=32_768,
        ),
        Model(
            name="Qwen/Qwen2.5-14B-Instruct",
            weight_bytes=14_769_689_600 * 2,
            heads=40,
            kv_heads=8,
            max_context=32_768,
        ),
        Model(
            name="Qwen/Qwen2.5-32B-Instruct",
            weight_bytes=32_763_417_600 * 2,
            heads=40,
            kv_heads=8,
            max_context=32_768,
        ),
        Model(
            name="Qwen/Qwen2.5-72B-Instruct",
            weight_bytes=72_705_384_448 * 2,
            heads=64,
            kv_heads=8,
            max_context=32_768,
        ),
        Model(
            name="Qwen/Qwen3-8B",
            weight_bytes=8_190_726_144 * 2,
            heads=32,
            kv_heads=8,
            max_context=40_960,
        ),
        Model(
            name="Qwen/Qwen3-32B",
            weight_bytes=32_762_106_880 * 2,
            heads=64,
            kv_heads=8,
            max_context=40_960,
        ),
        Model(
            name="Qwen/Qwen3-Embedding-0.6B",
            weight_bytes=596_042_752 * 2,
            heads=16,
            kv_heads=8,
            max_context=32_768,
        ),
        Model(
            name="meta-llama/Llama-3.1-8B-Instruct",
            weight_bytes=int(14.96 * _GIB),
            heads=32,
            kv_heads=8,
            max_context=131_072,
            gated=True,
        ),
        Model(
            name="meta-llama/Llama-3.3-70B-Instruct",
            weight_bytes=int(131.42 * _GIB),
            heads=64,
            kv_heads=8,
            max_context=131_072,
            gated=True,
        ),
        Model(
            name="mistralai/Mistral-7B-Instruct-v0.3",
            weight_bytes=int(13.50 * _GIB),
            heads=32,
            kv_heads=8,
            max_context=32_768,
        ),
        Model(
            name="microsoft/phi-4",
            weight_bytes=int(27.31 * _GIB),
            heads=40,
            kv_heads=10,
            max_context=16_384,
        ),
    )
}
