"""GPUs are found by the names people type, and EC2's instance types have the right ones."""

import pytest

from catalog.gpus import GPUS, find_gpu, gpu_of
from catalog.instances import gpu_names, instances
from catalog.mig import profiles


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("H100", "h100"),
        ("H100-80GB", "h100"),
        ("A100-40", "a100-40gb"),
        ("A100-80GB", "a100-80gb"),
        ("RTX 3090", "rtx-3090"),
        ("RTX4090", "rtx-4090"),
        ("NVIDIA GeForce RTX 5090", "rtx-5090"),
        ("MI300X", "mi300x"),
        ("Tesla T4", "t4"),
        ("V100", "v100"),
        ("NVIDIA RTX PRO 6000 Blackwell Server Edition", "rtx-pro-server-6000"),
        ("DGX Spark", "gb10"),
    ],
)
def test_a_gpu_is_found_by_what_people_call_it(text: str, name: str) -> None:
    found = find_gpu(text)

    assert found is not None
    assert found.name == name


@pytest.mark.parametrize("text", ["A100", "TPU", ""])
def test_a_name_that_fits_no_gpu_or_two_is_none(text: str) -> None:
    assert find_gpu(text) is None


@pytest.mark.parametrize("name", [name for name, one in instances().items() if one.gpu])
def test_every_instance_has_a_gpu_that_shows_a_little_less_than_ec2_says(name: str) -> None:
    instance = instances()[name]
    gpu = gpu_of(instance)

    assert 0.85 < gpu.visible_gib / (instance.vram_mib / 1024) < 1


def test_the_two_a100s_differ_by_memory() -> None:
    assert gpu_of(instances()["p4d.24xlarge"]).name == "a100-40gb"
    assert gpu_of(instances()["p4de.24xlarge"]).name == "a100-80gb"


def test_every_gpu_a_pod_can_ask_for_is_known() -> None:
    assert set(gpu_names()) - {"a100"} <= set(GPUS)


def test_slices_of_a_gpu_leave_room_for_each_other() -> None:
    for gpu in GPUS.values():
        for profile in profiles(gpu.name).values():
            assert profile.memory_gib * profile.max_instances <= gpu.visible_gib
            assert profile.name.startswith(f"{profile.slices}g.")


def test_gpus_without_mig_have_no_profiles() -> None:
    assert profiles("l4") == {}
    assert profiles("a100-40gb")["1g.5gb"].max_instances == 7
