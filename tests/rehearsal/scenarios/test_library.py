from pathlib import Path

import pytest

from rehearsal.scenarios.library import find, names, read
from settings.errors import SettingsError

GOOD = """
summary: Nothing much.
minutes: 10
seconds: 60
load: { points: [{ minute: 0, replicas: 1 }] }
"""


def problems(tmp_path: Path, text: str) -> list[str]:
    path = tmp_path / "mine.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(SettingsError) as caught:
        read(path)
    return list(caught.value.problems)


@pytest.mark.parametrize("name", names())
def test_every_scenario_of_the_library_is_good_and_expects_something(name: str) -> None:
    scenario = find(name)
    assert scenario.expect != type(scenario.expect)()


def test_a_file_of_the_user_s_own_is_read(tmp_path: Path) -> None:
    path = tmp_path / "mine.yaml"
    path.write_text(GOOD, encoding="utf-8")
    assert find(str(path)).summary == "Nothing much."


def test_an_unknown_name_is_answered_with_the_nearest() -> None:
    with pytest.raises(SettingsError, match=r"scenario 'spikee' does not exist\. Did you mean spike\?"):
        find("spikee")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (GOOD.replace("minutes: 10", "minuts: 10"), "mine.yaml: minuts: unknown key. Did you mean minutes?"),
        (GOOD.replace("minutes: 10", "minutes: 0"), "mine.yaml: minutes: 0 is not above 0"),
        (GOOD.replace("replicas: 1", "replicas: -1"), "mine.yaml: load.points[0].replicas: -1 is below"),
        (GOOD + "trigger: kafka", 'mine.yaml: trigger: "kafka" is not known.'),
        (GOOD.replace("minute: 0", "minute: 11"), "mine.yaml: load.points: minute 11 is after the end (10)."),
        (
            GOOD + "events: [{ minute: 12, kind: rollout }]",
            "mine.yaml: events: minute 12 is after the end (10).",
        ),
        (GOOD.replace("points", "trace: burst, points"), "mine.yaml: load: give either points or a trace."),
        ("summary: [", "is not YAML"),
        ("- 1", "is not a mapping"),
    ],
)
def test_a_broken_file_is_one_line(tmp_path: Path, text: str, expected: str) -> None:
    found = problems(tmp_path, text)
    assert any(expected in line for line in found)
    assert not any("\n" in line for line in found)


def test_an_unknown_trace_is_answered_with_the_known_ones(tmp_path: Path) -> None:
    text = GOOD.replace("points: [{ minute: 0, replicas: 1 }]", "trace: burstgpt, peakReplicas: 3")
    (line,) = problems(tmp_path, text)
    assert line.startswith("mine.yaml: load.trace: burstgpt is not known. Did you mean burstgpt-weekday?")


def test_a_missing_file_is_one_line() -> None:
    with pytest.raises(SettingsError, match="cannot be read"):
        find("nowhere/mine.yaml")
