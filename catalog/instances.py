"""EC2 instance types: GPUs, what pods can use, and on-demand prices.

Source of `tables/instances.csv`: GPU rows from Karpenter's instance-type reference
(aws/karpenter-provider-aws, 2026-08-21, made from EC2 DescribeInstanceTypes; allocatable is its estimate with
7.5% memory overhead) and its price list generated 2026-07-20 for us-east-1 Linux on demand. CPU rows: the price
list of 2026-01-19, and allocatable of the GPU types with the same vCPU and memory.
"""

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

PRICE_REGION = "us-east-1"
PRICE_DATE = "2026-07-20"

# Spot has no list price. This ratio only lets Karpenter's simulation prefer spot; bills use the on-demand
# price as the upper bound. Source: AWS, "savings of up to 90%"; a third off is our cautious assumption.
SPOT_PRICE_RATIO = 0.67


@dataclass(frozen=True, kw_only=True)
class Instance:
    """One EC2 instance type.

    `gpu` is Karpenter's `instance-gpu-name`, empty on CPU types. `vram_mib` is MiB for each GPU as the
    driver or EC2 reports it. `alloc_*` is what pods can use. `usd_per_hour` is None without a list price.
    """

    name: str
    arch: str
    gpu: str
    gpus: int
    vram_mib: int
    vcpu: int
    memory_gib: int
    nvme_gb: int
    network_mbps: int
    alloc_cpu_milli: int
    alloc_memory_mib: int
    pods: int
    usd_per_hour: float | None


@cache
def instances() -> Mapping[str, Instance]:
    """Return every known instance type by name, in the table's order."""
    with (Path(__file__).parent / "tables" / "instances.csv").open(newline="") as table:
        return {row["name"]: _instance(row) for row in csv.DictReader(table)}


@cache
def gpu_names() -> tuple[str, ...]:
    """Return the names of GPUs that a pod can ask for whole, sorted."""
    return tuple(sorted({instance.gpu for instance in instances().values() if instance.gpus}))


def _instance(row: Mapping[str, str]) -> Instance:
    """Read one row; an empty price is unknown, not free."""
    return Instance(
        name=row["name"],
        arch=row["arch"],
        gpu=row["gpu"],
        gpus=int(row["gpus"]),
        vram_mib=int(row["vram_mib"]),
        vcpu=int(row["vcpu"]),
        memory_gib=int(row["memory_gib"]),
        nvme_gb=int(row["nvme_gb"]),
        network_mbps=int(row["network_mbps"]),
        alloc_cpu_milli=int(row["alloc_cpu_milli"]),
        alloc_memory_mib=int(row["alloc_memory_mib"]),
        pods=int(row["pods"]),
        usd_per_hour=float(row["usd_per_hour"]) if row["usd_per_hour"] else None,
    )
