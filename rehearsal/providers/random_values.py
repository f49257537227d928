"""How the values of pulumi-random's resources are drawn, with Python's ``secrets``."""

import base64
import secrets
import string
import uuid
from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

from rehearsal.providers.base import Properties
from rehearsal.providers.words import ADJECTIVES, ADVERBS, NAMES

_SPECIAL = "!@#$%&*()-_=+[]{}<>:?"
# Property that allows a class of characters, property with its least count, the class.
_CLASSES = (
    ("lower", "minLower", string.ascii_lowercase),
    ("upper", "minUpper", string.ascii_uppercase),
    ("numeric", "minNumeric", string.digits),
    ("special", "minSpecial", _SPECIAL),
)
CHARACTER_DEFAULTS: Mapping[str, Any] = {
    **{allowed: True for allowed, _, _ in _CLASSES},
    **{least: 0 for _, least, _ in _CLASSES},
    "number": True,
}
# What pulumi-random gives as the id of what must not be read from an id.
_NO_ID = "none"


def _characters(inputs: Mapping[str, Any]) -> str:
    """Draw the least counts of each class, fill up from all of them, and shuffle."""
    classes = _allowed(inputs)
    drawn = [secrets.choice(characters) for characters, least in classes for _ in range(least)]
    every = "".join(characters for characters, _ in classes)
    drawn += [secrets.choice(every) for _ in range(int(inputs["length"]) - len(drawn))]
    secrets.SystemRandom().shuffle(drawn)
    return "".join(drawn)


def _allowed(inputs: Mapping[str, Any]) -> list[tuple[str, int]]:
    """Return the characters of each class that is allowed, and how many of it there must be."""
    chosen = {**CHARACTER_DEFAULTS, **inputs}
    if "numeric" not in inputs:
        # `number` is the older name of `numeric`.
        chosen["numeric"] = chosen["number"]
    classes: list[tuple[str, int]] = []
    for allowed, least, plain in _CLASSES:
        characters = inputs.get("overrideSpecial") or plain if allowed == "special" else plain
        if chosen[allowed]:
            classes.append((characters, int(chosen[least])))
    return classes


def _password(inputs: Mapping[str, Any]) -> tuple[str, Properties]:
    return _NO_ID, {"result": _characters(inputs)}


def _string(inputs: Mapping[str, Any]) -> tuple[str, Properties]:
    result = _characters(inputs)
    return result, {"result": result}


def _id(inputs: Mapping[str, Any]) -> tuple[str, Properties]:
    data, prefix = secrets.token_bytes(int(inputs["byteLength"])), inputs.get("prefix") or ""
    url = base64.urlsafe_b64encode(data).decode().rstrip("=")
    forms = {
        "b64Std": base64.b64encode(data).decode(),
        "b64Url": url,
        "dec": str(int.from_bytes(data)),
        "hex": data.hex(),
    }
    return url, {name: prefix + text for name, text in forms.items()}


def _pet(inputs: Mapping[str, Any]) -> tuple[str, Properties]:
    count = int(inputs.get("length") or 2)
    words = [secrets.choice(ADVERBS) for _ in range(count - 2)]
    words += [secrets.choice(ADJECTIVES)] if count > 1 else []
    words.append(secrets.choice(NAMES))
    prefix = [inputs["prefix"]] if inputs.get("prefix") else []
    separator = "-" if inputs.get("separator") is None else inputs["separator"]
    return separator.join(prefix + words), {"length": count, "separator": separator}


def _uuid(inputs: Mapping[str, Any]) -> tuple[str, Properties]:
    del inputs
    result = str(uuid.UUID(bytes=secrets.token_bytes(16), version=4))
    return result, {"result": result}


def _integer(inputs: Mapping[str, Any]) -> tuple[str, Properties]:
    least, most = int(inputs["min"]), int(inputs["max"])
    result = least + secrets.randbelow(most - least + 1)
    return str(result), {"result": result}


def _bytes(inputs: Mapping[str, Any]) -> tuple[str, Properties]:
    data = secrets.token_bytes(int(inputs["length"]))
    return _NO_ID, {"base64": base64.b64encode(data).decode(), "hex": data.hex()}


Maker: TypeAlias = Callable[[Mapping[str, Any]], tuple[str, Properties]]
"""Draws a resource of one type: its id, and the outputs that are not inputs."""

PASSWORD = "random:index/randomPassword:RandomPassword"  # noqa: S105 - a resource type
STRING = "random:index/randomString:RandomString"
_INTEGER = "random:index/randomInteger:RandomInteger"
_BYTES = "random:index/randomBytes:RandomBytes"
_ID = "random:index/randomId:RandomId"
_PET = "random:index/randomPet:RandomPet"

MAKERS: Mapping[str, tuple[Maker, tuple[str, ...]]] = {
    # Each with the outputs that a preview does not know.
    PASSWORD: (_password, ("result",)),
    STRING: (_string, ("result",)),
    _ID: (_id, ("b64Std", "b64Url", "dec", "hex")),
    _PET: (_pet, ()),
    "random:index/randomUuid:RandomUuid": (_uuid, ("result",)),
    _INTEGER: (_integer, ("result",)),
    _BYTES: (_bytes, ("base64", "hex")),
}
SECRET_OUTPUTS: Mapping[str, tuple[str, ...]] = {PASSWORD: ("result",), _BYTES: ("base64", "hex")}
_LENGTHS = {PASSWORD: "length", STRING: "length", _BYTES: "length", _ID: "byteLength"}


def failures(kind: str, inputs: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Return property and reason for lengths and ranges that cannot be met."""
    name = _LENGTHS.get(kind)
    if name and int(inputs.get(name) or 0) < 1:
        return [(name, f"must be at least 1, got {inputs.get(name)}")]
    if kind == _PET and int(inputs.get("length") or 2) < 1:
        return [("length", f"must be at least 1, got {inputs['length']}")]
    if kind in (PASSWORD, STRING):
        return _character_failures(inputs)
    if kind == _INTEGER and inputs.get("seed"):
        return [("seed", "a seeded number would differ from the official provider's; the rehearsal has none")]
    if kind == _INTEGER and int(inputs["min"]) > int(inputs["max"]):
        return [("min", f"{inputs['min']} is above max {inputs['max']}")]
    return []


def _character_failures(inputs: Mapping[str, Any]) -> list[tuple[str, str]]:
    classes, length = _allowed(inputs), int(inputs["length"])
    least = sum(count for _, count in classes)
    if not classes:
        return [("length", "no class of characters is allowed")]
    if least > length:
        return [("length", f"{length} is less than the {least} characters that the least counts ask for")]
    return []
