"""What one replica needs of GPUs, and under which name Kubernetes counts it."""

from dataclasses import dataclass

from settings.fields import MigStrategy
from settings.pools import GpuPoolSettings, SharingSettings

GPU = "nvidia.com/gpu"
SHARED_GPU = "nvidia.com/gpu.shared"


@dataclass(frozen=True, kw_only=True)
class GpuNeed:
    """GPUs of one replica on one node: `count` of `type`, whole, or as slices of a card.

    `mig` is a MIG profile ("3g.40gb"): `count` slices of it. `share` below 1 is a part of one GPU, in time.
    """

    type: str
    count: int = 1
    mig: str | None = None
    share: float = 1.0


def resource_of(
    mig: str | None, sharing: SharingSettings | None, strategy: MigStrategy = MigStrategy.MIXED
) -> str:
    """Return the extended resource that a node cut so advertises, as the device plugin names it.

    Source: k8s-device-plugin 0.20: strategies `mixed` and `single` for MIG, `renameByDefault` for shared GPUs.
    """
    if mig is not None:
        return GPU if strategy == MigStrategy.SINGLE else f"nvidia.com/mig-{mig}"
    return GPU if sharing is None else SHARED_GPU


def pool_resource(pool: GpuPoolSettings) -> str:
    """Return the resource that pods of the pool request."""
    return resource_of(pool.mig, pool.sharing, pool.mig_strategy)
