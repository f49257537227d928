from typing import Any

import pytest
from google.protobuf import struct_pb2
from hypothesis import given, settings
from hypothesis import strategies as st

from rehearsal.providers.base import UNKNOWN, Secret, contains_unknown, is_unknown, reveal
from rehearsal.providers.wire import from_struct, to_struct

# A small alphabet: Hypothesis builds tables of all of Unicode otherwise, which takes seconds.
TEXTS = st.text("aB$é.-0", max_size=6)
SCALARS = (
    st.none()
    | st.booleans()
    | st.integers(-(2**53), 2**53)
    | st.floats(allow_nan=False, allow_infinity=False)
    | TEXTS
)
TREES = st.recursive(SCALARS, lambda inner: st.lists(inner) | st.dictionaries(TEXTS, inner), max_leaves=20)


@settings(max_examples=40, deadline=None)
@given(st.dictionaries(TEXTS, TREES))
def test_a_tree_survives_the_wire(tree: dict[str, Any]) -> None:
    assert from_struct(to_struct(tree)) == tree


def test_an_integral_number_comes_back_as_an_int() -> None:
    came = from_struct(to_struct({"replicas": 3, "ratio": 0.5, "on": True}))
    assert {key: type(value) for key, value in came.items()} == {"replicas": int, "ratio": float, "on": bool}


def test_a_secret_is_wrapped_as_the_engine_knows_it() -> None:
    wrapped = to_struct({"password": Secret({"deep": ["x"]})}).fields["password"].struct_value.fields
    assert wrapped["4dabf18193072939515e22adb298388d"].string_value == "1b47061264138c4ac30d75fd1eb44270"
    assert from_struct(wrapped["value"].struct_value) == {"deep": ["x"]}


def test_a_secret_inside_a_secret_is_wrapped_once() -> None:
    assert from_struct(to_struct({"a": Secret({"b": Secret("c")})})) == {"a": {"b": "c"}}


def test_a_secret_does_not_show_its_value() -> None:
    assert "hunter2" not in f"{Secret('hunter2')!r} {Secret('hunter2')}"


def test_the_engines_typed_unknowns_are_the_one_unknown() -> None:
    struct = struct_pb2.Struct()
    struct["list"] = "6a19a0b0-7e62-4c92-b797-7f8e31da9cc2"
    assert from_struct(struct) == {"list": UNKNOWN}


@pytest.mark.parametrize(
    "tree", [UNKNOWN, {"a": [1, {"b": UNKNOWN}]}, [UNKNOWN], Secret(UNKNOWN), {"a": Secret([UNKNOWN])}]
)
def test_an_unknown_is_found_anywhere(tree: Any) -> None:
    assert contains_unknown(tree)


@pytest.mark.parametrize("tree", [None, "", {}, {"a": [f"{UNKNOWN}!"]}, Secret("x"), 5])
def test_what_is_known_is_not_called_unknown(tree: Any) -> None:
    assert not contains_unknown(tree)
    assert not is_unknown(tree)


def test_reveal_takes_every_secret_out() -> None:
    assert reveal({"a": Secret([Secret(1), {"b": Secret("x")}])}) == {"a": [1, {"b": "x"}]}


def test_what_json_does_not_know_is_refused() -> None:
    with pytest.raises(TypeError, match="set"):
        to_struct({"a": {1, 2}})
