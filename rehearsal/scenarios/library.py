"""Finds and reads scenarios: those of the library, or a file of the user's own."""

import json
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from catalog.load_traces import LOAD_TRACES
from rehearsal.scenarios.model import Scenario
from settings.errors import SettingsError, one_of
from settings.problems import explain
from settings.yaml_text import YamlError, parse

_LIBRARY = Path(__file__).parents[2] / "scenarios"
_FILE_ENDING = ".yaml"


def names() -> list[str]:
    """Return the names of the library's scenarios, sorted."""
    return sorted(path.stem for path in _LIBRARY.glob(f"*{_FILE_ENDING}"))


def find(name: str) -> Scenario:
    """Return a scenario by its name in the library, or by the path of a YAML file.

    Raises `SettingsError` with one line for each thing that is wrong.
    """
    if name.endswith(_FILE_ENDING):
        return read(Path(name))
    if name not in names():
        raise SettingsError(
            [f"scenario {name!r} does not exist. {one_of(name, names())} Or give a file's path."]
        )
    return read(_LIBRARY / f"{name}{_FILE_ENDING}")


def read(path: Path) -> Scenario:
    """Read one scenario file; raise `SettingsError` with every problem at once."""
    try:
        content: Any = parse(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise SettingsError([f"{path}: cannot be read: {error.strerror}. Give a scenario's file."]) from None
    except (UnicodeDecodeError, YamlError) as error:
        raise SettingsError([f"{path}: is not YAML: {error}. Fix the file."]) from None
    if not isinstance(content, dict):
        raise SettingsError([f"{path}: is not a mapping of keys to values. See docs/scenarios.md."])
    try:
        scenario = Scenario.model_validate_json(json.dumps(content, default=str))
    except ValidationError as error:
        lines = explain(error, Scenario)
        raise SettingsError(
            f"{path.name}: {line.replace('docs/configuration.md', 'docs/scenarios.md')}" for line in lines
        ) from None
    if problems := _problems(scenario):
        raise SettingsError(f"{path.name}: {problem}" for problem in problems)
    return scenario


def _problems(scenario: Scenario) -> list[str]:
    """What is wrong across the keys of a scenario whose fields are each valid."""
    load = scenario.load
    problems: list[str] = []
    if bool(load.points) == bool(load.trace):
        problems.append("load: give either points or a trace. Remove one of them, or add one.")
    if load.trace is not None and load.trace not in LOAD_TRACES:
        problems.append(f"load.trace: {load.trace} is not known. {one_of(load.trace, LOAD_TRACES)}")
    if (load.trace is None) != (load.peak_replicas is None):
        problems.append("load.peakReplicas: belongs to a trace, and a trace needs it. Add it, or remove it.")
    moments = [("load.points", point.minute) for point in load.points]
    moments += [("events", event.minute) for event in scenario.events]
    for path, minute in moments:
        if minute > scenario.minutes:
            fix = "Lower it, or raise minutes."
            problems.append(f"{path}: minute {minute:g} is after the end ({scenario.minutes:g}). {fix}")
    return problems
