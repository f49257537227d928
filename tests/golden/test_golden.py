"""A change of what a stack is made of shows up in review, line by line."""

import difflib
import json
from collections.abc import Iterator
from typing import Any

import pulumi
import pulumi_random as random
import pytest

from settings import stack_names
from tests.components.recorder import record
from tests.golden.graph import SECRET, render
from tests.golden.stacks import ROOT, STACKS, recorded
from tests.golden.update import golden_file

_FIX = "If the change is meant, run `make golden` (python -m tests.golden.update), review the diff and commit it."
# More would drown what changed first.
_SHOWN_LINES = 200


def test_every_stack_of_the_repository_has_a_golden_graph() -> None:
    assert set(STACKS) == set(stack_names(ROOT))


def _parts(text: str) -> dict[str, Any]:
    graph = json.loads(text)
    return {**graph["resources"], "the stack's outputs": graph["outputs"]}


def _lines(part: Any) -> list[str]:
    return [] if part is None else json.dumps(part, indent=1).splitlines()


def _differences(golden: str, actual: str) -> Iterator[str]:
    """Compare resource by resource, so that each difference stands under the name of its own."""
    before, after = _parts(golden), _parts(actual)
    for label in sorted({*before, *after}):
        was, now = _lines(before.get(label)), _lines(after.get(label))
        yield from difflib.unified_diff(was, now, f"golden {label}", f"now {label}", lineterm="")


def test_the_stack_is_as_its_golden_graph_says(stack: str) -> None:
    golden, actual = golden_file(stack).read_text(encoding="utf-8"), render(recorded(stack))

    if golden != actual:
        lines = list(_differences(golden, actual))[:_SHOWN_LINES]
        pytest.fail(
            "\n".join([f"{stack} is not as tests/golden/{stack}.json says:", *lines, _FIX]), pytrace=False
        )


def test_differences_stand_under_the_resource_they_are_in() -> None:
    def text(size: int) -> str:
        return json.dumps({"resources": {"a:b:C disk": {"size": size}}, "outputs": {}})

    assert list(_differences(text(1), text(2)))[:2] == ["--- golden a:b:C disk", "+++ now a:b:C disk"]


def test_a_graph_masks_secrets_and_keeps_their_shape() -> None:
    def program() -> None:
        password = random.RandomPassword("password", length=12).result
        opts = pulumi.ResourceOptions(protect=True)
        random.RandomId("id", byte_length=4, keepers={"old": password, "new": password}, opts=opts)
        pulumi.export("password", password)

    text = render(record(program))

    assert "recorded-password" not in text
    assert f'"new": "{SECRET}"' in text
    assert f'"password": "{SECRET}"' in text
    assert '"protect": true' in text


def test_a_graph_does_not_depend_on_the_order_of_the_program() -> None:
    def program(*names: str) -> None:
        for name in names:
            random.RandomId(name, byte_length=4, keepers=dict.fromkeys(names, "1"))

    assert render(record(lambda: program("a", "b"))) == render(record(lambda: program("b", "a")))
