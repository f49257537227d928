"""Turns pydantic's errors into lines a user can act on: setting, value, limit, fix."""

from collections.abc import Mapping, Sequence
from types import UnionType
from typing import Any, Union, get_args, get_origin

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from settings.errors import SettingsError, one_of

_LONGEST_VALUE = 60


def explain(error: ValidationError, root: type[BaseModel]) -> SettingsError:
    """Return a `SettingsError` with one line for each of pydantic's errors."""
    return SettingsError(_line(detail, root) for detail in error.errors())


def path_text(location: Sequence[int | str]) -> str:
    """Write a location as the user would: `models[0].gpu.count`."""
    text = ""
    for part in location:
        text += f"[{part}]" if isinstance(part, int) else f".{part}"
    return text.removeprefix(".")


def _line(detail: ErrorDetails, root: type[BaseModel]) -> str:
    """One error as one line."""
    location = detail["loc"]
    path = path_text(location)
    if detail["type"] == "extra_forbidden":
        known = [field.alias or name for name, field in _section_at(root, location[:-1]).model_fields.items()]
        return f"{path}: unknown key. {one_of(str(location[-1]), known)}"
    meaning = _meaning(root, location)
    if detail["type"] == "missing":
        return f"{path}: is missing. Set it: {meaning}"
    if detail["type"] == "enum":
        expected = str(detail.get("ctx", {}).get("expected", "")).replace("'", "").replace(" or ", ", ")
        return f"{path}: {_shown(detail['input'])} is not known. {one_of(str(detail['input']), expected.split(', '))}"
    return f"{path}: {_shown(detail['input'])}: {_said(detail)}. Expected: {meaning}"


def _said(detail: ErrorDetails) -> str:
    """Pydantic's words, made to fit in the middle of a line."""
    message = detail["msg"].removeprefix("Input ").rstrip(".")
    return message[0].lower() + message[1:]


def _shown(value: Any) -> str:
    """The value as it stood in the file, cut when long."""
    text = f'"{value}"' if isinstance(value, str) else str(value)
    return text if len(text) <= _LONGEST_VALUE else text[: _LONGEST_VALUE - 3] + "..."


def _meaning(root: type[BaseModel], location: Sequence[int | str]) -> str:
    """The first line of the docstring of the field that `location` points at."""
    names = [part for part in location if isinstance(part, str)]
    section = _section_at(root, names[:-1])
    for name, field in section.model_fields.items():
        if names and names[-1] in (name, field.alias):
            return (field.description or "").strip().splitlines()[0]
    return "see docs/configuration.md."


def _section_at(root: type[BaseModel], location: Sequence[int | str]) -> type[BaseModel]:
    """The settings model that holds the keys at `location`."""
    section = root
    for part in location:
        fields: Mapping[str, Any] = {f.alias or n: f for n, f in section.model_fields.items()}
        if part in fields:
            section = _model_in(fields[str(part)].annotation) or section
    return section


def _model_in(annotation: Any) -> type[BaseModel] | None:
    """The settings model inside `X`, `X | None` or `tuple[X, ...]`."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    if get_origin(annotation) in (tuple, Union, UnionType):
        return next((found for arg in get_args(annotation) if (found := _model_in(arg))), None)
    return None
