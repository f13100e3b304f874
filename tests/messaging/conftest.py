"""What the tests of messaging's pages share."""

import pytest

from contacts.models import Contact
from shout.models import Account
from tests import build


@pytest.fixture
def ben(account: Account) -> Contact:
    """A contact."""
    return build.contact(account, first_name="Ben", last_name="Ode", phone="+14155550143")
