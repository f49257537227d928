"""What vLLM makes of a configuration field's type, as far as its text shows: vLLM is not imported.

The order of the questions is that of `_compute_kwargs` in vLLM's engine/arg_utils.py.
"""

import ast
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from catalog.engine_flags import Flag, Takes

_COLLECTIONS = ("tuple", "list", "set")


@dataclass(frozen=True, kw_only=True)
class Names:
    """What is defined in vLLM's sources: classes, and names that stand for a type."""

    classes: Mapping[str, ast.ClassDef]
    aliases: Mapping[str, ast.expr]


def names_of(trees: Iterable[ast.Module]) -> Names:
    """Return the top-level names of some modules; a name that two define is the last one's."""
    classes: dict[str, ast.ClassDef] = {}
    aliases: dict[str, ast.expr] = {}
    for line in (line for tree in trees for line in tree.body):
        if isinstance(line, ast.ClassDef):
            classes[line.name] = line
        elif isinstance(line, ast.Assign) and isinstance(line.targets[0], ast.Name):
            aliases[line.targets[0].id] = line.value
    return Names(classes=classes, aliases=aliases)


def fields_of(name: str, names: Names) -> dict[str, ast.expr]:
    """Return the annotations of a configuration class, those it inherits first."""
    found: dict[str, ast.expr] = {}
    for base in names.classes[name].bases:
        if isinstance(base, ast.Name) and base.id in names.classes:
            found.update(fields_of(base.id, names))
    lines = [line for line in names.classes[name].body if isinstance(line, ast.AnnAssign)]
    found.update({line.target.id: line.annotation for line in lines if isinstance(line.target, ast.Name)})
    return found


def flag_for(annotation: ast.expr, names: Names) -> Flag:
    """Return the option that vLLM makes of a field with this type."""
    parts = list(_parts(annotation, names))
    kinds = {_name(part) for part in parts}
    if any(_is_dataclass(kind, names) for kind in kinds):
        return Flag(takes=Takes.ONE)
    if kinds == {"bool", "str", "None"}:
        return Flag(takes=Takes.OPTIONAL)
    if "bool" in kinds:
        return Flag(takes=Takes.NOTHING, kind="bool")
    literal = next(
        (part for part in parts if isinstance(part, ast.Subscript) and _name(part) == "Literal"), None
    )
    if literal is not None:
        return _chosen(literal, names, open_ended="str" in kinds)
    if kinds.intersection(_COLLECTIONS):
        return Flag(takes=Takes.MANY)
    return Flag(takes=Takes.ONE, kind=next((kind for kind in ("int", "float") if kind in kinds), ""))


def _parts(annotation: ast.expr, names: Names) -> Iterator[ast.expr]:
    """Take unions, `Annotated`, aliases and quoted types apart."""
    if isinstance(annotation, ast.BinOp):
        yield from _parts(annotation.left, names)
        yield from _parts(annotation.right, names)
    elif isinstance(annotation, ast.Constant) and isinstance(annotation.value, str):
        yield from _parts(ast.parse(annotation.value, mode="eval").body, names)
    elif isinstance(annotation, ast.Name) and annotation.id in names.aliases:
        yield from _parts(names.aliases[annotation.id], names)
    elif isinstance(annotation, ast.Subscript) and _name(annotation) == "Annotated":
        yield from _parts(_elements(annotation)[0], names)
    else:
        yield annotation


def _name(part: ast.expr) -> str:
    if isinstance(part, ast.Subscript):
        return _name(part.value)
    return "None" if isinstance(part, ast.Constant) else ast.unparse(part)


def _elements(part: ast.Subscript) -> list[ast.expr]:
    return part.slice.elts if isinstance(part.slice, ast.Tuple) else [part.slice]


def _is_dataclass(name: str, names: Names) -> bool:
    found = names.classes.get(name)
    return found is not None and any("config" in ast.unparse(line) for line in found.decorator_list)


def _chosen(literal: ast.Subscript, names: Names, *, open_ended: bool) -> Flag:
    """Return an option with choices; with `str` beside them they are only suggestions."""
    values = list(_values(literal, names))
    kind = "int" if values and all(isinstance(value, int) for value in values) else ""
    return Flag(takes=Takes.ONE, kind=kind, choices=() if open_ended else tuple(sorted(map(str, values))))


def _values(literal: ast.Subscript, names: Names) -> Iterator[object]:
    """Return what a `Literal` lists, also by the names of other ones."""
    for value in _elements(literal):
        other = names.aliases[value.id] if isinstance(value, ast.Name) else None
        if isinstance(other, ast.Subscript):
            yield from _values(other, names)
        else:
            yield ast.literal_eval(value)
