"""Checks of how GPUs are cut and shared: what a pool can do to its GPUs, and what a replica may ask of them."""

from collections.abc import Iterator
from fractions import Fraction

from catalog.amis import BOTTLEROCKET_GPUS
from catalog.gpus import gpu_of
from catalog.instances import Instance, instances
from catalog.mig import profiles
from settings.errors import one_of
from settings.fields import MigStrategy, OperatingSystem
from settings.models import GpuSettings
from settings.pools import GpuPoolSettings
from settings.references import Served, cut_alike, pool_has_gpu
from settings.stack import Settings

# A share of 0.33 means a third: two decimals are all that people write.
_ROUNDING = 0.005


def pool_slice_problems(path: str, pool: GpuPoolSettings) -> Iterator[str]:
    """Name what is wrong with a pool's MIG profile and sharing."""
    if pool.mig and pool.sharing:
        fix = "Keep one: mig gives each pod memory of its own, sharing gives pods turns on all of it."
        yield f"{path}.sharing: cannot be set beside mig ({pool.mig}). {fix}"
    if pool.mig is None:
        return
    types = [instances()[name] for name in pool.instance_types if name in instances()]
    # GPUs of two kinds are another problem, named elsewhere.
    for instance in types[:1]:
        yield from _mig_problems(path, pool, pool.mig, instance)


def _mig_problems(path: str, pool: GpuPoolSettings, profile: str, instance: Instance) -> Iterator[str]:
    known = profiles(gpu_of(instance).name)
    if not known:
        fix = "Use sharing instead, or GPUs that have it (A100, H100, H200, B200, B300, RTX PRO 6000)."
        yield f"{path}.mig: {profile} needs MIG, which {instance.gpu} lacks. {fix}"
    elif profile not in known:
        yield f"{path}.mig: {instance.gpu} has no profile {profile}. {one_of(profile, known)}"
    if pool.operating_system != OperatingSystem.BOTTLEROCKET:
        return
    if pool.mig_strategy == MigStrategy.MIXED:
        fix = "Set migStrategy: single, or operatingSystem: al2023."
        yield f"{path}.migStrategy: mixed is not what Bottlerocket's own device plugin does. {fix}"
    if known and (instance.gpu, instance.vram_mib) not in BOTTLEROCKET_GPUS:
        fix = "Set operatingSystem: al2023."
        yield f"{path}.operatingSystem: bottlerocket does not know how to cut {instance.gpu}. {fix}"


def served_slice_problems(item: Served, settings: Settings) -> Iterator[str]:
    """Name what is wrong with the slice or share that a model or Triton repository asks for."""
    gpu, path = item.settings.gpu, f"{item.path}.gpu"
    whole_share = gpu.share is None or gpu.share == 1
    if gpu.mig and not whole_share:
        yield f"{path}.share: cannot be set beside mig ({gpu.mig}). Keep one of them."
        return
    if not whole_share and not _is_a_part(gpu.share or 1):
        near = 1 / round(1 / (gpu.share or 1))
        fix = f"A GPU is shared by a whole number of pods: use {near:.2g}, or another of 1/2, 1/3, 1/4 ..."
        yield f"{path}.share: {gpu.share:g} is not 1/n. {fix}"
        return
    if (gpu.mig or not whole_share) and (gpu.count or 1) > 1:
        what = "slice" if gpu.mig else "share"
        fix = f"Set count: 1, or take whole GPUs: a process sees one {what} only."
        yield f"{path}.count: {gpu.count} {what}s do not add up to a larger GPU. {fix}"
        return
    yield from _pool_cut_problems(item, settings)


def _is_a_part(share: float) -> bool:
    return abs(share - Fraction(1, round(1 / share))) <= _ROUNDING


def _pool_cut_problems(item: Served, settings: Settings) -> Iterator[str]:
    """Name pools that have the GPU, when none of them is cut as asked."""
    thing, gpu = item.settings, item.settings.gpu
    numbered = [(index, pool) for index, pool in enumerate(settings.gpu_pools)]
    having = [
        (index, pool)
        for index, pool in numbered
        if thing.pool in (None, pool.name) and pool_has_gpu(pool, gpu)
    ]
    if not having or any(cut_alike(pool, gpu) for _, pool in having):
        return
    found = ", ".join(f"pool {pool.name} has {_cut_of(pool)}" for _, pool in having)
    index, pool = having[0]
    fix = f"Change gpu to {_asks_for(pool)}, or gpuPools[{index}] to {_gives(gpu)}."
    yield f"{item.path}.gpu: wants {_wanted(gpu)}; {found}. {fix}"


def _wanted(gpu: GpuSettings) -> str:
    if gpu.mig:
        return f"slices of {gpu.mig}"
    return f"{gpu.share:g} of a GPU" if gpu.share and gpu.share < 1 else "whole GPUs"


def _cut_of(pool: GpuPoolSettings) -> str:
    if pool.mig:
        return f"slices of {pool.mig}"
    return f"{pool.sharing.replicas} pods on each GPU" if pool.sharing else "whole GPUs"


def _asks_for(pool: GpuPoolSettings) -> str:
    if pool.mig:
        return f"mig: {pool.mig}"
    return f"share: {1 / pool.sharing.replicas:.2g}" if pool.sharing else "neither mig nor share"


def _gives(gpu: GpuSettings) -> str:
    if gpu.mig:
        return f"mig: {gpu.mig}"
    if gpu.share and gpu.share < 1:
        return f"sharing: {{replicas: {round(1 / gpu.share)}}}"
    return "neither mig nor sharing"
