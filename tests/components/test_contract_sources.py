"""What every component's source promises: no ambient settings, no late resources, examples that hold."""

import ast
import importlib
import pkgutil
import re
from collections.abc import Mapping
from dataclasses import fields
from types import ModuleType
from typing import Any

import pulumi_aws as aws
import pytest

import components
from tests.components.contract.classes import Component, all_components
from tests.components.contract.examples import example
from tests.components.contract.sources import (
    ambient_reads,
    example_code,
    output_docs,
    parsed,
    resources_made_late,
)

COMPONENTS = all_components()
MODULES = [
    importlib.import_module(found.name)
    for found in pkgutil.walk_packages(components.__path__, f"{components.__name__}.")
]
every_component = pytest.mark.parametrize("cls", COMPONENTS, ids=[cls.__name__ for cls in COMPONENTS])
every_module = pytest.mark.parametrize("module", MODULES, ids=[module.__name__ for module in MODULES])


@every_component
def test_its_outputs_say_what_they_are(cls: Component) -> None:
    assert [name for name, text in output_docs(cls).items() if not text.endswith(".")] == []


@every_component
def test_the_outputs_said_to_be_secret_are_and_no_others(cls: Component) -> None:
    it = example(cls)
    said = {name for name, text in output_docs(cls).items() if re.search(r"\bsecret\b", text)}

    assert it.recording.secret_outputs[it.root.urn] == said


def _calls_of(tree: ast.AST, name: str) -> list[ast.Call]:
    calls = (node for node in ast.walk(tree) if isinstance(node, ast.Call))
    return [call for call in calls if ast.unparse(call.func) == name]


@every_component
def test_its_example_uses_arguments_it_has(cls: Component) -> None:
    calls = _calls_of(example_code(cls), f"{cls.__name__}Args")
    used = {word.arg for call in calls for word in call.keywords if word.arg}

    assert used
    assert used <= {field.name for field in fields(example(cls).args)}


# How examples call other components.
_USUAL_NAMES = {re.sub(r"^(Managed|InCluster)", "", cls.__name__).lower(): cls for cls in COMPONENTS}


@every_component
def test_its_example_reads_what_other_components_have(cls: Component) -> None:
    attributes = [node for node in ast.walk(example_code(cls)) if isinstance(node, ast.Attribute)]
    read = [(ast.unparse(node.value), node.attr) for node in attributes]
    known = [(_USUAL_NAMES[name], attr) for name, attr in read if name in _USUAL_NAMES]

    assert [
        f"{owner.__name__}.{attr}" for owner, attr in known if not hasattr(example(owner).made, attr)
    ] == []


@every_module
def test_no_component_asks_for_the_stack_or_its_settings(module: ModuleType) -> None:
    assert ambient_reads(parsed(module)) == []


@every_module
def test_no_resource_is_made_inside_apply(module: ModuleType) -> None:
    assert resources_made_late(parsed(module), vars(module)) == []


@every_module
def test_annotations_are_real_for_pulumis_analyser(module: ModuleType) -> None:
    assert "annotations" not in vars(module)


@pytest.mark.parametrize(
    "code",
    [
        "pulumi.Config().require('size')",
        "from pulumi import get_stack",
        "size = 3 if pulumi.get_stack() == 'prod' else 1",
        "os.environ['SIZE']",
    ],
)
def test_reading_the_stack_would_be_seen(code: str) -> None:
    assert ambient_reads(ast.parse(code))


@pytest.mark.parametrize(
    ("code", "found"),
    [
        ("vpc.id.apply(lambda it: aws.ec2.Subnet('s', vpc_id=it))", ["aws.ec2.Subnet"]),
        ("def make(it):\n    anything('s', opts=child)\nvpc.id.apply(make)", ["anything"]),
        ("def make(self, it):\n    aws.ec2.Subnet('s')\nvpc.id.apply(self.make)", ["aws.ec2.Subnet"]),
        ("vpc.id.apply(lambda it: it.upper())", []),
        ("aws.ec2.Subnet('s', vpc_id=vpc.id.apply(str))", []),
    ],
)
def test_a_resource_made_inside_apply_would_be_seen(code: str, found: list[str]) -> None:
    module: Mapping[str, Any] = {"aws": aws}

    assert resources_made_late(ast.parse(code), module) == found
