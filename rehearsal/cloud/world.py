"""What a rule or a template may look at: the account as one request sees it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from rehearsal.cloud.forms import ACCOUNT_ID, partition_of
from rehearsal.cloud.records import Record, Store


def _no_tags() -> dict[str, str]:
    return {}


@dataclass(frozen=True, slots=True)
class Scope:
    """What a provider is configured with."""

    region: str
    default_tags: Mapping[str, str] = field(default_factory=_no_tags)

    def region_of(self, inputs: Mapping[str, Any]) -> str:
        """Return the region of one resource: its own ``region`` input, or the provider's."""
        return inputs.get("region") or self.region


@dataclass(frozen=True, slots=True)
class World:
    """The live resources, from the point of view of one region.

    ``existing`` are ids, names and ARNs that the account is taken to hold beside the stack.
    """

    store: Store
    region: str
    existing: frozenset[str]

    def find(self, identifier: str, token: str = "") -> Record | None:
        """Return the live resource with this id, name or ARN."""
        return self.store.find(identifier, token, "" if identifier.startswith("arn:") else self.region)

    def of(self, token: str) -> list[Record]:
        """Return the live resources of one type in this region."""
        return self.store.of(token, self.region)

    def context(self) -> dict[str, Any]:
        """Return the names that every template may use."""
        return {
            "account": ACCOUNT_ID,
            "find": self.find,
            "partition": partition_of(self.region),
            "region": self.region,
        }
