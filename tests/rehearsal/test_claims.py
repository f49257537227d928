"""A claim that a stack reads models from is there in a rehearsal, and only that."""

from rehearsal.claims import expected_claims
from settings import from_values
from tests.golden.stacks import stack_values


def test_each_claim_is_expected_once() -> None:
    assert expected_claims(from_values(stack_values("engines")).settings) == ("models",)


def test_a_stack_that_reads_no_claim_expects_none() -> None:
    assert expected_claims(from_values(stack_values("prod")).settings) == ()
