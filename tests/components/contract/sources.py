"""Reads the components' sources for what a recorded graph cannot show."""

import ast
import inspect
import re
import textwrap
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import ModuleType
from typing import Any

import pulumi

from tests.components.contract.classes import Component, own_bases

# What would make a component differ from stack to stack by itself.
_AMBIENT = frozenset(
    {"Config", "get_stack", "get_project", "get_organization", "StackReference", "environ", "getenv"}
)


def output_docs(cls: Component) -> dict[str, str]:
    """Return the text under each typed output of the class and its bases; empty where there is none."""
    docs: dict[str, str] = {}
    for base in own_bases(cls):
        (tree,) = ast.parse(textwrap.dedent(inspect.getsource(base))).body
        assert isinstance(tree, ast.ClassDef)
        docs.update(_texts_under(tree))
    return docs


def _texts_under(tree: ast.ClassDef) -> Iterator[tuple[str, str]]:
    for line, below in zip(tree.body, [*tree.body[1:], None], strict=True):
        if isinstance(line, ast.AnnAssign) and ast.unparse(line.annotation).startswith("pulumi.Output["):
            yield ast.unparse(line.target), _text(below)


def _text(line: ast.stmt | None) -> str:
    if isinstance(line, ast.Expr) and isinstance(line.value, ast.Constant):
        return str(line.value.value)
    return ""


def example_code(cls: Component) -> ast.Module:
    """Return the example in the class docstring. Raises AssertionError without one, SyntaxError for a bad one."""
    text = inspect.cleandoc(cls.__doc__ or "")
    start = re.search(rf"^ *(\w+ = )?{cls.__name__}\(", text, re.MULTILINE)
    assert start, f"{cls.__name__} has no example in its docstring"
    # An ellipsis stands for arguments that the example leaves out.
    return ast.parse(textwrap.dedent(text[start.start() :].replace("...", "**others")))


def ambient_reads(tree: ast.AST) -> list[str]:
    """Return where code reads the stack's configuration, its name, or the environment."""
    names = [*_named(tree)]
    return sorted({name for name in names if name in _AMBIENT})


def _named(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute):
            yield node.attr
        elif isinstance(node, ast.Name):
            yield node.id
        elif isinstance(node, ast.ImportFrom):
            yield from (alias.name for alias in node.names)


def resources_made_late(tree: ast.AST, module: Mapping[str, Any]) -> list[str]:
    """Return the calls inside callbacks of `.apply` that make resources.

    Such a call names a resource class, or passes `opts`. A callback is a lambda, or a function of the module.
    """
    functions = {node.name: node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}
    late = [call for body in _callbacks(tree, functions) for call in _calls(body) if _makes(call, module)]
    return [ast.unparse(call.func) for call in late]


def _callbacks(tree: ast.AST, functions: Mapping[str, ast.FunctionDef]) -> Iterator[ast.AST]:
    for call in _calls(tree):
        if not (isinstance(call.func, ast.Attribute) and call.func.attr == "apply"):
            continue
        for argument in call.args:
            name = ast.unparse(argument).rpartition(".")[2]
            if isinstance(argument, ast.Lambda) or name in functions:
                yield functions.get(name, argument)


def _calls(tree: ast.AST) -> Iterator[ast.Call]:
    return (node for node in ast.walk(tree) if isinstance(node, ast.Call))


def _makes(call: ast.Call, module: Mapping[str, Any]) -> bool:
    return any(word.arg == "opts" for word in call.keywords) or _is_resource(call.func, module)


def _is_resource(expression: ast.expr, module: Mapping[str, Any]) -> bool:
    first, *rest = ast.unparse(expression).split(".")
    value = module.get(first)
    for name in rest:
        value = getattr(value, name, None)
    return inspect.isclass(value) and issubclass(value, pulumi.Resource)


def parsed(module: ModuleType) -> ast.Module:
    """Return the syntax tree of a module's file."""
    assert module.__file__
    return ast.parse(Path(module.__file__).read_text(encoding="utf-8"))
