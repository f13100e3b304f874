"""The two recipes: a bot by which people join a list, and a bot by which they leave it."""

import pytest

from bots.models import Action, Bot, Trigger
from contacts import permissions
from contacts.models import ConsentEvent, Contact, Group, Number, Tag
from contacts.words import Universal
from messaging import confirmations, outbound
from messaging.models import Message
from shout.models import Account
from tests import build, carrier
from tests.carrier import Phone

WELCOME = "Welcome to the VIP list! Text NOVIP to leave it, STOP to stop all texts."
GOODBYE = "You are off the VIP list. Text JOIN to come back."


@pytest.fixture
def vip(account: Account) -> Group:
    return build.group(account, "VIP")


@pytest.fixture
def novip(account: Account) -> Tag:
    return build.tag(account, "NOVIP")


@pytest.fixture(autouse=True)
def bots(account: Account, vip: Group, novip: Tag) -> None:
    join = Bot.objects.create(account=account, name="Join VIP")
    leave = Bot.objects.create(account=account, name="Leave VIP")
    for bot, words in ((join, ("Join", "VIP")), (leave, ("Leave", "NoVIP"))):
        for word in words:
            Trigger.objects.create(account=account, bot=bot, word=word)
    steps = [
        (join, Action.Kind.ASSIGN_GROUP, {"group": vip}),
        (join, Action.Kind.REPLY, {"body": WELCOME}),
        (leave, Action.Kind.REMOVE_FROM_GROUP, {"group": vip}),
        (leave, Action.Kind.ADD_TAG, {"tag": novip}),
        (leave, Action.Kind.REPLY, {"body": GOODBYE}),
    ]
    for position, (bot, kind, fields) in enumerate(steps):
        Action.objects.create(account=account, bot=bot, position=position, kind=kind, **fields)


def test_who_texts_join_is_on_the_list_and_is_welcomed(
    account: Account, numbers: tuple[Number, Number], ana: Phone, vip: Group
) -> None:
    marketing, _ = numbers
    carrier.text(marketing, "Join", phone=ana.e164)
    carrier.work(account.pk)
    contact = account.contacts.get(phone=ana.e164)
    assert list(contact.groups.all()) == [vip]
    assert ana.received() == [(marketing.e164, WELCOME)]
    assert [(event.kind, event.words) for event in ConsentEvent.objects.all()] == [("joined", "Join")]


def test_who_texts_novip_leaves_the_list_and_is_tagged(
    account: Account, numbers: tuple[Number, Number], ana: Phone, novip: Tag
) -> None:
    marketing, _ = numbers
    for word in ("vip", "NOVIP"):
        carrier.text(marketing, word, phone=ana.e164)
        carrier.work(account.pk)
    contact = account.contacts.get(phone=ana.e164)
    assert not contact.groups.exists()
    assert list(contact.tags.all()) == [novip]
    assert [body for _, body in ana.received()] == [WELCOME, GOODBYE]
    assert permissions.refusal(marketing, ana.e164) is None


def test_who_comes_back_loses_the_leave_tag(account: Account, numbers: tuple[Number, Number], ana: Phone) -> None:
    marketing, _ = numbers
    for word in ("JOIN", "NOVIP", "JOIN"):
        carrier.text(marketing, word, phone=ana.e164)
    carrier.work(account.pk)
    contact = account.contacts.get(phone=ana.e164)
    assert contact.groups.count() == 1
    assert not contact.tags.exists()
    assert [event.kind for event in ConsentEvent.objects.order_by("seq")] == ["joined", "left", "joined"]


def test_stop_silences_only_the_number_it_was_sent_to(
    account: Account, numbers: tuple[Number, Number], ana: Phone, vip: Group
) -> None:
    marketing, service = numbers
    for word in ("Join", "“Stop.”", "VIP"):
        carrier.text(marketing, word, phone=ana.e164)
        carrier.work(account.pk)
    contact = account.contacts.get(phone=ana.e164)
    # The carrier does not know the word in quotes, so that Shout answers, once.
    assert ana.received() == [
        (marketing.e164, WELCOME),
        (marketing.e164, confirmations.text(marketing, Universal.STOP)),
    ]
    refused = _by_every_door(marketing, contact, vip)
    assert [message.refusal for message in refused] == ["opted_out"] * 3
    served = outbound.send(number=service, phone=ana.e164, body="Your table is ready", origin=Message.Origin.INBOX)
    carrier.work(account.pk)
    assert ana.received()[2:] == [(service.e164, "Your table is ready")]
    served.refresh_from_db()
    assert served.status == Message.Status.SENT
    assert list(contact.groups.all()) == [vip]
    assert contact.account.opt_outs.get().words == "“Stop.”"


def test_start_brings_only_that_number_back(account: Account, numbers: tuple[Number, Number], ana: Phone) -> None:
    for number in numbers:
        carrier.text(number, "STOP", phone=ana.e164)
    carrier.text(numbers[0], "start", phone=ana.e164)
    carrier.work(account.pk)
    assert [permissions.refusal(number, ana.e164) for number in numbers] == [None, "opted_out"]
    assert Contact.objects.filter(phone=ana.e164).count() == 1


def _by_every_door(number: Number, contact: Contact, group: Group) -> list[Message]:
    """Try to text by the composer, the API and a broadcast."""
    tried = [
        outbound.send(number=number, phone=contact.phone, body="Offer", origin=origin)
        for origin in (Message.Origin.INBOX, Message.Origin.API)
    ]
    broadcast = outbound.broadcast(number=number, group=group, body="Offer", form_key=build.key())
    carrier.work(number.account_id)
    return [*tried, broadcast.messages.get()]
