"""The running program reads the same settings from Pulumi as `make check` does from the file."""

import json
from collections.abc import Iterator, Mapping
from contextvars import copy_context
from typing import Any

import pytest
from pulumi.runtime import set_all_config

from settings import SettingsError, StackConfig, from_values
from settings.pulumi_config import current
from tests.settings.stacks import OWN, changed, drop, put, valid

TOKEN = f"{OWN}hfToken"


@pytest.fixture(autouse=True)
def no_environment(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.delenv("PULUMI_CONFIG", raising=False)
    monkeypatch.delenv("PULUMI_CONFIG_SECRET_KEYS", raising=False)
    yield
    set_all_config({}, [])


def as_pulumi_hands_it(config: Mapping[str, Any]) -> dict[str, str]:
    """Texts as they are, the rest as JSON, secrets decrypted."""
    plain = {key: "hf_abcdef" if key == TOKEN else value for key, value in config.items()}
    return {key: value if isinstance(value, str) else json.dumps(value) for key, value in plain.items()}


def run(config: Mapping[str, str], secrets: list[str]) -> StackConfig:
    """What the program reads, in a context of its own: Pulumi keeps the configuration in context variables."""

    def read() -> StackConfig:
        set_all_config(dict(config), secrets)
        return current()

    return copy_context().run(read)


def refused(config: Mapping[str, str], secrets: list[str]) -> tuple[str, ...]:
    with pytest.raises(SettingsError) as caught:
        run(config, secrets)
    return caught.value.problems


def test_pulumi_and_the_file_give_the_same_settings() -> None:
    assert run(as_pulumi_hands_it(valid()), [TOKEN]) == from_values(valid())


def test_a_token_that_is_no_secret_is_refused_and_not_shown() -> None:
    (line,) = refused(as_pulumi_hands_it(valid()), [])

    assert line.startswith("hfToken: stands in plain text.")
    assert "hf_abcdef" not in line


def test_a_gated_model_needs_the_token() -> None:
    (line,) = refused(as_pulumi_hands_it(changed(drop("hfToken"))), [])

    assert "hfToken is missing" in line


def test_a_setting_that_is_encrypted_is_refused_as_in_the_file() -> None:
    config = changed(put("edge", {"secure": "AAAB"}))
    with pytest.raises(SettingsError) as caught:
        from_values(config)

    assert refused(as_pulumi_hands_it(valid()), [TOKEN, f"{OWN}edge"]) == caught.value.problems


@pytest.mark.parametrize(
    ("key", "text", "start"),
    [
        ("model", "[]", "model: unknown key. Did you mean models?"),
        ("models", "chat", 'models: "chat" is not a list.'),
        ("models", "5", 'models: "5" is not a list.'),
        ("models", "[" * 100_000, 'models: "[['),
        ("models", "1" * 5000, 'models: "111'),
        ("models", "[{]", 'models: "[{]" is not a list.'),
    ],
)
def test_texts_that_are_no_section_are_refused_in_one_line(key: str, text: str, start: str) -> None:
    (line,) = refused({**as_pulumi_hands_it(valid()), OWN + key: text}, [TOKEN])

    assert line.startswith(start)


def test_configuration_in_the_environment_is_read_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PULUMI_CONFIG", json.dumps(as_pulumi_hands_it(valid())))
    monkeypatch.setenv("PULUMI_CONFIG_SECRET_KEYS", json.dumps([TOKEN]))

    assert run({}, []) == from_values(valid())
