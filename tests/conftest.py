"""The graphs of the repository's own stacks, for whoever asks: recorded once in a process."""

import hypothesis
import pytest

from tests.components.recorder import Recording
from tests.golden.stacks import ALL_STACKS, recorded

# A busy machine is no failure: Hypothesis would else count more than 200 ms for an example as one. The examples are
# the same every time, so that a change is judged by what it changes.
hypothesis.settings.register_profile("house", deadline=None, derandomize=True)
hypothesis.settings.load_profile("house")


@pytest.fixture(params=ALL_STACKS)
def stack(request: pytest.FixtureRequest) -> str:
    """Each stack of the repository and of the tests, by name."""
    return request.param


@pytest.fixture
def platform(stack: str) -> Recording:
    """The graph of each stack."""
    return recorded(stack)
