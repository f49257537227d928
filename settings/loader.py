"""Reads a stack's configuration: from its YAML file, or from the values Pulumi hands to the program."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from pydantic import ValidationError

from settings.checks import check
from settings.errors import SettingsError, one_of
from settings.problems import explain
from settings.stack import SECRETS, Settings

PROJECT = "inference-platform"
"""The project's name: its namespace in a stack file."""

SECURE = "secure"
"""The one key of an encrypted value in a stack file."""


@dataclass(frozen=True, kw_only=True)
class StackConfig:
    """A stack's configuration: checked settings, the AWS region, and which secrets are set."""

    settings: Settings
    region: str
    secrets: frozenset[str]


def stack_names(project: Path) -> list[str]:
    """Return the stacks that have a file in `project`, sorted."""
    files = project.glob("Pulumi.*.yaml")
    return sorted(file.name.removeprefix("Pulumi.").removesuffix(".yaml") for file in files)


def read_stack(project: Path, stack: str) -> StackConfig:
    """Read and check `Pulumi.<stack>.yaml`; raise `SettingsError` with every problem at once."""
    return from_values(raw_config(project, stack))


def raw_config(project: Path, stack: str) -> dict[str, Any]:
    """Return the `config` mapping of a stack file as it stands, secrets still encrypted."""
    known = stack_names(project)
    if stack not in known:
        raise SettingsError([f"stack {stack!r} does not exist. {one_of(stack, known)}"])
    name = f"Pulumi.{stack}.yaml"
    try:
        document: Any = yaml.safe_load((project / name).read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        reason = " ".join(str(error).split())
        raise SettingsError([f"{name} cannot be read: {reason}. Fix the file."]) from None
    config = document.get("config") if isinstance(document, dict) else None
    if not isinstance(config, dict):
        raise SettingsError([f"{name}: has no `config:` mapping. See docs/configuration.md."])
    return {str(key): value for key, value in config.items()}


def from_values(config: Mapping[str, Any]) -> StackConfig:
    """Check configuration values by their full keys, for example `inference-platform:models`."""
    prefix = f"{PROJECT}:"
    own = {key.removeprefix(prefix): value for key, value in config.items() if key.startswith(prefix)}
    secrets = frozenset(own) & frozenset(SECRETS)
    _refuse_plain_secrets(own, secrets)
    values = {key: value for key, value in own.items() if key not in SECRETS}
    try:
        settings = Settings.model_validate_json(json.dumps(values, default=str))
    except ValidationError as error:
        raise explain(error, Settings) from None
    region = config.get("aws:region")
    if not isinstance(region, str):
        raise SettingsError(["aws:region: is missing. Set the AWS region, for example us-east-1."])
    if problems := check(settings, region=region, secrets=secrets):
        raise SettingsError(problems)
    return StackConfig(settings=settings, region=region, secrets=secrets)


def _refuse_plain_secrets(own: Mapping[str, Any], secrets: frozenset[str]) -> None:
    """A secret in plain text in the stack file is in git: refuse it."""
    for key in sorted(secrets):
        value = own[key]
        if not (isinstance(value, dict) and SECURE in value):
            fix = f"Set it with `pulumi config set --secret {key}`"
            raise SettingsError([f"{key}: stands in plain text. {fix}, and replace the one that leaked."])
