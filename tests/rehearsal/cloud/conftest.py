import pytest

from tests.rehearsal.cloud.support import Account


@pytest.fixture
def account() -> Account:
    return Account()
