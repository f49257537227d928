from pathlib import Path

import pytest
from typer.testing import CliRunner

from platformctl.app import app
from rehearsal import run

ROOT = Path(__file__).parents[2]


@pytest.fixture(autouse=True)
def _nothing_starts(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        pytest.fail("something was started for input that cannot work")

    monkeypatch.setattr(run, "ensure", refuse)
    monkeypatch.setattr(run, "ControlPlane", refuse)


def lines(*args: str) -> list[str]:
    result = CliRunner().invoke(app, ["rehearse", "--project", str(ROOT), *args])
    assert result.exit_code == 2
    assert result.stdout == ""
    return result.stderr.splitlines()


def test_an_unknown_scenario_is_one_line_with_the_nearest() -> None:
    (line,) = lines("dev", "--scenario", "spikke")
    assert line.startswith("scenario 'spikke' does not exist. Did you mean spike?")


def test_a_broken_file_is_a_line_for_each_mistake(tmp_path: Path) -> None:
    path = tmp_path / "mine.yaml"
    path.write_text("summary: x\nminutes: ten\nsecunds: 60\nload: {}\n", encoding="utf-8")
    found = lines("dev", "--scenario", str(path))
    assert sorted(line.split(":")[1].strip() for line in found) == ["minutes", "seconds", "secunds"]


def test_a_stack_without_the_trigger_is_one_line(tmp_path: Path) -> None:
    path = tmp_path / "mine.yaml"
    text = "summary: x\nminutes: 10\nseconds: 60\ntrigger: rabbitmq\nload: {points: [{minute: 0, replicas: 1}]}\n"
    path.write_text(text, encoding="utf-8")
    (line,) = lines("dev", "--scenario", str(path))
    assert line.startswith("models[0]: has no rabbitmq trigger, which the scenario needs.")


def test_an_unknown_stack_is_one_line() -> None:
    (line,) = lines("deev", "--scenario", "spike")
    assert line.startswith("stack 'deev' does not exist. Did you mean dev?")
