"""The JSON Schema of a stack file, with which editors complete and check it."""

from collections.abc import Iterable, Mapping
from typing import Any

from pydantic.json_schema import GenerateJsonSchema

from catalog.eks import SUPPORTED_MINORS
from catalog.instances import gpu_names, instances
from catalog.models import MODELS
from settings.loader import PROJECT, REGION
from settings.problems import SECURE
from settings.stack import SECRETS, Settings

_DRAFT = "https://json-schema.org/draft/2020-12/schema"


class _Untitled(GenerateJsonSchema):
    """Pydantic's schema without a title for each key, which says no more than the key."""

    def field_title_should_be_set(self, schema: Any) -> bool:  # noqa: ARG002  the base class names it
        return False


def settings_schema() -> dict[str, Any]:
    """Return the JSON Schema of the settings, by their keys without the project's namespace."""
    return Settings.model_json_schema(schema_generator=_Untitled)


def schema() -> dict[str, Any]:
    """Return the JSON Schema of a whole stack file.

    Keys of other namespaces, such as `aws:profile`, may hold anything; the project's own must be known.
    """
    own = settings_schema()
    sections = {f"{PROJECT}:{key}": value for key, value in own["properties"].items()}
    secrets = {f"{PROJECT}:{key}": _secret(text) for key, text in SECRETS.items()}
    region = {"type": "string", "description": "AWS region, for example us-east-1."}
    config = {
        "type": "object",
        "properties": {REGION: region, **sections, **secrets},
        "required": [REGION, *(f"{PROJECT}:{key}" for key in own["required"])],
        "patternProperties": {f"^(?!{PROJECT}:)[^:]+:.": {}},
        "additionalProperties": False,
    }
    return {
        "$schema": _DRAFT,
        "title": f"Stack file of {PROJECT}",
        "type": "object",
        "properties": {"config": config},
        "required": ["config"],
        "$defs": _with_catalogue(own["$defs"]),
    }


def _secret(text: str) -> dict[str, Any]:
    """A value that Pulumi has encrypted, and nothing else."""
    return {
        "type": "object",
        "description": text,
        "properties": {SECURE: {"type": "string"}},
        "required": [SECURE],
        "additionalProperties": False,
    }


def _with_catalogue(definitions: Mapping[str, Any]) -> Mapping[str, Any]:
    """Close the sets that the catalogue closes, and offer the models it knows."""
    types = instances().items()
    _field(definitions, "ClusterSettings", "kubernetesVersion")["enum"] = list(SUPPORTED_MINORS)
    _field(definitions, "SystemNodeSettings", "instanceType")["enum"] = _names(types, gpu=False)
    _field(definitions, "GpuPoolSettings", "instanceTypes")["items"]["enum"] = _names(types, gpu=True)
    _field(definitions, "PlacementSettings", "instanceTypes")["items"]["enum"] = _names(types, gpu=True)
    _field(definitions, "GpuSettings", "type")["enum"] = list(gpu_names())
    _field(definitions, "ModelSettings", "source")["examples"] = list(MODELS)
    return definitions


def _field(definitions: Mapping[str, Any], section: str, key: str) -> dict[str, Any]:
    return definitions[section]["properties"][key]


def _names(types: Iterable[tuple[str, Any]], *, gpu: bool) -> list[str]:
    """Instance types with whole GPUs, or with none at all."""
    return [name for name, one in types if (one.gpus > 0 if gpu else not one.gpu)]
