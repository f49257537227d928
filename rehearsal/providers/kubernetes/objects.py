"""Objects as Pulumi names them: references, ids, auto-names, inputs and outputs."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, cast

from rehearsal.providers.base import Properties, ProviderError, Secret
from rehearsal.providers.kubernetes.client import Tree

AUTONAMED = "pulumi.com/autonamed"
SKIP_AWAIT = "pulumi.com/skipAwait"
TIMEOUT = "pulumi.com/timeoutSeconds"
PATCH_FORCE = "pulumi.com/patchForce"

_NAME_BYTES = 4  # eight hex digits, as Pulumi's own


@dataclass(frozen=True, slots=True)
class ObjectRef:
    """One object in the cluster; ``namespace`` is empty for a cluster-wide kind."""

    api_version: str
    kind: str
    namespace: str
    name: str

    @property
    def id(self) -> str:
        """Pulumi's id: namespace/name, or name."""
        return f"{self.namespace}/{self.name}" if self.namespace else self.name

    def __str__(self) -> str:
        return f"{self.kind} {self.id}"


def group_of(api_version: str) -> str:
    """Return the API group of ``group/version``; empty for the core's ``v1``."""
    return api_version.rpartition("/")[0]


def metadata(tree: Mapping[str, Any]) -> Tree:
    """Return the metadata of an object or of inputs; empty where there are none."""
    found = tree.get("metadata")
    return cast(Tree, found) if isinstance(found, dict) else {}


def annotation(tree: Mapping[str, Any], name: str) -> str:
    """Return an annotation's value, or an empty string."""
    annotations = metadata(tree).get("annotations")
    return str(cast(Tree, annotations).get(name, "")) if isinstance(annotations, dict) else ""


def gvk_of_token(token: str) -> tuple[str, str]:
    """Return (apiVersion, kind) of a type token such as ``kubernetes:apps/v1:Deployment``.

    Raises ProviderError for a Patch resource, which the built-in provider does not have.
    """
    _, api_version, kind = token.split(":", 2)
    if kind.endswith("Patch"):
        raise ProviderError(f"{token}: the built-in kubernetes provider has no Patch resources")
    return api_version.removeprefix("core/"), kind


def named(urn: str, olds: Mapping[str, Any], news: Properties) -> Properties:
    """Return ``news`` with a name: its own, the last automatic one, or a new automatic one."""
    meta = metadata(news)
    if meta.get("name"):
        return news
    last = metadata(olds).get("name") if annotation(olds, AUTONAMED) == "true" else None
    prefix = meta.get("generateName") or f"{urn.rsplit('::', 1)[-1]}-"
    name = last or f"{prefix}{secrets.token_hex(_NAME_BYTES)}"
    annotations = {**(meta.get("annotations") or {}), AUTONAMED: "true"}
    fresh = {key: value for key, value in meta.items() if key != "generateName"}
    return {**news, "metadata": {**fresh, "name": name, "annotations": annotations}}


def outputs_of(live: Tree) -> Properties:
    """Return what Pulumi keeps of a live object: all but who manages it, secret data marked."""
    kept = {key: value for key, value in live.items() if key != "metadata"}
    kept["metadata"] = {key: value for key, value in metadata(live).items() if key != "managedFields"}
    if live.get("kind") == "Secret" and live.get("apiVersion") == "v1":
        for field in ("data", "stringData"):
            if field in kept:
                kept[field] = Secret(kept[field])
    return kept


def to_apply(inputs: Properties) -> Tree:
    """Return the object to send for ``inputs``, in the API's own spelling."""
    if inputs.get("kind") == "CustomResourceDefinition":
        # Pulumi writes these keys with underscores, since hyphens are no names in its languages.
        return cast(Tree, _hyphenated(inputs))
    return inputs


def _hyphenated(tree: Any) -> Any:
    if isinstance(tree, dict):
        return {
            key.replace("_", "-") if key.startswith("x_kubernetes_") else key: _hyphenated(value)
            for key, value in cast(Tree, tree).items()
        }
    if isinstance(tree, list):
        return [_hyphenated(item) for item in cast(list[Any], tree)]
    return tree
