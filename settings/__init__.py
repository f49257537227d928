"""The stack file as frozen, checked values: the only parser of configuration."""

from settings.errors import SettingsError
from settings.loader import PROJECT, StackConfig, from_values, read_stack, stack_names
from settings.stack import SECRETS, Settings

__all__ = [
    "PROJECT",
    "SECRETS",
    "Settings",
    "SettingsError",
    "StackConfig",
    "from_values",
    "read_stack",
    "stack_names",
]
