"""The outputs of a ``helm.v3.Release``, and the objects that they name."""

from collections.abc import Sequence

from rehearsal.providers.base import Properties
from rehearsal.providers.kubernetes.objects import ObjectRef
from rehearsal.providers.kubernetes.release_inputs import Release


def release_outputs(
    inputs: Properties, release: Release, refs: Sequence[ObjectRef], revision: int, status: str
) -> Properties:
    """Return the inputs, the release's status, and the names of its objects by kind.

    The rendered manifest is left out: it holds the values in clear, secrets too.
    """
    names: dict[str, list[str]] = {}
    for ref in refs:
        names.setdefault(f"{ref.kind}/{ref.api_version}", []).append(ref.id)
    return {
        **inputs,
        "namespace": release.namespace,
        "resourceNames": names,
        "status": {
            "chart": release.chart_name,
            "name": release.name,
            "namespace": release.namespace,
            "revision": revision,
            "status": status,
            "version": release.version,
        },
    }


def object_refs(outputs: Properties) -> list[ObjectRef]:
    """Return the objects that the outputs name."""
    refs: list[ObjectRef] = []
    for key, names in (outputs.get("resourceNames") or {}).items():
        kind, _, api_version = key.partition("/")
        for name in names:
            namespace, _, own = str(name).rpartition("/")
            refs.append(ObjectRef(api_version, kind, namespace, own))
    return refs
