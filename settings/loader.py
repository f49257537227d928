"""Reads a stack's configuration: from its YAML file, or from the values Pulumi hands to the program."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from settings.checks import check
from settings.custom_models import with_cards
from settings.errors import SettingsError, nearest, one_of
from settings.problems import SECURE, explain, path_text
from settings.stack import SECRETS, Settings
from settings.yaml_text import YamlError, parse

PROJECT = "inference-platform"
"""The project's name: its namespace in a stack file."""

REGION = "aws:region"
"""The key of the AWS region, which pulumi-aws reads too."""


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
    return from_values(raw_config(project, stack), folder=project)


def raw_config(project: Path, stack: str) -> dict[str, Any]:
    """Return the `config` mapping of a stack file as it stands, secrets still encrypted."""
    known = stack_names(project)
    if stack not in known:
        raise SettingsError([f"stack {stack!r} does not exist. {one_of(stack, known)}"])
    name = f"Pulumi.{stack}.yaml"
    try:
        text = (project / name).read_text(encoding="utf-8")
    except OSError as error:
        raise SettingsError(
            [f"{name}: cannot be read: {error.strerror}. Put the stack's file there."]
        ) from None
    except UnicodeDecodeError as error:
        raise SettingsError([f"{name}: is not UTF-8 text at byte {error.start}. Save it as UTF-8."]) from None
    return config_of(text, name)


def config_of(text: str, name: str) -> dict[str, Any]:
    """Return the `config` mapping of a stack file's text; `name` is the file's, for messages."""
    try:
        document = parse(text)
    except YamlError as error:
        raise SettingsError([f"{name}: is not YAML: {error}. Fix the file."]) from None
    config = document.get("config") if isinstance(document, dict) else None
    if not isinstance(config, dict):
        raise SettingsError([f"{name}: has no `config:` mapping. See docs/configuration.md."])
    return {str(key): value for key, value in config.items()}


def from_values(config: Mapping[str, Any], *, folder: Path = Path()) -> StackConfig:
    """Check configuration values by their full keys, for example `inference-platform:models`.

    `folder` holds Pulumi.yaml; files that settings name are read from there. Pulumi runs a program in it.
    Raises `SettingsError` with every problem at once. References between sections are looked at once each
    section is valid by itself.
    """
    prefix = f"{PROJECT}:"
    own = {key.removeprefix(prefix): value for key, value in config.items() if key.startswith(prefix)}
    secrets = frozenset(own) & frozenset(SECRETS)
    region = config.get(REGION)
    known_region = region if isinstance(region, str) and region else None
    problems = [*_namespaces(config), *_plain_secrets(own, secrets)]
    if known_region is None:
        problems.append(f"{REGION}: is missing. Set the AWS region, for example us-east-1.")
    settings = _settings({key: own[key] for key in own if key not in SECRETS}, problems)
    if settings is not None:
        settings = with_cards(settings, folder, problems)
        problems += check(settings, region=known_region, secrets=secrets)
    if problems or settings is None or known_region is None:
        raise SettingsError(problems)
    return StackConfig(settings=settings, region=known_region, secrets=secrets)


def _settings(sections: Mapping[str, Any], problems: list[str]) -> Settings | None:
    """Validate the sections; None where that fails. What is wrong is added to `problems`."""
    texts: dict[str, str] = {}
    for key, value in sections.items():
        if isinstance(value, dict) and set(value) == {SECURE}:
            secret = ", ".join(SECRETS)
            problems.append(
                f"{path_text([key])}: is encrypted, and only {secret} may be. Set it without --secret."
            )
            continue
        try:
            texts[key] = f"{_json(key)}: {_json(value)}"
        except (TypeError, ValueError, RecursionError) as error:
            fix = "Use texts, numbers, lists and mappings only."
            problems.append(f"{path_text([key])}: cannot be read: {error}. {fix}")
    try:
        return Settings.model_validate_json(f"{{{', '.join(texts.values())}}}")
    except ValidationError as error:
        unread = frozenset(sections) - frozenset(texts)
        problems += explain(error, Settings, skip=unread, known_too=SECRETS)
        return None


def _json(value: Any) -> str:
    """Write a value as JSON. Cycles, keys that are lists, endless numbers and half characters raise."""
    text = json.dumps(value, default=str, ensure_ascii=False)
    text.encode()
    return text


def _namespaces(config: Mapping[str, Any]) -> Iterator[str]:
    """Keys that were meant for this project and would be passed over."""
    for key in config:
        namespace, colon, _ = key.partition(":")
        if not colon:
            yield f"{path_text([key])}: has no namespace. Write it as {PROJECT}:{key}."
        elif namespace != PROJECT and nearest(namespace, [PROJECT], likeness=0.8):
            yield f"{path_text([key])}: unknown namespace. Did you mean {PROJECT}?"


def _plain_secrets(own: Mapping[str, Any], secrets: frozenset[str]) -> Iterator[str]:
    """A secret in plain text in the stack file is in git: refuse it."""
    for key in sorted(secrets):
        value = own[key]
        if not (isinstance(value, dict) and SECURE in value):
            fix = f"Set it with `pulumi config set --secret {key}`"
            yield f"{key}: stands in plain text. {fix}, and replace the one that leaked."
