"""`platformctl plan`: one line for bad input, stable keys for programs, and the plan of another revision."""

import json
import shutil
import subprocess
from pathlib import Path

import pytest

from platformctl.planning import Form, plan_command
from tests.settings.stacks import ROOT

KEYS = {"stack", "region", "servers", "pools", "quotas", "money", "warnings"}


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project under git, with the dev stack as it was, and uncommitted changes in it."""
    for name in ("Pulumi.yaml", "Pulumi.dev.yaml"):
        shutil.copy(ROOT / name, tmp_path)
    git(tmp_path, "init", "--quiet", "--initial-branch", "main")
    git(tmp_path, "add", ".")
    git(tmp_path, "-c", "user.name=t", "-c", "user.email=t@example.com", "commit", "--quiet", "-m", "first")
    return tmp_path


def git(folder: Path, *arguments: str) -> None:
    subprocess.run(["git", "-C", str(folder), *arguments], check=True)  # noqa: S607  the test's own


def edit(project: Path, old: str, new: str) -> None:
    file = project / "Pulumi.dev.yaml"
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new), encoding="utf-8")


def test_the_keys_for_programs_are_there(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert plan_command(project, "dev", Form(as_json=True), None) == 0

    assert set(json.loads(capsys.readouterr().out)) == KEYS


def test_what_changed_against_a_revision(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    edit(project, "max: 4", "max: 3")
    assert plan_command(project, "dev", Form(as_json=True), "main") == 0

    found = {
        one["what"]: (one["before"], one["now"]) for one in json.loads(capsys.readouterr().out)["changes"]
    }
    assert found["servers.qwen2-5-7b.replicas.max"] == ("4", "3")


def test_an_old_file_that_cannot_be_planned_any_more_is_one_line(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    edit(project, "max: 4", "most: 4")
    git(project, "-c", "user.name=t", "-c", "user.email=t@example.com", "commit", "--quiet", "-am", "bad")
    edit(project, "most: 4", "max: 4")

    assert plan_command(project, "dev", Form(), "main") == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith(
        "--diff main: its Pulumi.dev.yaml cannot be planned with today's settings: models[0]"
    )


@pytest.mark.parametrize(
    ("stack", "reference", "line"),
    [
        ("dve", None, "stack 'dve' does not exist. Did you mean dev? Known: dev."),
        ("dev", "nowhere", "--diff nowhere: git knows no such revision. Name a branch, a tag or a commit."),
        ("dev", "--help", "--diff --help: git knows no such revision. Name a branch, a tag or a commit."),
        ("new", "main", "--diff main: has no Pulumi.new.yaml. Name a revision that has it."),
    ],
)
def test_bad_input_is_one_line(
    project: Path, capsys: pytest.CaptureFixture[str], stack: str, reference: str | None, line: str
) -> None:
    if stack == "new":
        shutil.copy(project / "Pulumi.dev.yaml", project / "Pulumi.new.yaml")

    assert plan_command(project, stack, Form(), reference) == 2
    assert capsys.readouterr().err == f"{line}\n"


def test_a_folder_that_is_no_repository_is_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shutil.copy(ROOT / "Pulumi.dev.yaml", tmp_path)

    assert plan_command(tmp_path, "dev", Form(), "main") == 2
    assert "git knows no such revision" in capsys.readouterr().err
