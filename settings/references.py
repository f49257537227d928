"""Resolves references between sections: which pool a model runs in, and by which route it is reached."""

from collections.abc import Iterable
from dataclasses import dataclass

from catalog.instances import instances
from settings.models import GpuSettings, ModelSettings, TritonRepositorySettings
from settings.pools import GpuPoolSettings
from settings.stack import Settings


@dataclass(frozen=True, kw_only=True)
class Served:
    """Something that is served: its settings, and its path in the stack file for messages."""

    path: str
    settings: ModelSettings | TritonRepositorySettings

    @property
    def route(self) -> str:
        """The first part of its URL path."""
        return self.settings.route or self.settings.name


def served(settings: Settings) -> tuple[Served, ...]:
    """Return models, then Triton repositories, in the order of the file."""
    models = (Served(path=f"models[{i}]", settings=m) for i, m in enumerate(settings.models))
    tritons = (
        Served(path=f"tritonRepositories[{i}]", settings=t)
        for i, t in enumerate(settings.triton_repositories)
    )
    return (*models, *tritons)


def pool_has_gpu(pool: GpuPoolSettings, gpu: GpuSettings) -> bool:
    """Whether one node of the pool can hold one replica's GPUs, as far as they are given."""
    types = (instances().get(name) for name in pool.instance_types)
    return any(
        one is not None and gpu.type in (None, one.gpu) and one.gpus >= (gpu.count or 1) for one in types
    )


def cut_alike(pool: GpuPoolSettings, gpu: GpuSettings) -> bool:
    """Whether the pool's GPUs are cut as a replica asks: whole, in the same slices, for as many pods."""
    pods = pool.sharing.replicas if pool.sharing else 1
    return pool.mig == gpu.mig and pods == round(1 / (gpu.share or 1))


def pools_for(
    thing: ModelSettings | TritonRepositorySettings, pools: Iterable[GpuPoolSettings]
) -> list[GpuPoolSettings]:
    """Return the pools that can hold it: of the named one, or of all. They are cut as it asks."""
    named = [pool for pool in pools if thing.pool in (None, pool.name)]
    return [pool for pool in named if pool_has_gpu(pool, thing.gpu) and cut_alike(pool, thing.gpu)]
