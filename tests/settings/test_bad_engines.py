"""What an engine cannot do gets one line, whatever else would work."""

from collections.abc import Callable

import pytest

from settings import from_values
from settings.fields import Engine, KvCacheDtype
from tests.settings.stacks import Change, bad, changed, problems, put

OLLAMA: dict[str, object] = {
    "name": "chat",
    "engine": "ollama",
    "source": "qwen2.5:7b",
    "weightsGib": 5,
    "gpu": {"type": "l4"},
    "maxModelLen": 8192,
    "replicas": {"min": 1, "max": 4},
}
TGI: dict[str, object] = {
    "name": "chat",
    "engine": "tgi",
    "source": "Qwen/Qwen2.5-7B-Instruct",
    "gpu": {"type": "l4"},
    "maxModelLen": 8192,
    "replicas": {"min": 1, "max": 4},
}
ADAPTERS = [{"name": "legal", "source": "acme/legal"}]
NEXT = "Remove it, or set engine: vllm."


def on(model: dict[str, object], **keys: object) -> Change:
    """Make the first model this one, with some keys more."""
    return put("models.0", {**model, **keys})


WRONG = [
    bad(
        on(OLLAMA, source="Qwen/Qwen2.5-7B-Instruct"),
        "models[0].source: Qwen/Qwen2.5-7B-Instruct is not a name and tag of Ollama's registry, like qwen2.5:7b,",
        "or hf.co/user/repository:Q4_K_M, which engine: ollama needs.",
    ),
    bad(
        on(OLLAMA, source="qwen2.5:latest"),
        "models[0].source: qwen2.5:latest would be another model tomorrow.",
        "Name its size or quantization, as in qwen2.5:7b.",
    ),
    bad(
        on({key: value for key, value in OLLAMA.items() if key != "weightsGib"}),
        "models[0].weightsGib: is missing. Set it to the size of qwen2.5:7b in GiB: `ollama list` tells.",
    ),
    bad(on(OLLAMA, lora=ADAPTERS), f"models[0].lora: engine: ollama has nothing like it. {NEXT}"),
    bad(
        on(OLLAMA, kvCacheDtype="fp8"), f"models[0].kvCacheDtype: engine: ollama has nothing like it. {NEXT}"
    ),
    bad(
        on(OLLAMA, gpuMemoryUtilization=0.8),
        f"models[0].gpuMemoryUtilization: engine: ollama has nothing like it. {NEXT}",
    ),
    bad(
        on(OLLAMA, maxNumBatchedTokens=4096),
        f"models[0].maxNumBatchedTokens: engine: ollama has nothing like it. {NEXT}",
    ),
    bad(
        on(OLLAMA, loadFrom="s3://acme/x"),
        f"models[0].loadFrom: engine: ollama has nothing like it. {NEXT}",
    ),
    bad(
        on(OLLAMA, scaling={"kvCacheUsage": 0.5}),
        f"models[0].scaling.kvCacheUsage: engine: ollama has nothing like it. {NEXT}",
    ),
    bad(on(TGI, lora=ADAPTERS), f"models[0].lora: engine: tgi has nothing like it. {NEXT}"),
    bad(on(TGI, loadFrom="pvc://models/x"), f"models[0].loadFrom: engine: tgi has nothing like it. {NEXT}"),
    bad(
        on(TGI, enablePrefixCaching=False),
        f"models[0].enablePrefixCaching: engine: tgi has nothing like it. {NEXT}",
    ),
    bad(
        on(TGI, kvCacheDtype="bfloat16"),
        "models[0].kvCacheDtype: tgi has no bfloat16. Use one of auto, fp8_e4m3, fp8_e5m2.",
    ),
    bad(
        put("models.0.loadFrom", "gs://acme/x"),
        'models[0].loadFrom: "gs://acme/x" is not hub, an S3 address like s3://bucket/prefix,',
        "or a claim like pvc://claim/path. Expected: Where the weights lie: `hub`, `s3://bucket/prefix`",
        "(streamed to the GPU), or `pvc://claim/path`.",
    ),
    bad(
        put("models.0.lora", [*ADAPTERS, {"name": "chat", "source": "acme/chat"}]),
        "models[0].lora[1].name: chat is a model's name already. Give each its own.",
    ),
    bad(
        put("models.0.lora", [{"name": "legal", "source": "acme/legal", "rank": 513}]),
        "models[0].lora[0].rank: 513 is above the most, 512.",
        "Expected: Rank of the adapter, as its adapter_config.json says.",
    ),
    bad(
        put("tritonRepositories.0.ensembles", [{"name": "reranker", "steps": ["tokenizer"]}]),
        "tritonRepositories[0].ensembles[0].name: reranker is listed already. List it once.",
    ),
    bad(
        put("tritonRepositories.0.models", []),
        "tritonRepositories[0].models: is empty, and so is ensembles. Name at least one model to load.",
    ),
]


@pytest.mark.parametrize(("change", "line"), WRONG)
def test_what_an_engine_cannot_do_gets_its_one_line(change: Change, line: str) -> None:
    assert problems(changed(change)) == (line,)


def test_a_name_of_ollamas_registry_is_for_ollama() -> None:
    assert problems(changed(on(TGI, source="qwen2.5:7b")))[-1] == (
        "models[0].source: qwen2.5:7b is not a Hugging Face repository, like Qwen/Qwen2.5-7B-Instruct, "
        "which engine: tgi needs."
    )


def test_ollama_is_not_served_without_the_gateways_keys() -> None:
    assert problems(changed(on(OLLAMA), put("edge.requireApiKey", value=False))) == (
        (
            "models[0].engine: ollama has no authentication of its own, and the gateway asks for no key. "
            "Set edge.requireApiKey: true, or engine: vllm."
        ),
    )


@pytest.mark.parametrize(
    "change",
    [
        on(OLLAMA),
        on(OLLAMA, source="hf.co/bartowski/Qwen2.5-7B-Instruct-GGUF:Q4_K_M"),
        on(TGI, kvCacheDtype="fp8_e4m3", maxNumBatchedTokens=4096),
        put("models.0.lora", ADAPTERS),
        put("models.0.loadFrom", "s3://acme-models/qwen"),
        put("tritonRepositories.0.ensembles", [{"name": "pipeline", "steps": ["tokenizer", "reranker"]}]),
        put("tritonRepositories.0.repository", "pvc://models/ranking"),
    ],
)
def test_what_an_engine_can_do_is_let_through(change: Change) -> None:
    assert problems(changed(change)) == ()


def test_a_default_is_nothing_that_was_asked_for() -> None:
    model = from_values(changed(on(OLLAMA))).settings.models[0]

    assert (model.engine, model.kv_cache_dtype) == (Engine.OLLAMA, KvCacheDtype.AUTO)


def _spread(zones: list[str]) -> Callable[[dict[str, object]], None]:
    def change(config: dict[str, object]) -> None:
        put("gpuPools.1.zones", zones)(config)
        put("gpuPools.1.maxGpus", 16)(config)
        put("models.1.gpu.count", 4)(config)
        put("models.1.nodes", 2)(config)

    return change


def test_a_replica_spans_nodes_of_one_zone_that_have_the_network() -> None:
    assert problems(changed(_spread(["us-east-1a"]))) == ()


def test_a_replica_does_not_span_zones() -> None:
    assert problems(changed(_spread([]))) == (
        "models[1].nodes: EFA does not leave a zone, and gpuPools[1] has 2. Set gpuPools[1].zones to one of them.",
    )


def test_a_replica_does_not_span_nodes_without_the_network() -> None:
    slow = changed(put("models.0.nodes", 2), put("gpuPools.0.zones", ["us-east-1a"]))

    assert problems(slow) == (
        (
            "models[0].nodes: 2 nodes need EFA, and g6.xlarge in gpuPools[0] has none. "
            "Use types that have it, such as g6.8xlarge, or nodes: 1."
        ),
    )
