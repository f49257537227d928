"""Field types that several sections share."""

from enum import StrEnum
from typing import Annotated

from pydantic import Field

from settings.patterns import CIDR, MIG_PROFILE, NAME, ZONE

# Kubernetes object names; 40 characters leave room for the suffixes of children (the limit is 63).
Name = Annotated[str, Field(pattern=NAME, max_length=40)]

Zone = Annotated[str, Field(pattern=ZONE)]

Cidr = Annotated[str, Field(pattern=CIDR)]

# A word that a table of the catalogue has, or has not.
Word = Annotated[str, Field(max_length=40)]

MigProfile = Annotated[str, Field(pattern=MIG_PROFILE, max_length=20)]

# Kubernetes counts in 32 bits.
PositiveInt = Annotated[int, Field(ge=1, le=2**31 - 1)]
NonNegativeInt = Annotated[int, Field(ge=0, le=2**31 - 1)]


class Engine(StrEnum):
    """Serving engines a model can run on."""

    VLLM = "vllm"
    TGI = "tgi"
    OLLAMA = "ollama"


class KvCacheDtype(StrEnum):
    """How the KV cache stores a number; `auto` as the model computes."""

    AUTO = "auto"
    BFLOAT16 = "bfloat16"
    FP8 = "fp8"
    FP8_E4M3 = "fp8_e4m3"
    FP8_E5M2 = "fp8_e5m2"


class Capacity(StrEnum):
    """How EC2 capacity is bought."""

    RESERVED = "reserved"
    SPOT = "spot"
    ON_DEMAND = "onDemand"


class SharingStrategy(StrEnum):
    """How the device plugin lets pods share a GPU."""

    TIME_SLICING = "timeSlicing"
    MPS = "mps"


class MigStrategy(StrEnum):
    """How the device plugin names MIG slices."""

    MIXED = "mixed"
    SINGLE = "single"


class OperatingSystem(StrEnum):
    """What GPU nodes boot."""

    AL2023 = "al2023"
    BOTTLEROCKET = "bottlerocket"


class DataMode(StrEnum):
    """Where a data service runs: in the cluster, or as the AWS-managed service."""

    IN_CLUSTER = "inCluster"
    MANAGED = "managed"


class NatGateways(StrEnum):
    """One NAT gateway for the network, or one in each zone."""

    SINGLE = "single"
    PER_ZONE = "perZone"


class TlsIssuer(StrEnum):
    """Where certificates come from."""

    LETSENCRYPT_STAGING = "letsencrypt-staging"
    LETSENCRYPT_PROD = "letsencrypt-prod"
