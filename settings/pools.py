"""The `gpuPools` section: which EC2 instances carry GPUs, how they are bought and when they go."""

from typing import Annotated

from pydantic import Field

from settings.base import Section
from settings.fields import (
    Capacity,
    MigProfile,
    MigStrategy,
    Name,
    OperatingSystem,
    PositiveInt,
    SharingStrategy,
    Word,
    Zone,
)
from settings.patterns import RESERVATION


class DisruptionSettings(Section):
    """When Karpenter may take a GPU node away. A busy node is never drifted or consolidated."""

    consolidate_after_seconds: PositiveInt | None = None
    """Seconds a node stays empty before it is removed. Empty: as long as it takes to have such a node back."""

    expire_after_hours: PositiveInt = 336
    """Hours after which a node is replaced, for security updates."""

    termination_grace_minutes: PositiveInt = 60
    """Minutes an expiring node waits for its pods before they are ended."""


class SharingSettings(Section):
    """How pods share each GPU of a pool. Nothing isolates their memory: the plan checks that it adds up."""

    strategy: SharingStrategy = SharingStrategy.TIME_SLICING
    """`timeSlicing` (pods take turns) or `mps` (they run side by side)."""

    replicas: Annotated[int, Field(ge=2, le=48)]
    """Pods that share one GPU."""


class GpuPoolSettings(Section):
    """A pool of nodes with one kind of GPU."""

    name: Name
    """Name of the pool; nodes carry it as the label inference-platform/pool."""

    instance_types: tuple[Word, ...] = Field(min_length=1)
    """EC2 instance types, all with the same GPU, for example g6.xlarge."""

    capacity: tuple[Capacity, ...] = Field(default=(Capacity.ON_DEMAND,), min_length=1)
    """`reserved`, `spot` and `onDemand`, the preferred one first."""

    capacity_reservations: tuple[Annotated[str, Field(pattern=RESERVATION)], ...] = ()
    """Ids of EC2 capacity reservations or capacity blocks. `reserved` in capacity needs these or
    capacityReservationTags."""

    capacity_reservation_tags: dict[str, str] = Field(default_factory=dict)
    """Tags of EC2 capacity reservations or capacity blocks: those that have all of them are used."""

    reserved_gpus: PositiveInt | None = None
    """GPUs that the capacity reservations hold: what the plan reckons with where `reserved` is all that is bought."""

    zones: tuple[Zone, ...] = ()
    """Zones the nodes may stand in. Empty: all zones of the network."""

    max_gpus: PositiveInt
    """The most GPUs the pool may hold at once: a ceiling for the invoice."""

    mig: MigProfile | None = None
    """MIG profile that every GPU is cut into, for example 3g.40gb. Empty: whole GPUs."""

    mig_strategy: MigStrategy = MigStrategy.MIXED
    """`mixed` (a slice is requested as nvidia.com/mig-3g.40gb) or `single` (as nvidia.com/gpu)."""

    sharing: SharingSettings | None = None
    """How pods share each GPU. Empty: each pod has its own."""

    operating_system: OperatingSystem = OperatingSystem.AL2023
    """`al2023` or `bottlerocket`, whose own device plugin knows MIG only as `single`."""

    disruption: DisruptionSettings = DisruptionSettings()
    """When nodes may be taken away."""
