"""Refusals that hold for every type: tags, duplicates, protection, things in use."""

from collections.abc import Mapping
from typing import Any

from rehearsal.cloud.documents import refuse_documents
from rehearsal.cloud.errors import CloudError, codes, service_of
from rehearsal.cloud.records import Key, Record
from rehearsal.cloud.references import dependents, targets
from rehearsal.cloud.rules import RULES
from rehearsal.cloud.spec import ResourceSpec
from rehearsal.cloud.tables import databases, spec_for
from rehearsal.cloud.tables.network import INTERNET_GATEWAY, NAT_GATEWAY, SUBNET
from rehearsal.cloud.world import World

# The limits of AWS for the tags of one resource, and for the length of a key and a value.
_TAGS, _TAG_KEY, _TAG_VALUE = 50, 128, 256
_PROTECTED = {
    "rds": "InvalidParameterCombination",
    "eks": "InvalidRequestException",
    "cloudwatch": "ValidationException",
}
_LISTED = 5


def refuse_inputs(
    world: World, token: str, inputs: Mapping[str, Any], own: Record | None = None
) -> frozenset[Key]:
    """Raise CloudError for inputs AWS would refuse; return the resources they mention.

    ``own`` is the record being updated; None for a create.
    """
    spec = spec_for(token)
    _refuse_tags(inputs.get("tagsAll") or {})
    mentioned = targets(world, spec, inputs)
    refuse_documents(world, spec, inputs)
    if token in RULES:
        RULES[token](world, inputs, own)
    return mentioned


def refuse_duplicate(world: World, spec: ResourceSpec, record: Record) -> None:
    """Raise CloudError where another live resource has the values AWS keeps unique."""
    wanted = _unique_values(spec, record)
    if not any(value is not None for value in wanted):
        return
    for other in world.of(record.token):
        if other is not record and _unique_values(spec, other) == wanted:
            code = spec.duplicate or codes(record.token).duplicate
            shown = ", ".join(
                f"{name} {value}" for name, value in zip(spec.unique, wanted, strict=True) if value
            )
            raise CloudError(code, f"{record.token} with {shown} exists already: {other}")


def refuse_deletion(world: World, spec: ResourceSpec, record: Record) -> None:
    """Raise CloudError for a resource that is protected or that live resources still mention."""
    if spec.protected_by and record.outputs.get(spec.protected_by):
        code = _PROTECTED.get(service_of(record.token), "OperationNotPermittedException")
        raise CloudError(
            code, f"{record} is protected against deletion; set {spec.protected_by} to false first"
        )
    _refuse_lost_database(record)
    users = dependents(world.store, record) + _public_addresses(world, record)
    if users:
        shown = ", ".join(str(user) for user in users[:_LISTED])
        more = f" and {len(users) - _LISTED} more" if len(users) > _LISTED else ""
        raise CloudError(codes(record.token).in_use, f"{record} is still used by {shown}{more}")


def _unique_values(spec: ResourceSpec, record: Record) -> tuple[Any, ...]:
    return tuple(record.inputs.get(name, record.computed.get(name)) for name in spec.unique)


def _refuse_tags(tags: Mapping[str, Any]) -> None:
    if len(tags) > _TAGS:
        raise CloudError("TooManyTags", f"{len(tags)} tags, default tags included; AWS takes {_TAGS}")
    for key, value in tags.items():
        if key.lower().startswith("aws:") or len(key) > _TAG_KEY or len(str(value)) > _TAG_VALUE:
            raise CloudError(
                "InvalidTag",
                f"tags.{key}: a key has at most {_TAG_KEY} characters and does not start with aws:, "
                f"a value has at most {_TAG_VALUE}",
            )


def _refuse_lost_database(record: Record) -> None:
    if record.token not in (databases.INSTANCE, databases.CLUSTER):
        return
    outputs = record.outputs
    if not outputs.get("skipFinalSnapshot") and not outputs.get("finalSnapshotIdentifier"):
        raise CloudError(
            "InvalidParameterCombination",
            f"{record}: finalSnapshotIdentifier is required where skipFinalSnapshot is false",
        )


def _public_addresses(world: World, gateway: Record) -> list[Record]:
    """Return the NAT gateways whose public addresses keep an internet gateway in its network."""
    if gateway.token != INTERNET_GATEWAY:
        return []
    subnets = {one.id for one in world.of(SUBNET) if one.inputs["vpcId"] == gateway.inputs.get("vpcId")}
    return [nat for nat in world.of(NAT_GATEWAY) if nat.inputs.get("subnetId") in subnets]
