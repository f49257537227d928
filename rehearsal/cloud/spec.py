"""What the simulated cloud knows of one resource type: a row of its tables."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias

Template: TypeAlias = (
    "str | int | Callable[[Mapping[str, Any]], Any] | Mapping[str, Template] | Sequence[Template] | None"
)
"""A value to render: a string with ``{names}``, a function of the form, or a tree of those."""

Namer: TypeAlias = Callable[[str, Mapping[str, Any]], str]
"""Turns a generated name into the form the type wants; the second argument is its inputs."""


def _plain(name: str, inputs: Mapping[str, Any]) -> str:
    del inputs
    return name


def _no_rows() -> dict[str, Any]:
    return {}


@dataclass(frozen=True, kw_only=True, slots=True)
class ResourceSpec:
    """One resource type.

    ``id``, ``arn`` and ``outputs`` are templates of what AWS decides: unknown in a preview,
    unless an input gives the value. ``defaults`` are known at plan time.
    """

    id: Template
    arn: Template = ""
    outputs: Mapping[str, Template] = field(default_factory=_no_rows)
    defaults: Mapping[str, Any] = field(default_factory=_no_rows)
    renewed: tuple[str, ...] = ()
    """Outputs that every update computes anew."""
    replace_on: tuple[str, ...] = ()
    """Properties, or dotted paths in them, whose change demands a new resource."""
    references: Mapping[str, str] = field(default_factory=_no_rows)
    """Properties that name a resource by something that does not look like an id."""
    unique: tuple[str, ...] = ()
    """Properties whose values together AWS keeps unique."""
    duplicate: str = ""
    missing: str = ""
    """Error codes, where they are not those of the service."""
    named_by: str = ""
    """The property that Pulumi fills in where the program gives no name."""
    namer: Namer = _plain
    name_limit: int = 0
    """Longest name in characters; 0 where nothing is known."""
    documents: Mapping[str, int] = field(default_factory=_no_rows)
    """Properties that hold a policy document, with the limit in characters (no whitespace)."""
    secrets: tuple[str, ...] = ()
    protected_by: str = ""
    """The boolean property that makes AWS refuse a deletion."""
    children: Mapping[str, str] = field(default_factory=_no_rows)
    """Outputs that are ids of resources AWS makes and deletes with this one, and their types."""
    tagged: bool = True
    regional: bool = True
