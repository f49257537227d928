"""A preview asks the API server, without changing it, whether an object would be taken."""

import secrets
from dataclasses import replace
from typing import Any, cast

from rehearsal.providers.base import Properties, ProviderError, contains_unknown
from rehearsal.providers.kubernetes.client import ApiError, Tree
from rehearsal.providers.kubernetes.cluster import FIELD_MANAGER, Cluster, UnknownKindError
from rehearsal.providers.kubernetes.objects import (
    PATCH_FORCE,
    ObjectRef,
    annotation,
    group_of,
    metadata,
    outputs_of,
    to_apply,
)
from rehearsal.providers.kubernetes.rejections import lacks_namespace, names_unknown_field, refused

# No program brings these groups: a kind missing from them is a mistake, not a CRD still to come.
_SERVERS_OWN = frozenset(
    {
        "",
        "admissionregistration.k8s.io",
        "apiextensions.k8s.io",
        "apps",
        "autoscaling",
        "batch",
        "networking.k8s.io",
        "policy",
        "rbac.authorization.k8s.io",
        "scheduling.k8s.io",
        "storage.k8s.io",
    }
)
# Their names follow from their content, so they cannot be tried under another.
_NAMED_BY_CONTENT = frozenset({"APIService", "CustomResourceDefinition"})
_ALWAYS_THERE = "default"


def already_exists(ref: ObjectRef) -> ProviderError:
    """Return the error for an object that something else made."""
    return ProviderError(
        f"{ref} exists already, and not from this stack: give it another name, import it,"
        f' or set the annotation {PATCH_FORCE}: "true" to take it over'
    )


def preview_create(cluster: Cluster, inputs: Properties) -> Properties:
    """Return the outputs that a create would give. Raises ProviderError where it would fail."""
    ref = _reference(cluster, inputs)
    if ref is None:
        return inputs
    live = cluster.find(ref)
    if live is None:
        outputs = _try(cluster, ref, inputs)
        # Without a controller's word a status would only mislead what is computed from it.
        return {key: value for key, value in outputs.items() if key != "status"}
    if annotation(inputs, PATCH_FORCE) == "true":
        return _try(cluster, ref, inputs)
    if not _is_ours(live):
        raise already_exists(ref)
    # Ours, so it is about to be deleted and made anew: its old self must not stand in the way.
    return _try_elsewhere(cluster, ref, inputs, ref.namespace)


def preview_update(cluster: Cluster, inputs: Properties) -> Properties:
    """Return the outputs that an update would give. Raises ProviderError where it would fail."""
    ref = _reference(cluster, inputs)
    return inputs if ref is None else _try(cluster, ref, inputs)


def _reference(cluster: Cluster, inputs: Properties) -> ObjectRef | None:
    """Return the object's reference; None while its name or its kind is still to come."""
    meta = metadata(inputs)
    if any(contains_unknown(meta.get(key)) for key in ("name", "namespace")):
        return None
    try:
        return cluster.ref(inputs)
    except UnknownKindError as error:
        if group_of(str(inputs["apiVersion"])) in _SERVERS_OWN:
            raise ProviderError(f"{inputs['kind']} {meta['name']}: {error.message}") from None
        return None


def _try(cluster: Cluster, ref: ObjectRef, inputs: Properties, tried: ObjectRef | None = None) -> Properties:
    """Return the outputs of a dry run, under the name ``tried`` where that is not its own."""
    force = annotation(inputs, PATCH_FORCE) == "true"
    try:
        applied = cluster.apply(tried or ref, to_apply(inputs), dry_run=True, force=force)
    except ApiError as error:
        if lacks_namespace(error) and tried is None:
            return _try_elsewhere(cluster, ref, inputs, _ALWAYS_THERE)
        # A complaint may be about the stand-in of a value not known yet, unless it is of a name.
        if contains_unknown(inputs) and not names_unknown_field(error):
            return inputs
        raise refused(ref, _as_of(ref, tried, error), inputs) from None
    return inputs if tried or contains_unknown(inputs) else outputs_of(applied.live)


def _try_elsewhere(cluster: Cluster, ref: ObjectRef, inputs: Properties, namespace: str) -> Properties:
    """Validate under a name that is free; what is known of the outputs are the inputs."""
    if ref.kind in _NAMED_BY_CONTENT:
        return inputs
    # Short enough for the strictest kinds, whose names are labels of 63 characters.
    name = f"{ref.name[:50].rstrip('-.')}-{secrets.token_hex(4)}"
    return _try(cluster, ref, inputs, replace(ref, name=name, namespace=namespace))


def _as_of(ref: ObjectRef, tried: ObjectRef | None, error: ApiError) -> ApiError:
    if tried is None:
        return error
    return ApiError(
        error.status, error.reason, error.message.replace(tried.id, ref.id).replace(tried.name, ref.name)
    )


def _is_ours(live: Tree) -> bool:
    managers = cast(list[dict[str, Any]], metadata(live).get("managedFields") or [])
    return any(entry.get("manager") == FIELD_MANAGER for entry in managers)
