"""A recorded graph as text that people review: sorted, complete, and without secrets."""

import json
from collections.abc import Mapping
from typing import Any

from tests.components.recorder import STACK, Recorded, Recording

SECRET = "[secret]"  # the mark that stands for one


def render(recording: Recording) -> str:
    """Return the graph and the stack's outputs as JSON, the same for the same graph."""
    by_urn = {resource.urn: resource for resource in recording.resources}
    resources = sorted(recording.resources, key=_label)
    graph = {
        "resources": {_label(resource): _entry(resource, by_urn) for resource in resources},
        "outputs": _outputs(recording),
    }
    return json.dumps(graph, indent=1, ensure_ascii=False) + "\n"


def _label(resource: Recorded) -> str:
    """Name a resource as a stack's URNs do: two of one type cannot share a name."""
    return f"{resource.type} {resource.name}"


def _entry(resource: Recorded, by_urn: Mapping[str, Recorded]) -> dict[str, Any]:
    """Return what was asked of one resource; what was not asked is left out."""
    parent = by_urn.get(resource.parent)
    provider = by_urn.get(resource.provider.rpartition("::")[0])
    waits = [_label(by_urn[urn]) for urn in resource.depends_on]
    inputs = {key: _plain(key, value, resource) for key, value in sorted(resource.inputs.items())}
    entry = {
        "parent": parent.name if parent else None,
        "provider": provider.name if provider else None,
        "protect": resource.protect,
        "dependsOn": sorted(waits),
        "inputs": inputs,
    }
    return {key: value for key, value in entry.items() if value}


def _plain(key: str, value: Any, resource: Recorded) -> Any:
    return _masked(value) if key in resource.secret_inputs else _readable(value)


def _masked(value: Any) -> Any:
    """Keep the shape of a secret value: which keys a Secret has is for review, what they hold is not."""
    if isinstance(value, dict):
        return {key: _masked(item) for key, item in sorted(value.items())}
    return SECRET


def _readable(value: Any) -> Any:
    """Sort mappings, write whole numbers as such, and open the JSON documents that AWS takes as text."""
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, dict):
        return {key: _readable(item) for key, item in sorted(value.items())}
    if isinstance(value, list):
        return [_readable(item) for item in value]
    if isinstance(value, str) and value.startswith("{"):
        return {"(JSON)": _readable(json.loads(value))}
    return value


def _outputs(recording: Recording) -> dict[str, Any]:
    (urn,) = [urn for urn in recording.registered_outputs if f"::{STACK}::" in urn]
    secret = recording.secret_outputs[urn]
    values = recording.registered_outputs[urn]
    return {
        key: _masked(value) if key in secret else _readable(value) for key, value in sorted(values.items())
    }
