"""Reads the options of `vllm serve` out of vLLM's sources, without importing them or torch.

Options are added in three ways: from a field of a configuration class, from every field of the frontend's
classes, and with arguments of their own.
"""

import ast
from collections.abc import Iterator, Mapping
from dataclasses import replace
from zipfile import ZipFile

from catalog.engine_flags import Flag, Takes
from catalog.engine_flags.annotations import Names, fields_of, flag_for, names_of

_ENGINE = "vllm/engine/arg_utils.py"
_FRONTEND = "vllm/entrypoints/common/cli_args.py"
_CONFIGS = "vllm/config/"
_FRONTEND_CLASS = "FrontendArgs"


def vllm_flags(wheel: ZipFile) -> dict[str, Flag]:
    """Return every long option of `vllm serve` by name. Raises KeyError where a source is not in the wheel."""
    configs = [name for name in wheel.namelist() if name.startswith(_CONFIGS) and name.endswith(".py")]
    engine, frontend = (ast.parse(wheel.read(name)) for name in (_ENGINE, _FRONTEND))
    names = names_of([*(ast.parse(wheel.read(name)) for name in sorted(configs)), engine, frontend])
    found = dict(_frontend(names))
    for tree in (frontend, engine):
        found.update(_added(tree, names))
    return dict(sorted(found.items()))


def _frontend(names: Names) -> Iterator[tuple[str, Flag]]:
    """Return an option for each field of the frontend's class, as `_customize_cli_kwargs` leaves it."""
    changes = "\n".join(ast.unparse(names.classes[base]) for base in ("BaseFrontendArgs", _FRONTEND_CLASS))
    for field, annotation in fields_of(_FRONTEND_CLASS, names).items():
        flag = flag_for(annotation, names)
        if f"del frontend_kwargs['{field}']['nargs']" in changes:
            repeats = f"frontend_kwargs['{field}']['action'] = 'append'" in changes
            flag = Flag(takes=Takes.ONE, repeats=repeats)
        yield from _named(field.replace("_", "-"), flag)


def _added(tree: ast.Module, names: Names) -> Iterator[tuple[str, Flag]]:
    """Return the options of every `add_argument` call in a module."""
    tables = dict(_tables(tree))
    for call in (node for node in ast.walk(tree) if isinstance(node, ast.Call)):
        if not (isinstance(call.func, ast.Attribute) and call.func.attr == "add_argument"):
            continue
        options = [part.value for part in call.args if isinstance(part, ast.Constant)]
        for option in (str(option) for option in options if str(option).startswith("--")):
            yield from _named(option.removeprefix("--"), _flag(call, tables, names))


def _tables(tree: ast.Module) -> Iterator[tuple[str, str]]:
    """Return which class each `x_kwargs = get_kwargs(Class)` reads."""
    for line in (node for node in ast.walk(tree) if isinstance(node, ast.Assign)):
        value = line.value
        if isinstance(value, ast.Call) and ast.unparse(value.func) == "get_kwargs":
            yield ast.unparse(line.targets[0]), ast.unparse(value.args[0])


def _flag(call: ast.Call, tables: Mapping[str, str], names: Names) -> Flag:
    own, field = _words(call)
    deprecated = any(
        "deprecat" in ast.unparse(own[word]).lower() for word in ("action", "help") if word in own
    )
    deprecated = deprecated or "deprecated" in own
    if field is not None:
        of_field = flag_for(
            fields_of(tables[ast.unparse(field.value)], names)[ast.literal_eval(field.slice)], names
        )
        return replace(of_field, deprecated=deprecated)
    action = ast.unparse(own["action"]) if "action" in own else ""
    if "BooleanOptionalAction" in action:
        return Flag(takes=Takes.NOTHING, kind="bool", deprecated=deprecated)
    if "store_" in action:
        return Flag(takes=Takes.NOTHING, deprecated=deprecated)
    kind = ast.unparse(own["type"]) if "type" in own else ""
    choices = own.get("choices")
    listed = tuple(ast.literal_eval(choices)) if isinstance(choices, ast.List) else ()
    kind = kind if kind in ("int", "float") else ""
    return Flag(takes=Takes.ONE, kind=kind, choices=listed, deprecated=deprecated)


def _words(call: ast.Call) -> tuple[dict[str, ast.expr], ast.Subscript | None]:
    """Return a call's own keywords, and the `x_kwargs[field]` that it adds them to."""
    own = {word.arg: word.value for word in call.keywords if word.arg}
    spread = next((word.value for word in call.keywords if word.arg is None), None)
    if isinstance(spread, ast.Dict):
        pairs = list(zip(spread.keys, spread.values, strict=True))
        own.update({ast.literal_eval(key): value for key, value in pairs if key is not None})
        spread = next((value for key, value in pairs if key is None), None)
    return own, spread if isinstance(spread, ast.Subscript) else None


def _named(option: str, flag: Flag) -> Iterator[tuple[str, Flag]]:
    """Return an option, and its opposites where it is a switch."""
    yield f"--{option}", flag
    if flag.kind != "bool":
        return
    yield f"--no-{option}", flag
    for word, opposite in (("enable-", "disable-"), ("disable-", "enable-")):
        if option.startswith(word):
            yield f"--{opposite}{option.removeprefix(word)}", flag
