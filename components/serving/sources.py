"""Where weights may lie besides a hub: in a claim that is there already."""

import re
from dataclasses import dataclass

MODELS_PATH = "/models"
"""Where a server sees a claim with models in it."""


@dataclass(frozen=True, kw_only=True)
class InClaim:
    """Something in a PersistentVolumeClaim: the claim's `name`, and the `path` at which a server sees it."""

    name: str
    path: str


def parse_claim(url: str, setting: str) -> InClaim:
    """Return the place of a `pvc://claim/path` URL. Raises ValueError for any other."""
    found = re.fullmatch(r"pvc://([a-z0-9]([a-z0-9-]*[a-z0-9])?)(/[A-Za-z0-9_./-]*)?", url)
    if not found or ".." in url:
        raise ValueError(f"{setting}: {url!r} names no claim; write it as pvc://claim/path")
    return InClaim(name=found.group(1), path=f"{MODELS_PATH}{found.group(3) or ''}".rstrip("/"))
