"""Reads single fields of a Hugging Face `config.json`, and says which one is wrong."""

from collections.abc import Mapping
from typing import Any

# No model counts further than this; a file that does is broken, and must not keep us counting.
_MOST = 10**9
_SHOWN = 40


class ConfigError(ValueError):
    """A `config.json` that cannot be used: one line with the field and the fix."""


class Fields:
    """The fields of one mapping of a `config.json`; `path` is where it stands in the file, for errors.

    `kind` is the model's architecture, which decides what a field that is missing means.
    """

    def __init__(self, values: Mapping[str, Any], kind: str, path: str = "") -> None:
        self.kind = kind
        self._values = values
        self._path = path

    def __contains__(self, name: str) -> bool:
        return self._values.get(name) is not None

    def count(self, *names: str, default: int | None = None) -> int:
        """Return the first field of `names` that is there: a whole number, not below 0."""
        for name in names:
            value = self._values.get(name)
            if value is None:
                continue
            if isinstance(value, bool) or not isinstance(value, int) or value < 0:
                raise ConfigError(
                    f"{self._path}{name}: {value!r} is not a whole number. Fetch the file again."
                )
            return value
        if default is None:
            asked = " or ".join(names)
            raise ConfigError(
                f"{self._path}{asked}: is missing. Use the config.json of the model's repository."
            )
        return default

    def positive(self, *names: str) -> int:
        """Return a field that must be there and above 0."""
        value = self.count(*names)
        if value == 0:
            raise ConfigError(f"{self._path}{names[0]}: 0 makes no model. Fetch the file again.")
        return value

    def above_zero(self, name: str, default: int) -> int:
        """Return a field that may be missing, but not 0."""
        return self.positive(name) if name in self else default

    def text(self, name: str) -> str:
        """Return a text in lower case, empty where it is missing."""
        value = self._values.get(name)
        return value.lower() if isinstance(value, str) else ""

    def flag(self, name: str, *, default: bool = False) -> bool:
        """Return a flag."""
        value = self._values.get(name)
        return value if isinstance(value, bool) else default

    def items(self, name: str) -> list[Any]:
        """Return a list, empty where it is missing."""
        value = self._values.get(name)
        return value if isinstance(value, list) else []

    def section(self, name: str) -> "Fields | None":
        """Return a mapping inside this one, or None."""
        value = self._values.get(name)
        return Fields(value, self.kind, f"{self._path}{name}.") if isinstance(value, dict) else None
