"""Runs the whole program for a stack, as Pulumi would, and keeps the graph."""

import json
import runpy
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from pulumi.runtime import set_all_config

from settings.loader import PROJECT, raw_config
from tests.components.answers import PASSWORD
from tests.components.recorder import Recording, record
from tests.stacks import values_of

ROOT = Path(__file__).parents[2]
STACKS = ("dev", "prod")
# Stacks of the tests (tests/stacks): what the repository's own do not use.
TEST_STACKS = ("engines", "scaling")
ALL_STACKS = STACKS + TEST_STACKS
_TOKEN = "inference-platform:hfToken"


def stack_values(stack: str) -> dict[str, Any]:
    """Return the configuration of a stack of the repository or of the tests, by full key."""
    if stack in STACKS:
        return raw_config(ROOT, stack)
    return values_of(stack)


def run_program() -> None:
    """Run `__main__.py` as Pulumi's language host does."""
    runpy.run_path(str(ROOT / "__main__.py"), run_name="__main__")


def record_program(
    values: Mapping[str, Any],
    *,
    stack: str = "dev",
    secrets: Iterable[str] = (),
    recording: Recording | None = None,
) -> Recording:
    """Record the program with these values; `secrets` are the keys whose values are secret."""

    def configured() -> None:
        # Pulumi hands every value over as text, objects and lists as JSON.
        texts = {key: value if isinstance(value, str) else json.dumps(value) for key, value in values.items()}
        set_all_config(texts, list(secrets))
        run_program()

    return record(configured, project=PROJECT, stack=stack, recording=recording)


@cache
def recorded(stack: str) -> Recording:
    """Return the graph of a stack; it is recorded once in a process. An encrypted token is a stand-in."""
    values = stack_values(stack)
    tokens = {_TOKEN: PASSWORD} if _TOKEN in values else {}
    return record_program({**values, **tokens}, stack=stack, secrets=tokens)
