"""The `placement` and `quotas` sections: what the plan may choose from, and what the account allows."""

from typing import Annotated

from pydantic import Field

from settings.base import Section
from settings.fields import Capacity, Word, Zone

# EC2's quotas are vCPUs; no account has more than a few hundred thousand.
Vcpus = Annotated[int, Field(ge=0, le=10_000_000)]


class PlacementSettings(Section):
    """What the plan may choose from where no gpuPools are written. It takes the least dollars among what fits."""

    instance_families: tuple[Word, ...] = ()
    """Families of EC2 instance types, for example g6, g6e. Empty: all of the catalogue."""

    instance_types: tuple[Word, ...] = ()
    """EC2 instance types, for example g6.xlarge. Empty: all of the families."""

    capacity: tuple[Capacity, ...] = Field(default=(Capacity.ON_DEMAND,), min_length=1)
    """`spot` and `onDemand`, the preferred one first. Reservations belong to a pool: write it in gpuPools."""

    zones: tuple[Zone, ...] = ()
    """Zones GPU nodes may stand in. Empty: all zones of the network."""

    unavailable: dict[Zone, tuple[Word, ...]] = Field(default_factory=dict)
    """Instance types that a zone does not offer, by zone. AWS publishes no list; its CLI knows:
    `aws ec2 describe-instance-type-offerings --location-type availability-zone`."""

    allow_mig: bool = False
    """Whether the plan may cut GPUs into MIG slices of its own accord. Memory is isolated, compute is divided."""

    allow_sharing: bool = False
    """Whether the plan may let pods take turns on a GPU of its own accord. Nothing isolates their memory."""

    accept_marginal: bool = False
    """Whether a placement inside the memory estimate's own error may be chosen where nothing fits for certain."""


class QuotaSettings(Section):
    """EC2 quotas of the account in the region, in vCPUs. What is not written is not checked."""

    on_demand_g: Vcpus | None = None
    """Running On-Demand G and VT instances (L-DB2E81BA)."""

    on_demand_p: Vcpus | None = None
    """Running On-Demand P instances (L-417A185B)."""

    spot_g: Vcpus | None = None
    """All G and VT Spot Instance Requests (L-3819A6DF)."""

    spot_p4: Vcpus | None = None
    """All P4, P3 and P2 Spot Instance Requests (L-7212CCBC)."""

    spot_p5: Vcpus | None = None
    """All P5 Spot Instance Requests (L-C4BD4855)."""
