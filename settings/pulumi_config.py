"""Reads the configuration that Pulumi hands to the running program."""

import json
from typing import Any

from pulumi.runtime import config as runtime

from settings.loader import SECURE, StackConfig, from_values
from settings.stack import SECRETS


def current() -> StackConfig:
    """Check the running stack's configuration; raise `SettingsError` with every problem at once."""
    # pulumi.Config can only be asked for keys one knows; a misspelt key must be found too.
    raw: dict[str, str] = {**runtime.get_config_env(), **runtime.CONFIG.get()}
    return from_values({key: _value(key, text) for key, text in raw.items()})


def _value(key: str, text: str) -> Any:
    """Parse a value as the stack file had it; a secret becomes its marker, never its text."""
    name = key.rpartition(":")[2]
    if name in SECRETS:
        return {SECURE: ""} if runtime.is_config_secret(key) or key in _secret_keys() else text
    try:
        return json.loads(text)
    except json.JSONDecodeError:
        return text


def _secret_keys() -> list[str]:
    return runtime.get_config_secret_keys_env()
