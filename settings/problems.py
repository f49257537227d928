"""Turns pydantic's errors into lines a user can act on: setting, value, limit, fix."""

import json
import re
from collections.abc import Collection, Sequence
from typing import Any

from pydantic import BaseModel, ValidationError
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails

from settings.errors import one_of
from settings.patterns import WORDS
from settings.structure import fields_of, find, models_in, tag_of

SECURE = "secure"
"""The one key of an encrypted value in a stack file."""

_LONGEST_VALUE = 60
_PLAIN_KEY = re.compile(r"\w[\w.:/@+-]*")

# What one may well look for, and why it is not there.
_REFUSED_KINDS = {
    "http": "needs KEDA's HTTP add-on, a beta that is not installed here. Use rabbitmq or cron: docs/autoscaling.md.",
}
_WRONG_KINDS = ("union_tag_invalid", "union_tag_not_found")
# Pydantic's kinds of error in words that follow the value; braces take pydantic's own limits.
_LIMITS = {
    "string_type": "is not text",
    "string_too_long": "is longer than {max_length} characters",
    "string_too_short": "is shorter than {min_length} characters",
    "int_type": "is not a whole number",
    "int_from_float": "is not a whole number",
    "float_type": "is not a number",
    "finite_number": "is not a finite number",
    "bool_type": "is neither true nor false",
    "model_type": "is not a mapping of keys to values",
    "dict_type": "is not a mapping of keys to values",
    "tuple_type": "is not a list",
    "too_short": "has {actual_length} entries; the fewest are {min_length}",
    "too_long": "has {actual_length} entries; the most are {max_length}",
    "greater_than": "is not above {gt:g}",
    "greater_than_equal": "is below the least, {ge}",
    "less_than": "is not below {lt}",
    "less_than_equal": "is above the most, {le}",
}


def explain(
    error: ValidationError,
    root: type[BaseModel],
    *,
    skip: Collection[str] = (),
    known_too: Collection[str] = (),
) -> list[str]:
    """Return one line for each of pydantic's errors.

    Sections named in `skip` are left out; `known_too` are keys beside the root's own fields.
    """
    details = (detail for detail in error.errors(include_url=False) if not _echo(detail))
    return [
        _line(detail, root, known_too) for detail in details if detail["loc"][:1] not in {(s,) for s in skip}
    ]


def path_text(location: Sequence[int | str]) -> str:
    """Write a location as the user would: `models[0].gpu.count`; a key that is no word stands in quotes."""
    text = ""
    for part in location:
        if isinstance(part, int):
            text += f"[{part}]"
        else:
            text += f".{part if _PLAIN_KEY.fullmatch(part) else json.dumps(part)}"
    return text.removeprefix(".")


def _echo(detail: ErrorDetails) -> bool:
    """Whether a list is called short only because its wrong entries, reported by themselves, do not count."""
    given = detail["input"]
    short = detail["type"] == "too_short" and isinstance(given, list)
    return short and len(given) >= detail.get("ctx", {}).get("min_length", 0)


def _line(detail: ErrorDetails, root: type[BaseModel], known_too: Collection[str]) -> str:
    """One error as one line."""
    location, given = detail["loc"], detail["input"]
    _, field, place = find(root, location)
    path = path_text(place)
    if detail["type"] == "json_invalid":
        return "config: lists or mappings stand too deep in one another. See docs/configuration.md."
    if detail["type"] == "extra_forbidden":
        holder, _, _ = find(root, location[:-1])
        known = [*fields_of(holder), *(known_too if len(location) == 1 else ())]
        return f"{path}: unknown key. {one_of(str(location[-1]), known)}"
    if detail["type"] in _WRONG_KINDS:
        return _kind(path, given, field)
    meaning = (field.description if field else None) or "see docs/configuration.md."
    if detail["type"] == "missing":
        return f"{path}: is missing. Set it: {meaning}"
    if isinstance(given, dict) and set(given) == {SECURE}:
        return f"{path}: is encrypted, and only secrets may be. Set it without --secret: {meaning}"
    return f"{path}: {_shown(given)} {_rest(detail, meaning)}"


def _rest(detail: ErrorDetails, meaning: str) -> str:
    """What is wrong with a value, after the value."""
    if detail["type"] == "enum":
        known = str(detail.get("ctx", {}).get("expected", "")).replace("'", "").replace(" or ", ", ")
        return f"is not known. {one_of(str(detail['input']), known.split(', '))}"
    return f"{_limit(detail)}. {_fix(detail)}Expected: {meaning}"


def _kind(path: str, given: Any, field: FieldInfo | None) -> str:
    """An entry of a list that does not say of which kind it is, or names none that there is."""
    kinds = [tag_of(model) for model in models_in(field.annotation if field else None)]
    known = [kind for kind in kinds if kind is not None]
    if not isinstance(given, dict) or "type" not in given:
        return f"{path}.type: is missing. Set it to one of {', '.join(known)}."
    why = _REFUSED_KINDS.get(str(given["type"]), f"is not known. {one_of(str(given['type']), known)}")
    return f"{path}.type: {_shown(given['type'])} {why}"


def _limit(detail: ErrorDetails) -> str:
    """What the value is not, in words that follow it."""
    kind, context = detail["type"], detail.get("ctx", {})
    if kind == "string_pattern_mismatch" and context["pattern"] in WORDS:
        return f"is not {WORDS[context['pattern']]}"
    if kind in _LIMITS:
        return _LIMITS[kind].format(**context)
    return f"is refused ({detail['msg']})"


def _fix(detail: ErrorDetails) -> str:
    """How to write the value, where quotes are all that is wrong with it."""
    kind, given = detail["type"], detail["input"]
    if kind == "string_type" and isinstance(given, (bool, int, float)):
        return "Put it in quotes. "
    if kind in ("int_type", "float_type", "bool_type") and isinstance(given, str):
        return "Write it without quotes. " if _is_scalar(given) else ""
    return ""


def _is_scalar(text: str) -> bool:
    """Whether a text is a number, true or false with quotes around it."""
    try:
        return isinstance(json.loads(text), (bool, int, float))
    except ValueError:
        return False


def _shown(value: Any) -> str:
    """The value as it stood in the file, cut when long; a list or mapping only by its kind."""
    if isinstance(value, dict):
        return "a mapping"
    if isinstance(value, list):
        return "the list"
    if value is None:
        return "an empty value"
    text = f'"{value}"' if isinstance(value, str) else json.dumps(value, default=str)
    return text if len(text) <= _LONGEST_VALUE else text[: _LONGEST_VALUE - 3] + "..."
