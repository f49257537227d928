import json
from pathlib import Path
from typing import Any

import pytest

from rehearsal.providers.base import ProviderError
from rehearsal.providers.kubernetes.helm import Helm, NotRenderedError
from rehearsal.providers.kubernetes.release_inputs import Release, read_release

SECRET = "correct-horse-battery-staple"
# Writes down its arguments, the values and who may read them, then prints what HELM_PRINTS holds.
FAKE = """#!/usr/bin/env python3
import json, os, stat, sys
path = sys.argv[sys.argv.index("--values") + 1]
seen = {"args": sys.argv[1:], "mode": stat.S_IMODE(os.stat(path).st_mode), "values": open(path).read()}
json.dump(seen, open(os.environ["HELM_SEEN"], "w"))
if os.environ.get("HELM_FAILS"):
    sys.exit(os.environ["HELM_FAILS"])
print(os.environ["HELM_PRINTS"])
"""


def capabilities() -> tuple[str, list[str]]:
    return "v1.36.4", ["v1", "keda.sh/v1alpha1/ScaledObject"]


@pytest.fixture
def seen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Put the stand-in for helm on PATH, and return where it writes what it saw."""
    program = tmp_path / "bin" / "helm"
    program.parent.mkdir()
    program.write_text(FAKE)
    program.chmod(0o700)
    monkeypatch.setenv("PATH", f"{program.parent}:/usr/bin:/bin")
    monkeypatch.setenv("HELM_SEEN", str(tmp_path / "seen.json"))
    monkeypatch.setenv("HELM_PRINTS", "kind: Pod\napiVersion: v1\n---\n# nothing\n---\nnot: an object\n")
    return tmp_path / "seen.json"


@pytest.fixture
def release(tmp_path: Path) -> Release:
    (tmp_path / "toys").mkdir()
    inputs: dict[str, Any] = {
        "name": "toys",
        "namespace": "play",
        "chart": str(tmp_path / "toys"),
        "values": {"password": SECRET, "replicas": 2},
    }
    return read_release(inputs, "default")


def test_values_go_by_a_private_file_that_is_removed(seen: Path, release: Release) -> None:
    objects = Helm().render(release, capabilities)
    told = json.loads(seen.read_text())
    assert objects == [{"kind": "Pod", "apiVersion": "v1"}]
    assert told["mode"] == 0o600
    assert SECRET in told["values"]
    assert SECRET not in " ".join(told["args"])
    assert not Path(told["args"][told["args"].index("--values") + 1]).exists()


def test_the_chart_sees_the_cluster_and_no_hooks_run(seen: Path, release: Release) -> None:
    Helm().render(release, capabilities)
    args = json.loads(seen.read_text())["args"]
    assert args[:2] == ["template", "toys"]
    assert args[args.index("--namespace") + 1] == "play"
    assert args[args.index("--kube-version") + 1] == "v1.36.4"
    assert args.count("--api-versions") == 2
    assert {"--no-hooks", "--include-crds"} <= set(args)


def test_a_chart_that_does_not_render_says_why_and_no_value(
    seen: Path, release: Release, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HELM_FAILS", f"Error: bad value {SECRET}\nin the chart")
    with pytest.raises(ProviderError, match=r"helm template fails: Error: bad value \[value\] in the chart"):
        Helm().render(release, capabilities)
    assert not Path(json.loads(seen.read_text())["args"][-1]).exists()


def test_without_helm_the_reason_is_told(release: Release, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    with pytest.raises(NotRenderedError, match="not on PATH"):
        Helm().render(release, capabilities)


@pytest.mark.usefixtures("seen")
def test_a_repository_that_cannot_be_reached_is_named() -> None:
    inputs = {"name": "k", "chart": "keda", "repositoryOpts": {"repo": "http://127.0.0.1:9"}}
    with pytest.raises(NotRenderedError, match=r"127\.0\.0\.1:9 cannot be reached"):
        Helm().render(read_release(inputs, "default"), capabilities)


@pytest.mark.usefixtures("seen")
def test_credentials_are_never_put_on_a_command_line() -> None:
    inputs = {
        "name": "k",
        "chart": "keda",
        "repositoryOpts": {"repo": "https://example.com", "password": SECRET},
    }
    with pytest.raises(NotRenderedError, match="credentials"):
        Helm().render(read_release(inputs, "default"), capabilities)
