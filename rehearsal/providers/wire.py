"""Between the engine's protobuf Structs and plain Python trees.

The signatures and the unknown string are constants of Pulumi's own wire format
(``pulumi.runtime.rpc`` holds the same values, but offers no public name for them all).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from google.protobuf import struct_pb2

UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"
"""Stands for a value that is not known before the update runs."""

# The engine writes an unknown of a known type with a string of its own; all mean the same here.
_TYPED_UNKNOWNS = frozenset(
    {
        "1c4a061d-8072-4f0a-a4cb-0ff528b18fe7",  # bool
        "3eeb2bf0-c639-47a8-9e75-3b44932eb421",  # number
        "6a19a0b0-7e62-4c92-b797-7f8e31da9cc2",  # array
        "dd056dcd-154b-4c76-9bd3-c8f88648b5ff",  # object
    }
)

_SIGNATURE_KEY = "4dabf18193072939515e22adb298388d"
_SECRET_SIGNATURE = "1b47061264138c4ac30d75fd1eb44270"  # noqa: S105 - a type tag of the wire format
_EXACT_INTEGER = 2**53


@dataclass(frozen=True, slots=True)
class Secret:
    """Marks ``value``, anywhere in a tree of outputs, as secret; its repr hides it."""

    value: Any

    def __repr__(self) -> str:
        return "Secret(...)"


def is_unknown(value: Any) -> bool:
    """Tell whether ``value`` itself is the unknown."""
    return isinstance(value, str) and value == UNKNOWN


def contains_unknown(tree: Any) -> bool:
    """Tell whether ``tree`` is, or holds anywhere, an unknown."""
    if isinstance(tree, Mapping):
        return any(contains_unknown(value) for value in tree.values())
    if isinstance(tree, list | tuple):
        return any(contains_unknown(value) for value in tree)
    if isinstance(tree, Secret):
        return contains_unknown(tree.value)
    return is_unknown(tree)


def reveal(tree: Any) -> Any:
    """Return ``tree`` with every Secret replaced by what it holds."""
    if isinstance(tree, Secret):
        return reveal(tree.value)
    if isinstance(tree, Mapping):
        return {key: reveal(value) for key, value in tree.items()}
    if isinstance(tree, list | tuple):
        return [reveal(value) for value in tree]
    return tree


def from_struct(struct: struct_pb2.Struct) -> dict[str, Any]:
    """Return the Struct as plain Python; secrets are unwrapped, integral numbers are ints."""
    return {key: from_value(value) for key, value in struct.fields.items()}


def from_value(value: struct_pb2.Value) -> Any:
    """Return one protobuf Value as plain Python."""
    match value.WhichOneof("kind"):
        case "string_value":
            return UNKNOWN if value.string_value in _TYPED_UNKNOWNS else value.string_value
        case "bool_value":
            return value.bool_value
        case "number_value":
            return _number(value.number_value)
        case "struct_value":
            return _tree(value.struct_value)
        case "list_value":
            return [from_value(item) for item in value.list_value.values]
        case _:
            return None


def _number(number: float) -> int | float:
    return int(number) if number.is_integer() and abs(number) <= _EXACT_INTEGER else number


def _tree(struct: struct_pb2.Struct) -> Any:
    fields = struct.fields
    if _SIGNATURE_KEY in fields and fields[_SIGNATURE_KEY].string_value == _SECRET_SIGNATURE:
        return from_value(fields["value"])
    return from_struct(struct)


def to_struct(tree: Mapping[str, Any]) -> struct_pb2.Struct:
    """Return a Struct of ``tree``; each Secret becomes the engine's secret wrapper.

    Raises TypeError for a value that JSON does not know.
    """
    struct = struct_pb2.Struct()
    for key, value in tree.items():
        _fill(struct.fields[str(key)], value)
    return struct


def _fill(target: struct_pb2.Value, value: Any) -> None:
    if value is None:
        target.null_value = struct_pb2.NULL_VALUE
    elif isinstance(value, bool):  # before int: a bool is an int
        target.bool_value = value
    elif isinstance(value, int | float):
        target.number_value = value
    elif isinstance(value, str):
        target.string_value = value
    elif isinstance(value, Secret):
        target.struct_value.CopyFrom(
            to_struct({_SIGNATURE_KEY: _SECRET_SIGNATURE, "value": reveal(value.value)})
        )
    elif isinstance(value, Mapping):
        target.struct_value.CopyFrom(to_struct(value))
    elif isinstance(value, list | tuple):
        target.list_value.SetInParent()
        for item in value:
            _fill(target.list_value.values.add(), item)
    else:
        raise TypeError(f"a property cannot hold a {type(value).__name__}")
