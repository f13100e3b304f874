"""A business seen from outside: its account without its context, as requests find it."""

import pytest

from shout.models import Account, User
from tests import build


@pytest.fixture
def shop(owner: User) -> Account:
    """The owner's account; the test is not inside it."""
    return build.account(owner=owner)
