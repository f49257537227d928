"""The live resources of the simulated account."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

Key: TypeAlias = tuple[str, str, str]
"""Type token, region (empty for a global service), id."""


def merged(base: Any, over: Any) -> Any:
    """Return ``base`` with ``over`` laid on it, objects merged key by key."""
    if not isinstance(base, Mapping) or not isinstance(over, Mapping):
        return base if over is None else over
    keys = [*base, *(key for key in over if key not in base)]
    return {key: merged(base.get(key), over.get(key)) for key in keys}


@dataclass(slots=True, eq=False)
class Record:
    """One live resource. ``owner`` is set for what AWS made with another resource."""

    token: str
    id: str
    arn: str
    urn: str
    region: str
    inputs: dict[str, Any]
    computed: dict[str, Any]
    serial: int
    aliases: frozenset[str] = frozenset()
    owner: Key | None = None
    targets: frozenset[Key] = frozenset()
    """The resources that this one's inputs mention."""
    updates: int = 0
    nodes: list[str] = field(default_factory=list[str])
    """Names of the local cluster's nodes that a node group stands for."""

    @property
    def key(self) -> Key:
        """What tells this resource from every other."""
        return (self.token, self.region, self.id)

    @property
    def outputs(self) -> dict[str, Any]:
        """The inputs laid over what AWS computed."""
        stated = {name: value for name, value in self.inputs.items() if name != "__defaults"}
        return merged(self.computed, stated)

    def __str__(self) -> str:
        name = self.urn.rsplit("::", 1)[-1] if self.urn else "made by AWS"
        return f"{self.token.rsplit(':', 1)[-1]} {self.id} ({name})"


class Store:
    """Records by key and by every identifier that can mention them; the caller locks."""

    def __init__(self) -> None:
        self._records: dict[Key, Record] = {}
        self._by_identifier: dict[str, list[Record]] = {}

    def __iter__(self) -> Iterator[Record]:
        return iter(self._records.values())

    def get(self, key: Key) -> Record | None:
        """Return the record with this key."""
        return self._records.get(key)

    def add(self, record: Record) -> None:
        """Make the record findable by its id, its ARN and its aliases."""
        self._records[record.key] = record
        for name in _identifiers(record):
            self._by_identifier.setdefault(name, []).append(record)

    def remove(self, record: Record) -> None:
        """Forget the record and whatever AWS made with it."""
        gone = {record.key} | {other.key for other in self if other.owner == record.key}
        for key in gone:
            for name in _identifiers(self._records.pop(key)):
                self._by_identifier[name] = [one for one in self._by_identifier[name] if one.key not in gone]

    def rename(self, record: Record, aliases: frozenset[str]) -> None:
        """Make the record findable by other aliases."""
        for name in _identifiers(record):
            self._by_identifier[name].remove(record)
        record.aliases = aliases
        for name in _identifiers(record):
            self._by_identifier.setdefault(name, []).append(record)

    def find(self, identifier: str, token: str = "", region: str = "") -> Record | None:
        """Return the first record with this id, ARN or alias, of this type and region if given."""
        for record in self._by_identifier.get(identifier, ()):
            if token in ("", record.token) and (region == "" or record.region in ("", region)):
                return record
        return None

    def of(self, token: str, region: str) -> list[Record]:
        """Return the records of one type in one region."""
        return [record for record in self if record.token == token and record.region in ("", region)]


def _identifiers(record: Record) -> frozenset[str]:
    return (record.aliases | {record.id, record.arn}) - {""}
