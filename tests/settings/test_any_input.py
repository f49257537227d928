"""Whatever stands in a stack file, it loads or is refused in lines: there is never a traceback."""

from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, example, given
from hypothesis import settings as effort
from hypothesis import strategies as st

from planning.plan import make_plan
from settings import SettingsError, StackConfig, from_values
from settings.yaml_text import YamlError, parse
from tests.settings.stacks import OWN, valid

CIRCLE: list[Any] = []
CIRCLE.append(CIRCLE)


def nested(depth: int) -> Any:
    """A list in a list, and so on."""
    value: Any = 1
    for _ in range(depth):
        value = [value]
    return value


scalars = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text()
    | st.dates()
    | st.binary()
    | st.sampled_from(["1.36", "l4", "us-east-1a", "\ud800", "0.0.0.0/0", "10.0.0.0/16", "99.99.99.99/99"])
    | st.sampled_from([10**400, -1, 2**31, float("inf"), float("nan")])
)
keys = st.text() | st.integers() | st.booleans() | st.none() | st.tuples(st.integers())
trees = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(keys, inner, max_size=4),
    max_leaves=12,
)
names = st.sampled_from(sorted(valid())) | st.text() | st.text().map(lambda text: OWN + text)


def attempt(config: dict[str, Any]) -> StackConfig | None:
    """Load a configuration and plan it, as every command does, or check the lines it is refused with."""
    try:
        loaded = from_values(config)
        make_plan(loaded.settings)
    except SettingsError as error:
        lines = error.problems
    else:
        return loaded
    assert lines
    assert all(line.isprintable() and ": " in line and not line.startswith(":") for line in lines)
    return None


@st.composite
def spoiled(draw: st.DrawFn) -> dict[str, Any]:
    """The valid stack with one value, anywhere in it, replaced by anything."""
    config = valid()
    holder: Any = config
    while True:
        places = list(holder) if isinstance(holder, dict) else list(range(len(holder)))
        place = draw(st.sampled_from(places))
        inner = holder[place]
        if isinstance(inner, (dict, list)) and inner and draw(st.booleans()):
            holder = inner
            continue
        holder[place] = draw(trees)
        return config


@given(st.dictionaries(names, trees, max_size=6))
def test_any_mapping_is_loaded_or_refused(config: dict[str, Any]) -> None:
    attempt(config)


@given(spoiled())
@effort(max_examples=300, suppress_health_check=[HealthCheck.too_slow])
def test_any_value_in_a_valid_stack_is_loaded_or_refused(config: dict[str, Any]) -> None:
    attempt(config)


@pytest.mark.parametrize(
    "config",
    [
        {f"{OWN}models": CIRCLE},
        {f"{OWN}models": nested(300)},
        {f"{OWN}models": nested(5000)},
        {f"{OWN}models": [10**5000]},
        {f"{OWN}models": [{(1, 2): 3}]},
        {f"{OWN}models": ["\ud800"]},
        {f"{OWN}\ud800": 1},
    ],
    ids=[
        "circle",
        "deep",
        "too deep",
        "endless number",
        "list as key",
        "half a character",
        "half a character as key",
    ],
)
def test_what_no_one_writes_by_hand_is_refused(config: dict[str, Any]) -> None:
    assert attempt({**valid(), **config}) is None


def test_numbers_too_large_to_count_with_are_refused() -> None:
    for path in ("models", "tritonRepositories"):
        for huge in (10**400, 2**31):
            config = valid()
            config[OWN + path][0]["replicas"]["max"] = huge
            assert attempt(config) is None


@given(st.text(max_size=60))
@example("!!int a")
@example("? [a]\n: b")
def test_any_text_is_yaml_or_is_refused(text: str) -> None:
    try:
        value = parse(text)
    except YamlError:
        return
    assert value == yaml.safe_load(text)
