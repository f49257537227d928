"""Reads the configuration that Pulumi hands to the running program."""

import json
from typing import Any

from pulumi.runtime import config as runtime

from settings.loader import SECURE, StackConfig, from_values


def current() -> StackConfig:
    """Check the running stack's configuration; raise `SettingsError` with every problem at once."""
    # pulumi.Config can only be asked for keys one knows; a misspelt key must be found too.
    raw: dict[str, str] = {**runtime.get_config_env(), **runtime.CONFIG.get()}
    hidden = frozenset(key for key in raw if runtime.is_config_secret(key))
    hidden |= frozenset(runtime.get_config_secret_keys_env())
    return from_values({key: {SECURE: ""} if key in hidden else _value(text) for key, text in raw.items()})


def _value(text: str) -> Any:
    """Parse a value as the stack file had it: Pulumi hands over lists and mappings as JSON, texts as they are."""
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return text
    return value if isinstance(value, (list, dict)) else text
