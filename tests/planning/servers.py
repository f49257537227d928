"""Plans of small stacks to look at: one pool of L4 nodes, and what is served from it."""

from typing import Any

from planning.plan import Plan, make_plan
from settings import Settings
from tests.settings.stacks import OWN, from_values, valid

NODE_GPUS = {"g6.xlarge": 1, "g6.12xlarge": 4, "g6.48xlarge": 8}


def model(name: str, low: int, high: int, *, gpus: int = 1, **more: Any) -> dict[str, Any]:
    """A model of the stack file, with `low` to `high` replicas of `gpus` each."""
    return {
        "name": name,
        "source": "Qwen/Qwen2.5-7B-Instruct",
        "gpu": {"type": "l4", "count": gpus},
        "maxModelLen": 8192,
        "replicas": {"min": low, "max": high},
        **more,
    }


def stack(*models: dict[str, Any], instance: str = "g6.xlarge", max_gpus: int = 100, **pool: Any) -> Settings:
    """Settings with these models on one pool of `instance` nodes."""
    config = valid()
    del config[f"{OWN}tritonRepositories"]
    config[f"{OWN}models"] = list(models)
    config[f"{OWN}gpuPools"] = [{"name": "pool", "instanceTypes": [instance], "maxGpus": max_gpus, **pool}]
    return from_values(config).settings


def plan(*models: dict[str, Any], instance: str = "g6.xlarge", max_gpus: int = 100, **pool: Any) -> Plan:
    """The plan of `stack`."""
    return make_plan(stack(*models, instance=instance, max_gpus=max_gpus, **pool))
