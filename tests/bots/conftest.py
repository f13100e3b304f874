"""A business seen from outside: its account without its context, as requests find it."""

import pytest

from bots.models import Bot, Run
from contacts.models import Number
from messaging.models import Message
from shout.models import Account, User
from shout.tenancy import tenant
from tests import build


def ran(bot: Bot, number: Number, word_key: str) -> Run:
    """`bot` has answered a text."""
    person = {"account": bot.account, "number": number, "phone": build.phone()}
    with tenant(bot.account_id):
        text = Message.objects.create(
            direction=Message.Direction.INBOUND,
            origin=Message.Origin.CONTACT,
            status=Message.Status.PROCESSED,
            **person,
        )
        return Run.objects.create(bot=bot, inbound_id=text.pk, word_key=word_key, **person)


@pytest.fixture
def shop(owner: User) -> Account:
    """The owner's account; the test is not inside it."""
    return build.account(owner=owner)
