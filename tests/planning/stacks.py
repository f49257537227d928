"""Stacks without pools, for which the plan chooses."""

from typing import Any

from planning.plan import Plan, make_plan
from settings import Settings
from tests.settings.stacks import OWN, from_values, valid

CHAT = "Qwen/Qwen2.5-7B-Instruct"
LARGE = "meta-llama/Llama-3.3-70B-Instruct"
EMBEDDING = "Qwen/Qwen3-Embedding-0.6B"


def model(name: str, source: str = CHAT, *, low: int = 1, high: int = 2, **more: Any) -> dict[str, Any]:
    """A model of the stack file, of which only what it serves is said."""
    return {
        "name": name,
        "source": source,
        "maxModelLen": 8192,
        "replicas": {"min": low, "max": high},
        **more,
    }


def stack(*models: dict[str, Any], tritons: tuple[dict[str, Any], ...] = (), **sections: Any) -> Settings:
    """Settings with these models and no pools; `sections` by their keys."""
    config = valid()
    del config[f"{OWN}gpuPools"]
    config[f"{OWN}models"] = list(models)
    config[f"{OWN}tritonRepositories"] = list(tritons)
    config.update({f"{OWN}{key}": section for key, section in sections.items()})
    return from_values(config).settings


def plan(*models: dict[str, Any], **sections: Any) -> Plan:
    """The plan of `stack`."""
    return make_plan(stack(*models, **sections))
