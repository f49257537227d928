from dataclasses import replace
from typing import Any

import pytest

from catalog.instances import Instance
from rehearsal.instance_types import instance_types

L40S = Instance(
    name="g6e.12xlarge",
    arch="amd64",
    gpu="l40s",
    gpus=4,
    vram_mib=45776,
    vcpu=48,
    memory_gib=384,
    nvme_gb=3800,
    network_mbps=100000,
    alloc_cpu_milli=47810,
    alloc_memory_mib=360157,
    pods=292,
    usd_per_hour=10.0,
)
CPU = Instance(
    name="m7i.large",
    arch="amd64",
    gpu="",
    gpus=0,
    vram_mib=0,
    vcpu=2,
    memory_gib=8,
    nvme_gb=0,
    network_mbps=12500,
    alloc_cpu_milli=1930,
    alloc_memory_mib=7002,
    pods=29,
    usd_per_hour=None,
)
RATIOS = {"spot": 0.5, "on-demand": 1.0}


def labels(offering: dict[str, Any]) -> dict[str, str]:
    assert all(row["operator"] == "In" and len(row["values"]) == 1 for row in offering["Requirements"])
    return {row["key"]: row["values"][0] for row in offering["Requirements"]}


def test_what_pods_can_use_is_the_catalogues_figure() -> None:
    (entry,) = instance_types([L40S], ["us-east-1a"])
    # The provider takes 100m and 10Mi off.
    assert entry["resources"] == {
        "cpu": "47910m",
        "memory": "360167Mi",
        "pods": "292",
        "ephemeral-storage": "3800G",
        "nvidia.com/gpu": "4",
        "vpc.amazonaws.com/efa": "1",
    }


def test_a_type_without_gpus_and_nvme_offers_its_root_volume() -> None:
    (entry,) = instance_types([CPU], ["us-east-1a"], disk_gib=50)
    assert "nvidia.com/gpu" not in entry["resources"]
    assert entry["resources"]["ephemeral-storage"] == "50Gi"


def test_every_zone_offers_every_capacity_type_at_its_price() -> None:
    (entry,) = instance_types([L40S], ["us-east-1a", "us-east-1b"], RATIOS)
    found = {
        (label["topology.kubernetes.io/zone"], label["karpenter.sh/capacity-type"]): offering["Price"]
        for offering in entry["offerings"]
        for label in [labels(offering)]
    }
    assert found == {
        ("us-east-1a", "spot"): 5.0,
        ("us-east-1a", "on-demand"): 10.0,
        ("us-east-1b", "spot"): 5.0,
        ("us-east-1b", "on-demand"): 10.0,
    }


def test_a_reservation_is_the_cheapest() -> None:
    (entry,) = instance_types([L40S], ["us-east-1a"])
    cheapest = min(entry["offerings"], key=lambda offering: offering["Price"])
    assert labels(cheapest)["karpenter.sh/capacity-type"] == "reserved"
    assert cheapest["ReservationCapacity"] > 0


def test_a_type_without_a_price_is_not_the_cheapest() -> None:
    gpu, cpu = instance_types([L40S, CPU], ["us-east-1a"], {"on-demand": 1.0})
    assert cpu["offerings"][0]["Price"] >= gpu["offerings"][0]["Price"] > 0


def test_gpu_labels_are_those_of_karpenter_on_aws() -> None:
    (entry,) = instance_types([L40S], ["us-east-1a"], RATIOS)
    label = labels(entry["offerings"][0])
    assert label["topology.kubernetes.io/region"] == "us-east-1"
    assert {
        key.partition("/")[2]: value for key, value in label.items() if key.startswith("karpenter.k8s.aws/")
    } == {
        "instance-category": "g",
        "instance-family": "g6e",
        "instance-generation": "6",
        "instance-size": "12xlarge",
        "instance-cpu": "48",
        "instance-memory": "393216",
        "instance-network-bandwidth": "100000",
        "instance-local-nvme": "3800",
        "instance-gpu-name": "l40s",
        "instance-gpu-manufacturer": "nvidia",
        "instance-gpu-count": "4",
        "instance-gpu-memory": "45776",
    }


@pytest.mark.parametrize(
    ("name", "category", "family", "generation", "size"),
    [
        ("p6-b200.48xlarge", "p", "p6-b200", "6", "48xlarge"),
        ("g4dn.metal", "g", "g4dn", "4", "metal"),
        ("gr6f.4xlarge", "gr", "gr6f", "6", "4xlarge"),
    ],
)
def test_names_are_taken_apart_as_aws_does(
    name: str, category: str, family: str, generation: str, size: str
) -> None:
    (entry,) = instance_types([replace(L40S, name=name)], ["us-east-1a"], RATIOS)
    label = labels(entry["offerings"][0])
    assert label["karpenter.k8s.aws/instance-category"] == category
    assert label["karpenter.k8s.aws/instance-family"] == family
    assert label["karpenter.k8s.aws/instance-generation"] == generation
    assert label["karpenter.k8s.aws/instance-size"] == size
