"""What the tests of messaging's pages share."""

from datetime import timedelta

import pytest
from django.utils.timezone import now

from contacts.models import Contact, Number
from shout.models import Account
from tests import build


@pytest.fixture
def ben(account: Account) -> Contact:
    """A contact."""
    return build.contact(account, first_name="Ben", last_name="Ode", phone="+14155550143")


@pytest.fixture
def outlet(numbers: tuple[Number, Number]) -> Number:
    """The marketing number, which has been there for a day."""
    outlet = numbers[0]
    outlet.created_at = now() - timedelta(days=1)
    outlet.save()
    return outlet
