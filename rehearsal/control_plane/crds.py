"""CustomResourceDefinitions, applied all at once."""

import re
import time
from collections.abc import Iterable
from pathlib import Path

from rehearsal.control_plane.api import Api

_PATH = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions"
_POLL_SECONDS = 0.1
_DOCUMENT = re.compile(r"^---.*$", re.MULTILINE)
_KIND = re.compile(r"^kind: CustomResourceDefinition$", re.MULTILINE)
_NAME = re.compile(r"^  name: ['\"]?([a-z0-9.-]+)", re.MULTILINE)


class CrdError(Exception):
    """A file holds no CustomResourceDefinition, or one was not served in time."""


def apply_crds(api: Api, paths: Iterable[Path], timeout_seconds: float = 120.0) -> int:
    """Apply the CRDs in ``paths`` (YAML files) and wait until all are served; return how many.

    Raises CrdError for a file without a CRD or after ``timeout_seconds``, ApiError where the API
    server refuses one.
    """
    definitions = {name: text for path in paths for name, text in _read(path)}
    api.each(lambda name: api.apply(f"{_PATH}/{name}", definitions[name]), definitions)
    _wait_served(api, definitions, timeout_seconds)
    return len(definitions)


def _read(path: Path) -> list[tuple[str, str]]:
    """Return names and texts of the CRDs in a file.

    The server gets the text as it is: it knows YAML that PyYAML refuses ("="), and parses faster.
    """
    found = [text for text in _DOCUMENT.split(path.read_text()) if _KIND.search(text)]
    # The first name at this depth is the metadata's; those of the spec are deeper.
    names = [_NAME.search(text) for text in found]
    crds = [(name[1], text) for name, text in zip(names, found, strict=True) if name]
    if not crds or len(crds) < len(found):
        raise CrdError(f"{path} holds no CustomResourceDefinition, or one without a name")
    return crds


def _wait_served(api: Api, names: Iterable[str], timeout_seconds: float) -> None:
    deadline = time.monotonic() + timeout_seconds
    # One after the other: asking for all of them again and again keeps the server from its work.
    for name in names:
        while not _served(api, name):
            if time.monotonic() > deadline:
                raise CrdError(f"{name} is not served after {timeout_seconds:g} s")
            time.sleep(_POLL_SECONDS)


def _served(api: Api, name: str) -> bool:
    # The server starts with "conditions": null.
    conditions = api.get(f"{_PATH}/{name}")["status"].get("conditions") or []
    return any(state["type"] == "Established" and state["status"] == "True" for state in conditions)
