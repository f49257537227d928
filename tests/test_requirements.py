"""The requirements files: pinned, hashed, the same everywhere, and not behind pyproject.toml."""

import re
import tomllib
from pathlib import Path

import pytest

_ROOT = Path(__file__).parents[1]
_FILES = ("requirements.txt", "requirements-dev.txt")
_PIN = re.compile(r"^([a-z0-9][a-z0-9._-]*)==(\S+)(?: ; .+)? \\$")

each_file = pytest.mark.parametrize("name", _FILES)


def _lines(name: str) -> list[str]:
    return (_ROOT / name).read_text(encoding="utf-8").splitlines()


def _pins(name: str) -> dict[str, str]:
    found = [_PIN.match(line) for line in _lines(name)]
    return {pin[1]: pin[2] for pin in found if pin}


def _wanted(*, dev: bool) -> dict[str, str]:
    project = tomllib.loads((_ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    needs = project["dependencies"] + (project["optional-dependencies"]["dev"] if dev else [])
    pairs = [re.sub(r"\[.*\]", "", need).split("==") for need in needs]
    return {name.lower().replace("_", "-"): version for name, version in pairs}


@each_file
def test_every_requirement_has_a_version_and_a_hash(name: str) -> None:
    lines = [line for line in _lines(name) if not line.lstrip().startswith("#")]
    starts = [number for number, line in enumerate(lines) if not line.startswith(" ")]
    # One package may have two versions, each for some Pythons.
    pinned = [line for line in lines if _PIN.match(line)]
    assert len(starts) == len(pinned) > 0
    assert all(lines[number + 1].startswith("    --hash=sha256:") for number in starts)


@each_file
def test_no_registry_and_no_folder_is_named(name: str) -> None:
    text = "\n".join(_lines(name))
    assert "://" not in text
    assert not re.search(r"--(extra-)?index-url|--find-links|file:", text)


def test_the_files_hold_what_the_project_asks_for() -> None:
    assert _wanted(dev=False).items() <= _pins("requirements.txt").items()
    assert _wanted(dev=True).items() <= _pins("requirements-dev.txt").items()


def test_a_developer_runs_what_a_user_runs() -> None:
    assert _pins("requirements.txt").items() <= _pins("requirements-dev.txt").items()


def test_the_build_backend_is_installed_before_it_is_needed() -> None:
    build = tomllib.loads((_ROOT / "pyproject.toml").read_text(encoding="utf-8"))["build-system"]
    assert [need.replace("_", "-") for need in build["requires"]] == [
        f"uv-build=={_pins('requirements.txt')['uv-build']}"
    ]
