"""EC2 instance types in the format that Karpenter's KWOK cloud provider reads."""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from catalog.efa import EFA_INTERFACES, EFA_RESOURCE
from catalog.instances import SPOT_PRICE_RATIO, Instance

PRICE_RATIOS: Mapping[str, float] = {
    # A reservation is paid for anyway: Karpenter on AWS prices it at next to nothing, to take it first.
    "reserved": 1e-7,
    "spot": SPOT_PRICE_RATIO,
    "on-demand": 1.0,
}
"""What a capacity type costs, as a share of the on-demand price; the cheapest is taken first."""

# The provider takes a fixed overhead off every type, so that much is put on top of what pods can use.
_OVERHEAD_CPU_MILLI = 100
_OVERHEAD_MEMORY_MIB = 10
# The provider does not count a reservation down; a NodePool's limits have to.
_RESERVED_INSTANCES = 1000
_GPU_MANUFACTURER = "nvidia"
_FAMILY = re.compile(r"([a-z]+)(\d+)")


def instance_types(
    instances: Iterable[Instance],
    zones: Sequence[str],
    price_ratios: Mapping[str, float] = PRICE_RATIOS,
    disk_gib: int = 200,
) -> list[dict[str, Any]]:
    """Return the content of the instance-types file.

    ``disk_gib`` is a node's root volume; types with local NVMe have that as ephemeral storage
    instead, as RAID0 does it. A type without a list price counts as dear as the dearest of the list.
    GPUs are there at once: on EC2 they appear when the device plugin runs on the node.
    """
    listed = list(instances)
    dearest = max((row.usd_per_hour for row in listed if row.usd_per_hour is not None), default=1.0)
    return [
        {
            "name": row.name,
            "architecture": row.arch,
            "operatingSystems": ["linux"],
            "resources": _resources(row, disk_gib),
            "offerings": [
                _offering(row, zone, capacity, ratio * (row.usd_per_hour or dearest))
                for zone in zones
                for capacity, ratio in price_ratios.items()
            ],
        }
        for row in listed
    ]


def _resources(row: Instance, disk_gib: int) -> dict[str, str]:
    gpus = {"nvidia.com/gpu": str(row.gpus)} if row.gpus else {}
    efa = {EFA_RESOURCE: str(EFA_INTERFACES[row.name])} if row.name in EFA_INTERFACES else {}
    return {
        "cpu": f"{row.alloc_cpu_milli + _OVERHEAD_CPU_MILLI}m",
        "memory": f"{row.alloc_memory_mib + _OVERHEAD_MEMORY_MIB}Mi",
        "pods": str(row.pods),
        "ephemeral-storage": f"{row.nvme_gb}G" if row.nvme_gb else f"{disk_gib}Gi",
        **gpus,
        **efa,
    }


def _offering(row: Instance, zone: str, capacity_type: str, usd_per_hour: float) -> dict[str, Any]:
    labels = {
        "karpenter.sh/capacity-type": capacity_type,
        "topology.kubernetes.io/zone": zone,
        "topology.kubernetes.io/region": zone[:-1],
        **_aws_labels(row),
    }
    reserved = {"ReservationCapacity": _RESERVED_INSTANCES} if capacity_type == "reserved" else {}
    return {
        "Price": usd_per_hour,
        "Available": True,
        **reserved,
        "Requirements": [{"key": key, "operator": "In", "values": [value]} for key, value in labels.items()],
    }


def _aws_labels(row: Instance) -> dict[str, str]:
    """Return the labels that Karpenter on AWS knows of a type, so that NodePools can ask for them.

    Only an offering can carry labels that the KWOK provider does not know of itself.
    """
    family, _, size = row.name.partition(".")
    parts = _FAMILY.match(family)
    labels = {
        "instance-category": parts[1] if parts else family,
        "instance-family": family,
        "instance-generation": parts[2] if parts else "0",
        "instance-size": size,
        "instance-cpu": str(row.vcpu),
        "instance-memory": str(row.memory_gib * 1024),
        "instance-network-bandwidth": str(row.network_mbps),
    }
    if row.nvme_gb:
        labels["instance-local-nvme"] = str(row.nvme_gb)
    if row.gpus:
        labels |= {
            "instance-gpu-name": row.gpu,
            "instance-gpu-manufacturer": _GPU_MANUFACTURER,
            "instance-gpu-count": str(row.gpus),
            "instance-gpu-memory": str(row.vram_mib),
        }
    return {f"karpenter.k8s.aws/{name}": value for name, value in labels.items()}
