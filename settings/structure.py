"""Which settings model stands where: looks places up in the models themselves."""

from collections.abc import Mapping, Sequence
from types import UnionType
from typing import Annotated, Any, Union, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo

_TAG = "type"
"""The key that tells the kinds of a list's entries apart."""


def find(
    root: type[BaseModel], location: Sequence[int | str]
) -> tuple[type[BaseModel] | None, FieldInfo | None, list[int | str]]:
    """Return the settings model that `location` leads to, the field that holds it, and the place in the file.

    Pydantic puts an entry's kind into its location (`triggers`, 0, `cron`, `start`); the file has none there.
    """
    kinds: tuple[type[BaseModel], ...] = (root,)
    field: FieldInfo | None = None
    place: list[int | str] = []
    for part in location:
        if isinstance(part, str) and len(kinds) > 1:
            kinds = tuple(kind for kind in kinds if part == tag_of(kind))
            continue
        place.append(part)
        if isinstance(part, int):
            continue
        found = fields_of(kinds[0] if kinds else None).get(part)
        field, kinds = (found, models_in(found.annotation)) if found is not None else (field, ())
    return kinds[0] if len(kinds) == 1 else None, field, place


def fields_of(section: type[BaseModel] | None) -> Mapping[str, FieldInfo]:
    """Return a section's fields by their keys in YAML."""
    fields = section.model_fields.items() if section else ()
    return {field.alias or name: field for name, field in fields}


def models_in(annotation: Any) -> tuple[type[BaseModel], ...]:
    """Return the settings models inside `X`, `X | Y`, `tuple[X, ...]` and mixtures of these."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return (annotation,)
    origin, args = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        return models_in(args[0])
    if origin in (tuple, Union, UnionType):
        return tuple(found for arg in args for found in models_in(arg))
    return ()


def tag_of(kind: type[BaseModel]) -> str | None:
    """Return the one word that a kind of entry has under `type`, or None for a model that is no such kind."""
    field = kind.model_fields.get(_TAG)
    words = get_args(field.annotation) if field else ()
    return str(words[0]) if words else None
