"""The `models` and `tritonRepositories` sections: what is served, on which GPUs, for how many users."""

from typing import Annotated

from pydantic import Field, PrivateAttr

from catalog.models import MODELS, Model
from settings.base import Section
from settings.fields import Engine, KvCacheDtype, MigProfile, Name, NonNegativeInt, PositiveInt, Word
from settings.patterns import HUB_SOURCE, LOAD_FROM, MODEL_FILE, REPOSITORY, ROUTE, SOURCE, TRITON_MODEL
from settings.rollout import Duration, RolloutSettings
from settings.scaling import ScalingSettings, TritonScalingSettings

Route = Annotated[str, Field(pattern=ROUTE, max_length=63)]
# The largest open weights are near 1,500 GiB; the largest local disk of a GPU instance is about 30,000.
ModelFile = Annotated[str, Field(pattern=MODEL_FILE, max_length=200)]
WeightsGib = Annotated[float, Field(gt=0, le=30_000)]


class GpuSettings(Section):
    """The GPUs one replica uses. What is not given the plan chooses."""

    type: Word | None = None
    """GPU name as Karpenter spells it, for example l4, l40s, h100."""

    count: PositiveInt | None = None
    """GPUs of one replica. More than one means tensor parallel over them."""

    mig: MigProfile | None = None
    """MIG profile, for example 3g.40gb: a replica gets such a slice instead of whole GPUs."""

    share: Annotated[float, Field(ge=0.02, le=1)] | None = None
    """Part of one GPU, for example 0.25: four pods take turns on it. 1: never less than the whole GPU."""


class ReplicaSettings(Section):
    """How many replicas run."""

    min: NonNegativeInt = 1
    """Fewest replicas, always running. 0 only with a trigger that can wake the server: `rabbitmq` or `cron`."""

    max: PositiveInt = 50
    """Most replicas under load."""

    expected: PositiveInt | None = None
    """Replicas of an ordinary hour, for which the plan seeks the least dollars. Empty: min, or 1."""

    buffer: Annotated[int, Field(ge=0, le=100)] = 0
    """Replicas' worth of GPUs kept warm by placeholder pods, which a real replica takes at once."""


class LoraSettings(Section):
    """A LoRA adapter of a model, which requests name in place of the model."""

    name: Name
    """Name of the adapter in requests."""

    source: Annotated[str, Field(pattern=HUB_SOURCE)]
    """Hugging Face repository of the adapter."""

    rank: Annotated[int, Field(ge=1, le=512)] = 16
    """Rank of the adapter, as its adapter_config.json says."""


class ModelSettings(Section):
    """One model, served with an OpenAI-compatible API."""

    name: Name
    """Name of the model in the cluster and in requests."""

    engine: Engine = Engine.VLLM
    """Serving engine: `vllm`, `ollama`, or `tgi` (maintained no longer; see docs/engines.md)."""

    source: Annotated[str, Field(pattern=SOURCE)]
    """Hugging Face repository, for example Qwen/Qwen2.5-7B-Instruct; for Ollama a name and tag, qwen2.5:7b."""

    load_from: Annotated[str, Field(pattern=LOAD_FROM)] = "hub"
    """Where the weights lie: `hub`, `s3://bucket/prefix` (streamed to the GPU), or `pvc://claim/path`."""

    weights_gib: WeightsGib | None = None
    """Size of the safetensors files in GiB. Goes before what the catalogue or indexFile says."""

    config_file: ModelFile | None = None
    """Path of a model's config.json, relative to Pulumi.yaml, for a model that the catalogue does not know."""

    index_file: ModelFile | None = None
    """Path of its model.safetensors.index.json, which says how large the weights are, instead of weightsGib."""

    gpu: GpuSettings = GpuSettings()
    """GPUs of one replica. Empty: the plan chooses."""

    nodes: Annotated[int, Field(ge=1, le=16)] = 1
    """Nodes of one replica, each with `gpu.count` GPUs: for a model that no single node holds."""

    pool: Name | None = None
    """GPU pool to run in. Empty: the one pool that has the GPU."""

    max_model_len: PositiveInt
    """Longest context of a request, in tokens (prompt and answer)."""

    concurrency: PositiveInt = 32
    """Most requests one replica works on at once (vLLM's --max-num-seqs)."""

    average_tokens: PositiveInt | None = None
    """Tokens of an average request, prompt and answer: the KV cache must hold `concurrency` of them. Empty: 2048,
    or maxModelLen where that is less."""

    gpu_memory_utilization: Annotated[float, Field(ge=0.5, le=0.98)] = 0.92
    """Fraction of GPU memory the server may take, 0.5 to 0.98."""

    kv_cache_dtype: KvCacheDtype = KvCacheDtype.AUTO
    """Type of the KV cache's numbers. `fp8` holds twice as many tokens; not every GPU has it."""

    max_num_batched_tokens: PositiveInt | None = None
    """Most tokens of one step. Empty: the engine chooses."""

    max_queued_requests: Annotated[int, Field(ge=0, le=100_000)] = 256
    """Requests that may wait at one replica beside those it works on. More are turned away at once (503)."""

    enable_prefix_caching: bool = True
    """Keep the KV cache of prompts that begin alike."""

    lora: tuple[LoraSettings, ...] = ()
    """LoRA adapters served beside the model."""

    replicas: ReplicaSettings = ReplicaSettings()
    """How many replicas run."""

    scaling: ScalingSettings = ScalingSettings()
    """When replicas are added."""

    rollout: RolloutSettings | None = None
    """How a new version replaces the old one. Empty: as the plan finds it safe."""

    ready_within: Duration | None = None
    """Longest start of a replica on a new node, for example 8m. The plan refuses one that takes longer."""

    route: Route | None = None
    """First part of the URL path. Empty: the model's name."""

    _card: Model | None = PrivateAttr(default=None)

    @property
    def card(self) -> Model | None:
        """What is known of the model: from its files where the loader read them, else from the catalogue."""
        return self._card or MODELS.get(self.source)

    def with_card(self, card: Model | None) -> "ModelSettings":
        """Return the same settings with what is known of the model."""
        copied = self.model_copy()
        copied._card = card  # noqa: SLF001  its own copy
        return copied


class EnsembleSettings(Section):
    """An ensemble of a Triton repository. Triton loads its steps with it."""

    name: Annotated[str, Field(pattern=TRITON_MODEL)]
    """Name of the ensemble."""

    steps: tuple[Annotated[str, Field(pattern=TRITON_MODEL)], ...] = Field(min_length=1)
    """Names of the models it is made of, as in its config.pbtxt."""


class TritonRepositorySettings(Section):
    """A Triton Inference Server over one model repository."""

    name: Name
    """Name of the server in the cluster."""

    repository: Annotated[str, Field(pattern=REPOSITORY)]
    """Model repository, as s3://bucket/prefix or pvc://claim/path."""

    repository_gib: WeightsGib = 10
    """Size of the models to load, in GiB."""

    models: tuple[Annotated[str, Field(pattern=TRITON_MODEL)], ...] = ()
    """Names of the models to load."""

    ensembles: tuple[EnsembleSettings, ...] = ()
    """Ensembles to load, each with the models of its steps."""

    gpu: GpuSettings = GpuSettings()
    """GPUs of one replica. Empty: the plan chooses."""

    pool: Name | None = None
    """GPU pool to run in. Empty: the one pool that has the GPU."""

    replicas: ReplicaSettings = ReplicaSettings()
    """How many replicas run."""

    scaling: TritonScalingSettings = TritonScalingSettings()
    """When replicas are added."""

    rollout: RolloutSettings | None = None
    """How a new version replaces the old one. Empty: as the plan finds it safe."""

    ready_within: Duration | None = None
    """Longest start of a replica on a new node, for example 8m. The plan refuses one that takes longer."""

    route: Route | None = None
    """First part of the URL path. Empty: the server's name."""
