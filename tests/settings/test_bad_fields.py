"""A wrong key or value gets exactly one line: setting, value, limit, fix."""

import pytest

from tests.settings.stacks import Change, bad, changed, drop, problems, put

WRONG_KEYS = [
    bad(
        put("model", []),
        "model: unknown key. Did you mean models? Known: cluster, gpuPools, placement, quotas, models,",
        "tritonRepositories, data, edge, monitoring, verticalAutoscaling, tags, hfToken.",
    ),
    bad(
        put("hftoken", "hf_abcdef"),
        "hftoken: unknown key. Did you mean hfToken? Known: cluster, gpuPools, placement, quotas, models,",
        "tritonRepositories, data, edge, monitoring, verticalAutoscaling, tags, hfToken.",
    ),
    bad(
        put("cluster.network.zone", ["us-east-1a"]),
        "cluster.network.zone: unknown key. Did you mean zones? Known: cidr, zones, natGateways.",
    ),
    bad(
        put("data.postgres.size", 20),
        "data.postgres.size: unknown key. Did you mean sizeGib? Known: mode, sizeGib, instances, instanceClass.",
    ),
    bad(
        put("models.1.gpu.cuont", 2),
        "models[1].gpu.cuont: unknown key. Did you mean count? Known: type, count, mig, share.",
    ),
    bad(
        put("models.0.max_model_len", 8192),
        "models[0].max_model_len: unknown key. Did you mean maxModelLen? Known: name, engine, source, loadFrom,",
        "weightsGib, configFile, indexFile, gpu, nodes, pool, maxModelLen, concurrency, averageTokens,",
        "gpuMemoryUtilization, kvCacheDtype, maxNumBatchedTokens, maxQueuedRequests, enablePrefixCaching, lora,",
        "replicas, scaling, rollout, readyWithin, route.",
    ),
    bad(
        put("edge.colour", "red"),
        "edge.colour: unknown key. Known: hostname, tlsIssuer, email, maxBodyMib, readTimeoutSeconds,",
        "sendTimeoutSeconds, requireApiKey.",
    ),
    bad(drop("edge"), "edge: is missing. Set it: The gateway."),
]

WRONG_TYPES = [
    bad(
        put("models.0.maxModelLen", "8192"),
        'models[0].maxModelLen: "8192" is not a whole number. Write it without quotes.',
        "Expected: Longest context of a request, in tokens (prompt and answer).",
    ),
    bad(
        put("models.0.maxModelLen", "eight thousand"),
        'models[0].maxModelLen: "eight thousand" is not a whole number.',
        "Expected: Longest context of a request, in tokens (prompt and answer).",
    ),
    bad(
        put("cluster.kubernetesVersion", 1.36),
        "cluster.kubernetesVersion: 1.36 is not text. Put it in quotes.",
        'Expected: Kubernetes minor version, quoted, for example "1.36".',
    ),
    bad(
        put("cluster.name", False),  # noqa: FBT003  YAML's `no`
        "cluster.name: false is not text. Put it in quotes.",
        "Expected: Name of the EKS cluster and prefix of what belongs to it, at most 32 characters.",
    ),
    bad(
        put("cluster.deletionProtection", "true"),
        'cluster.deletionProtection: "true" is neither true nor false. Write it without quotes.',
        "Expected: Whether AWS refuses to delete the cluster. Data services have `data.protect`.",
    ),
    bad(
        put("models.0.replicas.max", 2.5),
        "models[0].replicas.max: 2.5 is not a whole number. Expected: Most replicas under load.",
    ),
    bad(
        put("models.0.gpu", "l4"),
        'models[0].gpu: "l4" is not a mapping of keys to values.',
        "Expected: GPUs of one replica. Empty: the plan chooses.",
    ),
    bad(put("models", {}), "models: a mapping is not a list. Expected: Models to serve."),
    bad(put("models", None), "models: an empty value is not a list. Expected: Models to serve."),
    bad(put("models", []), "models: the list has 0 entries; the fewest are 1. Expected: Models to serve."),
    bad(
        put("tags.edge", 5),
        "tags.edge: 5 is not text. Put it in quotes. Expected: AWS tags put on everything.",
    ),
    bad(
        put("models.0.replicas.max", 0),
        "models[0].replicas.max: 0 is below the least, 1. Expected: Most replicas under load.",
    ),
    bad(
        put("models.0.weightsGib", float("nan")),
        "models[0].weightsGib: NaN is not a finite number.",
        "Expected: Size of the safetensors files in GiB. Goes before what the catalogue or indexFile says.",
    ),
    bad(
        put("models.0.weightsGib", float("inf")),
        "models[0].weightsGib: Infinity is not a finite number.",
        "Expected: Size of the safetensors files in GiB. Goes before what the catalogue or indexFile says.",
    ),
    bad(
        put("models.0.gpuMemoryUtilization", 1.0),
        "models[0].gpuMemoryUtilization: 1.0 is above the most, 0.98.",
        "Expected: Fraction of GPU memory the server may take, 0.5 to 0.98.",
    ),
    bad(
        put("models.0.readyWithin", "8 minutes"),
        'models[0].readyWithin: "8 minutes" is not a duration, like 8m or 1h30m.',
        "Expected: Longest start of a replica on a new node, for example 8m. The plan refuses one that takes longer.",
    ),
    bad(
        put("models.0.readyWithin", ""),
        'models[0].readyWithin: "" is shorter than 2 characters.',
        "Expected: Longest start of a replica on a new node, for example 8m. The plan refuses one that takes longer.",
    ),
    bad(
        put("edge.hostname", "not a host"),
        'edge.hostname: "not a host" is not a hostname in lower case, like api.example.com.',
        "Expected: Public DNS name of the gateway.",
    ),
    bad(
        put("edge.hostname", "https://api.example.com"),
        'edge.hostname: "https://api.example.com" is not a hostname in lower case, like api.example.com.',
        "Expected: Public DNS name of the gateway.",
    ),
    bad(
        put("models.0.name", "x" * 41),
        f'models[0].name: "{"x" * 41}" is longer than 40 characters.',
        "Expected: Name of the model in the cluster and in requests.",
    ),
    bad(
        put("models.0.source", "Qwen"),
        'models[0].source: "Qwen" is not a Hugging Face repository, like Qwen/Qwen2.5-7B-Instruct,',
        "or for Ollama a name and tag, like qwen2.5:7b.",
        "Expected: Hugging Face repository, for example Qwen/Qwen2.5-7B-Instruct; for Ollama a name and tag,",
        "qwen2.5:7b.",
    ),
    bad(
        put("cluster.network.natGateways", "perzone"),
        'cluster.network.natGateways: "perzone" is not known. Did you mean perZone? Known: single, perZone.',
    ),
    bad(
        put("models.0.engine", "vlm"),
        'models[0].engine: "vlm" is not known. Did you mean vllm? Known: vllm, tgi, ollama.',
    ),
    bad(
        put("gpuPools.0.capacity.1", "ondemand"),
        'gpuPools[0].capacity[1]: "ondemand" is not known. Did you mean onDemand? Known: reserved, spot, onDemand.',
    ),
    bad(
        put("models.0.name", {"secure": "AAAB"}),
        "models[0].name: is encrypted, and only secrets may be. Set it without --secret:",
        "Name of the model in the cluster and in requests.",
    ),
    bad(
        put("edge", {"secure": "AAAB"}),
        "edge: is encrypted, and only hfToken may be. Set it without --secret.",
    ),
]


@pytest.mark.parametrize(("change", "line"), [*WRONG_KEYS, *WRONG_TYPES])
def test_one_mistake_gets_its_one_line(change: Change, line: str) -> None:
    assert problems(changed(change)) == (line,)
