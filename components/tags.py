"""Tags for AWS resources: the caller's own, and a Name that the console shows."""

from collections.abc import Mapping


def named(tags: Mapping[str, str], name: str, extra: Mapping[str, str] | None = None) -> dict[str, str]:
    """Return `tags` with a `Name`, and `extra` where a tag means something to a controller."""
    return {**tags, **(extra or {}), "Name": name}
