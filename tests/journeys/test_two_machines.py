"""Two businesses whose bots answer each other: they fall silent within the limit, and their teams are told (B11)."""

import pytest
from django.urls import reverse

from bots.models import Action, Bot, Notice, Trigger
from contacts.models import Number
from messaging import provisioning
from messaging.models import Message
from messaging.simulator.client import Simulator
from shout.models import Account, User
from shout.tenancy import tenant
from tests import build, carrier
from tests.carrier import Phone
from tests.outside import OutsideClient

_ENDLESS = 100


def machine(account: Account, word: str, reply: str) -> Number:
    """A number, known to the carrier, that answers every `word` with `reply`."""
    number = build.number(account, label=f"Answers {word}")
    provisioning.connect(number)
    with tenant(account.pk):
        bot = Bot.objects.create(account=account, name=word)
        Trigger.objects.create(account=account, bot=bot, word=word)
        Action.objects.create(account=account, bot=bot, position=0, kind=Action.Kind.REPLY, body=reply)
    return number


def talk(simulator: Simulator, speaker: Number, hearer: Number, *, opening: str) -> list[str]:
    """What is said when the one has texted the opening to the other, from the first answer until there is none."""
    said, body = list[str](), opening
    while len(said) < _ENDLESS:
        heard_before = len(Phone(simulator, speaker.e164).received())
        carrier.text(hearer, body, phone=speaker.e164)
        carrier.work(hearer.account_id)
        answers = Phone(simulator, speaker.e164).received()[heard_before:]
        if not answers:
            break
        [(_, body)] = answers
        said.append(body)
        speaker, hearer = hearer, speaker
    return said


@pytest.fixture
def two(simulator: Simulator, owner: User) -> tuple[Number, Number]:
    """Two businesses; each answers what the other says."""
    return (
        machine(build.account(owner=owner), "PING", "pong"),
        machine(build.account(name="Rival"), "PONG", "ping"),
    )


def test_two_businesses_that_answer_each_other_fall_silent_within_the_limit(
    simulator: Simulator, two: tuple[Number, Number]
) -> None:
    ours, theirs = two
    said = talk(simulator, theirs, ours, opening="ping")
    assert said == ["pong", "ping"] * ours.bot_replies_per_hour
    assert talk(simulator, theirs, ours, opening="ping") == []
    assert talk(simulator, ours, theirs, opening="pong") == []


def test_the_team_whose_number_fell_silent_is_told_once_and_the_text_says_why(
    simulator: Simulator, two: tuple[Number, Number], client: OutsideClient, owner: User
) -> None:
    ours, theirs = two
    with tenant(ours.account_id):
        Number.objects.update(bot_replies_per_hour=3)
    for _ in range(2):
        talk(simulator, theirs, ours, opening="ping")
    with tenant(ours.account_id):
        [notice] = Notice.objects.all()
        last = Message.objects.filter(direction="in").latest("id")
    with tenant(theirs.account_id):
        assert not Notice.objects.exists()
    assert (notice.kind, notice.contact_id) == (Notice.Kind.LOOP, last.contact_id)
    assert last.trace["withheld"] == 1
    client.force_login(owner)
    page = client.get(reverse("messaging:message_trace", args=[last.pk])).content.decode()
    assert "1 reply withheld: they got as many automatic replies in an hour as the number allows." in page
    assert "sends no more until the hour is over" in client.get(reverse("bots:notice_list")).content.decode()
