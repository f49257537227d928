import base64
import string
import uuid
from typing import Any

import pytest

from rehearsal.providers.base import UNKNOWN, Created, ProviderError, Secret, reveal
from rehearsal.providers.random import RandomProvider

PASSWORD = "random:index/randomPassword:RandomPassword"
STRING = "random:index/randomString:RandomString"
BYTES = "random:index/randomBytes:RandomBytes"
ID = "random:index/randomId:RandomId"
PET = "random:index/randomPet:RandomPet"
UUID = "random:index/randomUuid:RandomUuid"
INTEGER = "random:index/randomInteger:RandomInteger"


@pytest.fixture
def provider() -> RandomProvider:
    return RandomProvider("4.21.4")


def draw(provider: RandomProvider, kind: str, **inputs: Any) -> Created:
    assert provider.check(kind, "urn", {}, inputs).failures == ()
    return provider.create(kind, "urn", inputs, preview=False)


def test_a_password_has_what_was_asked_for_and_is_secret(provider: RandomProvider) -> None:
    made = draw(provider, PASSWORD, length=40, minUpper=5, minNumeric=5, overrideSpecial="_", minSpecial=3)
    assert isinstance(made.outputs["result"], Secret)
    password = reveal(made.outputs["result"])
    assert len(password) == 40
    assert sum(letter in string.ascii_uppercase for letter in password) >= 5
    assert password.count("_") >= 3
    assert set(password) <= set(string.ascii_letters + string.digits + "_")
    assert made.id == "none"
    assert password not in repr(made)


def test_classes_that_are_off_are_not_drawn(provider: RandomProvider) -> None:
    made = draw(provider, STRING, length=200, special=False, upper=False, number=False)
    assert set(made.outputs["result"]) <= set(string.ascii_lowercase)


def test_two_draws_differ(provider: RandomProvider) -> None:
    assert len({draw(provider, STRING, length=20).id for _ in range(50)}) == 50


def test_the_other_types_have_their_forms(provider: RandomProvider) -> None:
    identifier = draw(provider, ID, byteLength=8, prefix="p-").outputs
    decimal, digits = (identifier[name].removeprefix("p-") for name in ("dec", "hex"))
    assert f"{int(decimal):016x}" == digits
    assert draw(provider, PET, length=3, separator="_", prefix="x").id.count("_") == 3
    assert uuid.UUID(draw(provider, UUID).outputs["result"]).version == 4
    assert {draw(provider, INTEGER, min=1, max=2).outputs["result"] for _ in range(60)} == {1, 2}
    drawn = reveal(draw(provider, BYTES, length=6).outputs)
    assert base64.b64decode(drawn["base64"]).hex() == drawn["hex"]


def test_a_preview_knows_no_value(provider: RandomProvider) -> None:
    planned = provider.create(PASSWORD, "urn", {"length": 20, "special": False}, preview=True).outputs
    assert planned["result"] == UNKNOWN
    assert (planned["length"], planned["special"], planned["upper"]) == (20, False, True)


def test_any_change_replaces_keepers_too(provider: RandomProvider) -> None:
    old = {"length": 20, "keepers": {"v": "1"}}
    keepers = provider.diff(PASSWORD, "none", old, {}, {**old, "keepers": {"v": "2"}}, [])
    assert keepers.replaces == ("keepers",)
    assert provider.diff(PASSWORD, "none", old, {}, {**old, "length": 21}, ["length"]).changed == ()


def test_a_refresh_returns_the_state_with_its_secrets(provider: RandomProvider) -> None:
    live = provider.read(PASSWORD, "urn", "none", {"length": 3}, {"length": 3, "result": "abc"})
    assert live is not None
    assert live.outputs["result"] == Secret("abc")
    with pytest.raises(ProviderError, match="cannot be imported"):
        provider.read(PASSWORD, "urn", "abc", {}, {})


@pytest.mark.parametrize(
    ("kind", "inputs", "property_name"),
    [
        (PASSWORD, {"length": 0}, "length"),
        (PASSWORD, {"length": 3, "minLower": 4}, "length"),
        (STRING, {"length": 3, "lower": False, "upper": False, "numeric": False, "special": False}, "length"),
        (ID, {"byteLength": 0}, "byteLength"),
        (PET, {"length": -1}, "length"),
        (INTEGER, {"min": 3, "max": 2}, "min"),
        (INTEGER, {"min": 1, "max": 2, "seed": "s"}, "seed"),
    ],
)
def test_what_cannot_be_drawn_is_refused(
    provider: RandomProvider, kind: str, inputs: dict[str, Any], property_name: str
) -> None:
    assert [name for name, _ in provider.check(kind, "urn", {}, inputs).failures] == [property_name]


def test_unknown_inputs_wait_and_unknown_types_are_named(provider: RandomProvider) -> None:
    assert provider.check(INTEGER, "urn", {}, {"min": UNKNOWN, "max": 1}).failures == ()
    with pytest.raises(ProviderError, match="RandomShuffle; add it to"):
        provider.check("random:index/randomShuffle:RandomShuffle", "urn", {}, {})
