"""The tables against pulumi-aws itself: a misspelt property would never be noticed otherwise."""

import pytest

from rehearsal.cloud import CloudError
from rehearsal.cloud.tables import SPECS, spec_for
from tests.rehearsal.cloud import sdk

ALL = pytest.mark.parametrize("token", SPECS)


@ALL
def test_the_sdk_knows_the_type(token: str) -> None:
    assert sdk.outputs_of(token)


@ALL
def test_every_output_that_aws_alone_decides_is_given(token: str) -> None:
    spec = SPECS[token]
    given = {*spec.outputs, *({"arn"} if spec.arn else ()), *({"tagsAll"} if spec.tagged else ())}
    missing = sdk.outputs_of(token) - sdk.inputs_of(token) - given
    assert missing == frozenset()


@ALL
def test_no_property_is_misspelt(token: str) -> None:
    spec = SPECS[token]
    tops = {path.split(".")[0] for path in (*spec.replace_on, *spec.children)}
    named = {spec.named_by} - {""}
    fields = {*spec.outputs, *spec.defaults, *spec.renewed, *spec.unique, *tops, *named}
    fields |= {*spec.references, *spec.documents, *spec.secrets}
    fields |= {spec.protected_by} - {""}
    assert fields - sdk.outputs_of(token) == set()


@ALL
def test_tags_and_regions_are_as_in_the_sdk(token: str) -> None:
    spec = SPECS[token]
    assert spec.tagged == ("tagsAll" in sdk.outputs_of(token))
    assert spec.regional == ("region" in sdk.inputs_of(token))


@ALL
def test_a_type_says_what_it_refers_to_in_the_tables_own_words(token: str) -> None:
    spec = SPECS[token]
    assert {*spec.references.values(), *spec.children.values()} <= set(SPECS)


def test_an_unknown_type_names_itself_and_where_to_add_it() -> None:
    with pytest.raises(CloudError, match=r"aws:lex/bot:Bot; add a row for it to rehearsal/cloud/tables"):
        spec_for("aws:lex/bot:Bot")
