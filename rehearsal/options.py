"""What a rehearsal is asked to do."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any


class ProviderChoice(StrEnum):
    """Which kubernetes and random providers are used; AWS is always simulated."""

    AUTO = "auto"
    BUILTIN = "builtin"
    OFFICIAL = "official"


@dataclass(frozen=True, kw_only=True)
class Options:
    """A rehearsal of `stack` of `project`; tools and the run's folders are under `root`.

    `config` stands in for the stack file's configuration, and `program` for `__main__.py`: tests plant faults
    with them. `keep` leaves the platform and its control plane up. A resource may take `patience_seconds` to
    become ready: a node takes seconds here, so what waits longer waits for good. `scenario` is the name of one, or
    the path of its file: it is played instead of the usual phases.
    """

    stack: str
    project: Path
    root: Path
    providers: ProviderChoice = ProviderChoice.AUTO
    keep: bool = False
    patience_seconds: float = 60.0
    config: Mapping[str, Any] | None = None
    program: Callable[[], None] | None = None
    scenario: str | None = None
