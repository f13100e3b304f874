"""What the tests of the pages share."""

import pytest

from contacts.models import Contact
from shout.models import Account
from tests import build


@pytest.fixture
def ana(account: Account) -> Contact:
    """A contact."""
    return build.contact(account, first_name="Ana", last_name="Ruiz", phone="+14155550142")
