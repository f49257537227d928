"""Which live resources a resource's inputs mention, and who mentions a given one."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from rehearsal.cloud.errors import CloudError, codes
from rehearsal.cloud.forms import ACCOUNT_ID, CALLER
from rehearsal.cloud.records import Key, Record, Store
from rehearsal.cloud.spec import ResourceSpec
from rehearsal.cloud.tables import SPECS
from rehearsal.cloud.tables.identity import KEY
from rehearsal.cloud.world import World

# Free text and tags may hold anything that looks like an id; AWS does not look either.
_NOT_READ = frozenset({"tags", "tagsAll", "description", "comment", "userData", "__defaults"})
_KEY_NAMES = {"kmsKeyId": KEY, "kmsMasterKeyId": KEY}
_ID = re.compile(r"([a-z]+)-[0-9a-f]{8,17}")
_ARN = re.compile(rf"arn:[a-z-]+:([a-z0-9-]+):[a-z0-9-]*:{ACCOUNT_ID}:[^*?$]+")
# What every account has, what only AWS itself makes, and who is asking.
_ALWAYS_THERE = re.compile(
    rf"default(\..*)?|alias/aws/.*|.*:root|.*:role/aws-service-role/.*|.*:alias/aws/.*|.*:{CALLER}"
)


def _id_prefixes() -> dict[str, str]:
    """Return the type behind each prefix of ids: ``subnet`` for ``subnet-{hex17}``."""
    found: dict[str, str] = {}
    for token, spec in SPECS.items():
        if isinstance(spec.id, str) and spec.id.endswith("-{hex17}") and "{" not in spec.id[:-8]:
            found.setdefault(spec.id.removesuffix("-{hex17}"), token)
    return found


_PREFIXES: Mapping[str, str] = _id_prefixes()


def targets(world: World, spec: ResourceSpec, inputs: Mapping[str, Any]) -> frozenset[Key]:
    """Return the live resources that the inputs mention.

    Raises CloudError where they mention one of this account that does not exist.
    """
    found: set[Key] = set()
    for path, identifier, token in _mentions(spec, inputs):
        record = world.find(identifier, token) or (world.find(identifier) if token == KEY else None)
        if record:
            found.add(record.key)
        elif identifier not in world.existing and not _ALWAYS_THERE.fullmatch(identifier):
            where = f"account {ACCOUNT_ID}, {world.region}"
            raise CloudError(
                _missing_code(identifier, token), f"{path}: {identifier} does not exist in {where}"
            )
    return frozenset(found)


def dependents(store: Store, record: Record) -> list[Record]:
    """Return the live resources that mention the record, or what AWS made with it."""
    family = {record.key} | {other.key for other in store if other.owner == record.key}
    return [other for other in store if other.key not in family and other.targets & family]


def _mentions(spec: ResourceSpec, inputs: Mapping[str, Any]) -> Iterator[tuple[str, str, str]]:
    """Yield path, identifier and type (empty for an ARN) of everything that looks like a mention."""
    named = {**_KEY_NAMES, **spec.references}
    for name, value in inputs.items():
        if name in _NOT_READ or name in spec.documents:
            continue
        for path, text in _strings(name, value):
            prefix = _ID.fullmatch(text)
            if name in named and text:
                yield path, text, "" if text.startswith("arn:") else named[name]
            elif _ARN.fullmatch(text):
                yield path, text, ""
            elif prefix and prefix[1] in _PREFIXES:
                yield path, text, _PREFIXES[prefix[1]]


def _strings(path: str, value: Any) -> Iterator[tuple[str, str]]:
    if isinstance(value, str):
        yield path, value
    elif isinstance(value, Mapping):
        for name, part in value.items():
            if name not in _NOT_READ:
                yield from _strings(f"{path}.{name}", part)
    elif isinstance(value, list):
        for number, part in enumerate(value):
            yield from _strings(f"{path}[{number}]", part)


def _missing_code(identifier: str, token: str) -> str:
    arn = _ARN.fullmatch(identifier)
    if not token and arn:
        return codes(f"aws:{arn[1]}/").missing
    spec = SPECS.get(token)
    return (spec.missing if spec else "") or codes(token).missing
