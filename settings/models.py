"""The `models` and `tritonRepositories` sections: what is served, on which GPUs, for how many users."""

from typing import Annotated

from pydantic import Field, PrivateAttr

from catalog.models import MODELS, Model
from settings.base import Section
from settings.fields import Engine, MigProfile, Name, NonNegativeInt, PositiveInt, Word
from settings.patterns import MODEL_FILE, REPOSITORY, ROUTE, SOURCE, TRITON_MODEL
from settings.scaling import ScalingSettings, TritonScalingSettings

Route = Annotated[str, Field(pattern=ROUTE, max_length=63)]
# The largest open weights are near 1,500 GiB; the largest local disk of a GPU instance is about 30,000.
ModelFile = Annotated[str, Field(pattern=MODEL_FILE, max_length=200)]
WeightsGib = Annotated[float, Field(gt=0, le=30_000)]


class GpuSettings(Section):
    """The GPUs one replica uses."""

    type: Word
    """GPU name as Karpenter spells it, for example l4, l40s, h100."""

    count: PositiveInt = 1
    """GPUs of one replica. More than one means tensor parallel over them."""

    mig: MigProfile | None = None
    """MIG profile, for example 3g.40gb: a replica gets `count` slices instead of whole GPUs."""

    share: Annotated[float, Field(ge=0.02, le=1)] | None = None
    """Part of one GPU, for example 0.25: four pods take turns on it. Empty: the whole GPU."""


class ReplicaSettings(Section):
    """How many replicas run."""

    min: NonNegativeInt = 1
    """Fewest replicas, always running. 0 only with a trigger that can wake the server: `rabbitmq` or `cron`."""

    max: PositiveInt = 50
    """Most replicas under load."""


class ModelSettings(Section):
    """One model, served with an OpenAI-compatible API."""

    name: Name
    """Name of the model in the cluster and in requests."""

    engine: Engine = Engine.VLLM
    """Serving engine."""

    source: Annotated[str, Field(pattern=SOURCE)]
    """Hugging Face repository, for example Qwen/Qwen2.5-7B-Instruct."""

    weights_gib: WeightsGib | None = None
    """Size of the safetensors files in GiB. Goes before what the catalogue or indexFile says."""

    config_file: ModelFile | None = None
    """Path of a model's config.json, relative to Pulumi.yaml, for a model that the catalogue does not know."""

    index_file: ModelFile | None = None
    """Path of its model.safetensors.index.json, which says how large the weights are, instead of weightsGib."""

    gpu: GpuSettings
    """GPUs of one replica."""

    pool: Name | None = None
    """GPU pool to run in. Empty: the one pool that has the GPU."""

    max_model_len: PositiveInt
    """Longest context of a request, in tokens (prompt and answer)."""

    concurrency: PositiveInt = 32
    """Most requests one replica works on at once (vLLM's --max-num-seqs)."""

    gpu_memory_utilization: Annotated[float, Field(ge=0.5, le=0.98)] = 0.92
    """Fraction of GPU memory the server may take, 0.5 to 0.98."""

    replicas: ReplicaSettings = ReplicaSettings()
    """How many replicas run."""

    scaling: ScalingSettings = ScalingSettings()
    """When replicas are added."""

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


class TritonRepositorySettings(Section):
    """A Triton Inference Server over one model repository."""

    name: Name
    """Name of the server in the cluster."""

    repository: Annotated[str, Field(pattern=REPOSITORY)]
    """Model repository, as s3://bucket/prefix."""

    repository_gib: WeightsGib = 10
    """Size of the models to load, in GiB."""

    models: tuple[Annotated[str, Field(pattern=TRITON_MODEL)], ...] = Field(min_length=1)
    """Names of the models to load."""

    gpu: GpuSettings
    """GPUs of one replica."""

    pool: Name | None = None
    """GPU pool to run in. Empty: the one pool that has the GPU."""

    replicas: ReplicaSettings = ReplicaSettings()
    """How many replicas run."""

    scaling: TritonScalingSettings = TritonScalingSettings()
    """When replicas are added."""

    route: Route | None = None
    """First part of the URL path. Empty: the server's name."""
