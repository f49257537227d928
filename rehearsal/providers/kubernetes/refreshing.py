"""What the live object says of the inputs: drift, seen as the API server sees it."""

import base64
import binascii
from typing import Any, cast

from rehearsal.providers.base import Properties, Secret
from rehearsal.providers.kubernetes.client import ApiError, Tree
from rehearsal.providers.kubernetes.cluster import Cluster
from rehearsal.providers.kubernetes.objects import ObjectRef, metadata, to_apply

_SERVERS_METADATA = frozenset(
    {"creationTimestamp", "generation", "managedFields", "resourceVersion", "selfLink", "uid"}
)


def live_inputs(cluster: Cluster, ref: ObjectRef, inputs: Properties, live: Tree) -> Properties:
    """Return the inputs that describe ``live``; without inputs, as in an import, all it holds.

    The last inputs are applied in a dry run: where the result is what lives already, nothing
    drifted, whatever spelling (``1000m`` or ``1``) and defaults the server gave it.
    """
    if not inputs:
        return _marked(_imported(live))
    try:
        desired = cluster.apply(ref, to_apply(inputs), dry_run=True, force=True).live
    except ApiError:
        desired = inputs  # the live object drifted in a field that cannot be set back in place
    drifted = cast(Properties, rebase(inputs, desired, live))
    if inputs.get("kind") == "Secret" and "stringData" in inputs:
        drifted["stringData"] = _string_data(inputs["stringData"], desired, live)
    return _marked(drifted)


def rebase(inputs: Any, desired: Any, live: Any) -> Any:
    """Return ``inputs`` with the live value wherever that is not the desired one."""
    if desired == live:
        return inputs
    if isinstance(inputs, dict) and isinstance(desired, dict) and isinstance(live, dict):
        want, have = cast(Tree, desired), cast(Tree, live)
        return {
            key: rebase(value, want.get(key), have.get(key))
            for key, value in cast(Tree, inputs).items()
            if key in have or key not in want
        }
    if isinstance(inputs, list) and isinstance(desired, list) and isinstance(live, list):
        given, want, have = cast(list[Any], inputs), cast(list[Any], desired), cast(list[Any], live)
        if len(given) == len(want) == len(have):
            return [rebase(*values) for values in zip(given, want, have, strict=True)]
    return cast(Any, live)


def _imported(live: Tree) -> Properties:
    meta = {key: value for key, value in metadata(live).items() if key not in _SERVERS_METADATA}
    return {key: value for key, value in live.items() if key != "status"} | {"metadata": meta}


def _string_data(given: dict[str, str], desired: Tree, live: Tree) -> dict[str, str]:
    """Return stringData as it lives: the server keeps it as ``data``, in base64."""
    want, have = desired.get("data") or {}, live.get("data") or {}
    return {
        key: value if want.get(key) == have[key] else _text(have[key])
        for key, value in given.items()
        if key in have
    }


def _text(encoded: str) -> str:
    try:
        return base64.b64decode(encoded).decode()
    except (binascii.Error, UnicodeDecodeError):
        return encoded


def _marked(inputs: Properties) -> Properties:
    """Mark a Secret's data: an import has no earlier inputs to take the marks from."""
    if inputs.get("kind") != "Secret":
        return inputs
    return {key: Secret(value) if key in ("data", "stringData") else value for key, value in inputs.items()}
