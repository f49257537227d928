"""The workflows run code of pull requests: what each may do is checked here, on what the files really say."""

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

_ROOT = Path(__file__).parents[1]
_FILES = sorted((_ROOT / ".github" / "workflows").glob("*.yml"))
_PINNED = re.compile(r"^[\w-]+/[\w./-]+@[0-9a-f]{40}$")
_VERSIONED = re.compile(r"uses: \S+@[0-9a-f]{40} # v\d+\.\d+\.\d+$")
# Jobs that run the code of anyone's pull request.
_OPEN_TO_FORKS = ("test", "plan", "rehearse")

each_workflow = pytest.mark.parametrize("file", _FILES, ids=lambda file: file.name)


def _workflow(file: Path) -> dict[Any, Any]:
    return yaml.safe_load(file.read_text(encoding="utf-8"))


def _triggers(workflow: dict[Any, Any]) -> Any:
    # YAML 1.1 reads the key `on` as true.
    return workflow[True]


def _steps(workflow: dict[Any, Any]) -> Iterator[dict[str, Any]]:
    for job in workflow["jobs"].values():
        yield from job["steps"]


def test_all_three_workflows_are_found() -> None:
    assert [file.name for file in _FILES] == ["deploy.yml", "drift.yml", "pull-request.yml"]


@each_workflow
def test_every_action_is_pinned_by_commit_and_says_its_version(file: Path) -> None:
    used = [step["uses"] for step in _steps(_workflow(file)) if "uses" in step]
    assert used
    assert [use for use in used if not _PINNED.match(use)] == []
    lines = [line for line in file.read_text(encoding="utf-8").splitlines() if "uses:" in line]
    assert [line for line in lines if not _VERSIONED.search(line)] == []


@each_workflow
def test_the_token_can_only_read_unless_a_job_says_otherwise(file: Path) -> None:
    assert _workflow(file)["permissions"] == {"contents": "read"}


@each_workflow
def test_no_checkout_leaves_its_token_behind(file: Path) -> None:
    checkouts = [
        step for step in _steps(_workflow(file)) if step.get("uses", "").startswith("actions/checkout@")
    ]
    assert checkouts
    assert all(step["with"]["persist-credentials"] is False for step in checkouts)


@each_workflow
def test_nothing_runs_a_fork_with_our_credentials(file: Path) -> None:
    assert "pull_request_target" not in _triggers(_workflow(file))
    assert "pull_request_target" not in file.read_text(encoding="utf-8")


@each_workflow
def test_no_long_lived_secret_is_used_and_no_script_is_written_by_a_pull_request(file: Path) -> None:
    assert "secrets." not in file.read_text(encoding="utf-8")
    scripts = [step["run"] for step in _steps(_workflow(file)) if "run" in step]
    assert [script for script in scripts if "${{" in script] == []


def test_jobs_open_to_forks_have_no_credentials() -> None:
    jobs = _workflow(_ROOT / ".github" / "workflows" / "pull-request.yml")["jobs"]
    for name in _OPEN_TO_FORKS:
        assert "permissions" not in jobs[name]
        assert "environment" not in jobs[name]
        assert "id-token" not in yaml.safe_dump(jobs[name])
        assert "vars." not in yaml.safe_dump(jobs[name])


def test_the_preview_is_for_branches_of_this_repository() -> None:
    jobs = _workflow(_ROOT / ".github" / "workflows" / "pull-request.yml")["jobs"]
    assert set(jobs) == {*_OPEN_TO_FORKS, "preview"}
    assert "github.event.pull_request.head.repo.full_name == github.repository" in jobs["preview"]["if"]
    assert jobs["preview"]["permissions"]["contents"] == "read"


def test_an_update_waits_for_its_environment_and_is_never_cut_short() -> None:
    job = _workflow(_ROOT / ".github" / "workflows" / "deploy.yml")["jobs"]["up"]
    assert job["environment"] == "${{ matrix.stack }}"
    assert job["concurrency"] == {"group": "pulumi-${{ matrix.stack }}", "cancel-in-progress": False}


@each_workflow
def test_every_stack_is_covered(file: Path) -> None:
    stacks = {path.name.split(".")[1] for path in _ROOT.glob("Pulumi.*.yaml")}
    matrices = [job["strategy"]["matrix"] for job in _workflow(file)["jobs"].values() if "strategy" in job]
    assert matrices
    assert all(set(matrix["stack"]) == stacks for matrix in matrices)


@each_workflow
def test_the_cli_is_the_library_s_own_version(file: Path) -> None:
    project = tomllib.loads((_ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    library = next(need for need in project["dependencies"] if need.startswith("pulumi=="))
    used = [
        step["with"]["pulumi-version"]
        for step in _steps(_workflow(file))
        if "pulumi/" in step.get("uses", "")
    ]
    assert used
    assert {f"pulumi=={version}" for version in used} == {library}
