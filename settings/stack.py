"""The whole of a stack file, as one frozen value."""

from pydantic import Field

from settings.base import Section
from settings.cluster import ClusterSettings
from settings.models import ModelSettings, TritonRepositorySettings
from settings.placement import PlacementSettings, QuotaSettings
from settings.pools import GpuPoolSettings
from settings.services import DataSettings, EdgeSettings, MonitoringSettings, VerticalAutoscalingSettings

SECRETS = {"hfToken": "Hugging Face token, for gated models. Set it with `pulumi config set --secret`."}
"""Keys that hold secrets: they are never part of `Settings`, only whether they are there."""


class Settings(Section):
    """What the user wrote in `Pulumi.<stack>.yaml`, under the project's own namespace."""

    cluster: ClusterSettings
    """The EKS cluster and its network."""

    gpu_pools: tuple[GpuPoolSettings, ...] = ()
    """Pools of GPU nodes. Empty: the plan chooses instance types for the models, see `placement`."""

    placement: PlacementSettings = PlacementSettings()
    """What the plan may choose from where no gpuPools are written."""

    quotas: QuotaSettings = QuotaSettings()
    """EC2 quotas, against which the plan's largest is checked."""

    models: tuple[ModelSettings, ...] = Field(min_length=1)
    """Models to serve."""

    triton_repositories: tuple[TritonRepositorySettings, ...] = ()
    """Triton Inference Servers to run."""

    data: DataSettings = DataSettings()
    """Data services."""

    edge: EdgeSettings
    """The gateway."""

    monitoring: MonitoringSettings = MonitoringSettings()
    """Prometheus and Grafana."""

    vertical_autoscaling: VerticalAutoscalingSettings = VerticalAutoscalingSettings()
    """Recommendations for requests."""

    tags: dict[str, str] = Field(default_factory=dict)
    """AWS tags put on everything."""
