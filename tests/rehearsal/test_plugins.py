from importlib.metadata import version
from pathlib import Path

import pytest

from rehearsal.options import ProviderChoice
from rehearsal.plugins import chosen_providers, lend


@pytest.fixture
def plugins(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("PULUMI_HOME", str(tmp_path / "user"))
    return tmp_path / "user" / "plugins"


def _install(plugins: Path, name: str, at: str | None = None) -> None:
    (plugins / f"resource-{name}-v{at or version(f'pulumi-{name}')}").mkdir(parents=True)


def test_without_plugins_the_built_in_providers_are_used(plugins: Path) -> None:
    assert not plugins.exists()
    assert chosen_providers(ProviderChoice.AUTO) == ProviderChoice.BUILTIN


def test_the_official_ones_are_used_where_both_are_installed(plugins: Path) -> None:
    _install(plugins, "kubernetes")
    assert chosen_providers(ProviderChoice.AUTO) == ProviderChoice.BUILTIN
    _install(plugins, "random")
    assert chosen_providers(ProviderChoice.AUTO) == ProviderChoice.OFFICIAL


def test_a_plugin_of_another_version_would_have_to_be_fetched_so_it_does_not_count(plugins: Path) -> None:
    _install(plugins, "kubernetes", at="4.0.0")
    _install(plugins, "random")
    assert chosen_providers(ProviderChoice.AUTO) == ProviderChoice.BUILTIN


@pytest.mark.parametrize("choice", [ProviderChoice.BUILTIN, ProviderChoice.OFFICIAL])
def test_what_is_asked_for_is_taken(plugins: Path, choice: ProviderChoice) -> None:
    assert not plugins.exists()
    assert chosen_providers(choice) == choice


def test_the_users_plugins_are_seen_from_the_rehearsals_own_home(plugins: Path, tmp_path: Path) -> None:
    _install(plugins, "random")
    lend(tmp_path / "home")
    assert [path.name for path in (tmp_path / "home" / "plugins").iterdir()] == [
        f"resource-random-v{version('pulumi-random')}"
    ]
