"""The command line options of the serving engines, read from their own argument parsers.

`python -m catalog.engine_flags.refresh` writes `vllm.json` from the wheel. `triton.json` and `tgi.json` were
written from the sources they name, which no package carries.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent


class Takes(StrEnum):
    """What follows an option: nothing, one value, one at will, or one and more."""

    NOTHING = "nothing"
    ONE = "one"
    OPTIONAL = "optional"
    MANY = "many"


@dataclass(frozen=True, kw_only=True)
class Flag:
    """One option. `kind` is "int", "float", "bool" or "" for any text; no `choices` means any value."""

    takes: Takes
    kind: str = ""
    choices: tuple[str, ...] = ()
    repeats: bool = False
    deprecated: bool = False


@dataclass(frozen=True, kw_only=True)
class FlagTable:
    """All options of one engine at one version. `sha256` is that of the wheel, where there is one."""

    engine: str
    version: str
    source: str
    sha256: str
    flags: Mapping[str, Flag]


@cache
def flag_table(engine: str) -> FlagTable:
    """Return the table of "vllm", "triton" or "tgi"."""
    table: dict[str, Any] = json.loads((FOLDER / f"{engine}.json").read_text(encoding="utf-8"))
    flags = {name: _flag(row) for name, row in table.pop("flags").items()}
    return FlagTable(**table, flags=flags)


def _flag(row: Mapping[str, Any]) -> Flag:
    return Flag(
        takes=Takes(row["takes"]),
        kind=row.get("kind", ""),
        choices=tuple(row.get("choices", ())),
        repeats=row.get("repeats", False),
        deprecated=row.get("deprecated", False),
    )
