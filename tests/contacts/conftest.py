"""What the tests of the pages share."""

import pytest

from contacts.models import Contact
from shout.models import Account, Role, User
from tests import build
from tests.outside import OutsideClient


@pytest.fixture
def browser(client: OutsideClient, owner: User, account: Account) -> OutsideClient:
    """The owner's browser."""
    client.force_login(owner)
    return client


@pytest.fixture
def viewers_browser(account: Account) -> OutsideClient:
    """The browser of somebody who may only look."""
    client = OutsideClient()
    client.force_login(build.member(account, Role.VIEWER))
    return client


@pytest.fixture
def strangers_browser(db: None) -> OutsideClient:
    """The browser of the owner of another account."""
    stranger = build.user()
    build.account(owner=stranger, name="Rival")
    client = OutsideClient()
    client.force_login(stranger)
    return client


@pytest.fixture
def ana(account: Account) -> Contact:
    """A contact."""
    return build.contact(account, first_name="Ana", last_name="Ruiz", phone="+14155550142")
