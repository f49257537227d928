"""Stacks that use what dev and prod do not, by full key, for tests that want all of a feature at once."""

from pathlib import Path
from typing import Any

import yaml

_FOLDER = Path(__file__).parent


def values_of(name: str) -> dict[str, Any]:
    """Return the configuration in `<name>.yaml` of this folder."""
    return yaml.safe_load((_FOLDER / f"{name}.yaml").read_text(encoding="utf-8"))
