"""What was verified, so that a second call need not run every program again."""

import json
import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any


@dataclass
class Ledger:
    """Recipes by path, each with the file's size and time at which it was verified.

    A missing or unreadable file is an empty ledger: everything is then verified anew.
    """

    path: Path
    entries: dict[str, list[Any]] = field(default_factory=dict[str, list[Any]])

    @classmethod
    def load(cls, path: Path) -> "Ledger":
        """Read the ledger at `path`."""
        try:
            entries = json.loads(path.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            entries = {}
        return cls(path, entries if isinstance(entries, dict) else {})

    def remembered(self, program: Path) -> str | None:
        """Return what this very file was verified to be, if it was."""
        recipe, *seen = self.entries.get(str(program), [None])
        return recipe if recipe is not None and seen == _fingerprint(program) else None

    def verified(self, program: Path, recipe: str) -> bool:
        """Return whether this very file was verified against this recipe."""
        return self.remembered(program) == recipe

    def known_to_differ(self, program: Path, recipe: str) -> bool:
        """Return whether the program was verified against another recipe."""
        entry = self.entries.get(str(program))
        return entry is not None and entry[:1] != [recipe]

    def record(self, program: Path, recipe: str) -> None:
        """Remember that the file was verified, in one step that an interrupt cannot halve."""
        seen = _fingerprint(program)
        if seen is None:
            return
        self.entries[str(program)] = [recipe, *seen]
        self.path.parent.mkdir(parents=True, exist_ok=True)
        partial = self.path.with_name(f"{self.path.name}.{os.getpid()}.partial")
        partial.write_text(json.dumps(self.entries, indent=1), encoding="utf-8")
        partial.replace(self.path)


def _fingerprint(program: Path) -> list[int] | None:
    try:
        stat = program.stat()
    except OSError:
        return None
    return [stat.st_size, stat.st_mtime_ns]
