"""A business seen from outside: its account without its context, as requests find it."""

from html import unescape
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client

from bots import drafts
from bots.drafts import Draft, DraftAction, DraftTrigger, draft_of
from bots.models import Action, Bot, Run
from contacts.models import Number
from messaging.models import Message
from shout.models import Account, User
from shout.tenancy import tenant
from tests import build

Form = dict[str, Any]
FORM: Form = {
    "name": "Greeter",
    "status": "active",
    "listens": "all",
    "word": ["HI"],
    "match": ["whole"],
    "kind": ["reply"],
    "target": [""],
    "new_name": [""],
    "body": ["Hello! Text STOP to opt out."],
    "do": "save",
}
# What the rows of a builder post besides, each as often as there are rows.
REST = {"media": "", "field": "", "value": "", "answer": "any", "again": "", "amount": "", "unit": "60", "url": ""}


def filled(form: Form) -> Form:
    """The form with what its rows post besides."""
    rows = len(form["kind"])
    return {name: [value] * rows for name, value in REST.items()} | form


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


def make(account: Account, word: str, *, numbers: tuple[int, ...] | None = None) -> Bot:
    reply = DraftAction(kind=Action.Kind.REPLY, body="Hello! Text STOP to opt out.")
    with tenant(account.pk):
        wanted = Draft(name="Greeter", triggers=(DraftTrigger(word=word),), actions=(reply,), numbers=numbers)
        return drafts.save(account=account, draft=wanted)


def bots(account: Account) -> list[Draft]:
    with tenant(account.pk):
        return [draft_of(bot) for bot in account.bots.kept()]


def page(response: HttpResponse) -> str:
    assert response.status_code == 200
    return unescape(response.content.decode())


@pytest.fixture
def dashboard(client: Client, owner: User, shop: Account) -> Client:
    """The owner's browser."""
    client.force_login(owner)
    return client


@pytest.fixture
def bot(shop: Account) -> Bot:
    """A bot that greets whoever texts HI."""
    return make(shop, "HI")
