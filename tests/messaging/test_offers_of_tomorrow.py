"""What a bot says after a wait, and quiet hours keep back: asked about once more when it leaves (B1, P10, P13)."""

from datetime import timedelta
from uuid import UUID

import pytest
from django.utils.timezone import now

from bots import drafts
from bots.models import Action, Bot, Run
from contacts import clock, permissions
from contacts.models import Contact, Group, Number
from messaging import delivery, outbox
from messaging.models import Message
from shout.models import Account
from tests import build, carrier
from tests.messaging.test_open_runs import STOP, wake
from tests.messaging.test_runs import ANA, bot, said, text

Kind = Action.Kind
WAIT = {"kind": Kind.WAIT, "minutes": 60}
OFFER = {"kind": Kind.REPLY, "body": "An offer"}


@pytest.fixture
def group(account: Account) -> Group:
    return build.group(account)


@pytest.fixture
def night(account: Account) -> None:
    """Marketing waits everywhere."""
    build.night(account)


def _claim_in_the_morning(account: Account, number: Number) -> UUID:
    """Claim for sending what had to wait, now that it is day everywhere; under which token."""
    assert Message.objects.filter(direction="out", status="queued", next_at__gt=now()).exists()
    build.day(account)
    Message.objects.filter(status="queued").update(next_at=now())
    Number.objects.update(tokens=50)
    token = build.key()
    outbox.claim(number.pk, limit=50, token=token, lease=30, quiet=clock.quiet(account.pk))
    return token


def _in_the_morning(account: Account, number: Number) -> list[str]:
    """What of that may leave."""
    token = _claim_in_the_morning(account, number)
    return list(Message.objects.filter(token=token, status="sending").order_by("id").values_list("body", flat=True))


def _rebuild(made: Bot, *actions: dict[str, object]) -> None:
    made.actions.all().delete()
    for position, action in enumerate(actions):
        Action.objects.create(account=made.account, bot=made, position=position, **action)


@pytest.mark.usefixtures("night")
def test_an_offer_of_a_bot_that_goes_on_listening_leaves_in_the_morning(
    account: Account, marketing: Number, group: Group
) -> None:
    bot(account, "JOIN", {"kind": Kind.ASSIGN_GROUP, "group": group}, WAIT, OFFER)
    text(marketing, "join")
    wake(account)
    assert Message.objects.get(body="An offer").waits_until
    assert _in_the_morning(account, marketing) == ["An offer"]


@pytest.mark.usefixtures("night")
@pytest.mark.parametrize("goes_on", [False, True])
def test_who_texts_a_bot_twice_in_one_night_gets_its_offer_once(
    account: Account, marketing: Number, goes_on: bool
) -> None:
    bot(account, "DEALS", WAIT, OFFER, *([WAIT, {"kind": Kind.REPLY, "body": "Another"}] if goes_on else []))
    bot(account, "NEWS", WAIT, {"kind": Kind.REPLY, "body": "News"})
    for word in ("deals", "news", "deals"):
        text(marketing, word)
        wake(account)
    assert Message.objects.filter(body="An offer", status="queued").count() == 1
    assert Message.objects.filter(body="An offer", status="canceled").count() == 1
    assert Message.objects.get(body="News").status == "queued"


@pytest.mark.usefixtures("night")
def test_a_bot_that_somebody_else_or_the_same_person_elsewhere_texts_takes_back_nothing(
    account: Account, marketing: Number
) -> None:
    other = build.number(account, kind=Number.Kind.MARKETING, e164="+14155550177")
    bot(account, "DEALS", WAIT, OFFER)
    text(marketing, "deals")
    wake(account)
    carrier.text(marketing, "deals", phone="+14155550143")
    text(other, "deals")
    wake(account)
    assert list(Message.objects.filter(body="An offer").values_list("status", flat=True)) == ["queued"] * 3


@pytest.mark.usefixtures("night")
@pytest.mark.parametrize("goes_on", [False, True])
@pytest.mark.parametrize("how", ["paused", "deleted", "off the number"])
def test_what_a_bot_had_queued_does_not_leave_once_it_listens_no_more(
    account: Account, marketing: Number, service: Number, goes_on: bool, how: str
) -> None:
    made = bot(account, "HI", WAIT, OFFER, *([WAIT, {"kind": Kind.REPLY, "body": "Another"}] if goes_on else []))
    text(marketing, "hi")
    wake(account)
    if how == "deleted":
        drafts.delete(made)
    elif how == "paused":
        drafts.pause(made, by="olivia@example.com")
    else:
        Bot.objects.update(on_all_numbers=False)
        made.numbers.add(service, through_defaults={"account": account})
    assert _in_the_morning(account, marketing) == []
    assert Message.objects.get(body="An offer").refusal == "not_listening"


@pytest.mark.usefixtures("night")
def test_a_bot_that_was_changed_still_knows_whom_it_put_on_which_list(
    account: Account, marketing: Number, group: Group
) -> None:
    made = bot(account, "JOIN", {"kind": Kind.ASSIGN_GROUP, "group": group}, WAIT, OFFER)
    bot(account, "NOVIP", {"kind": Kind.REMOVE_FROM_GROUP, "group": group})
    text(marketing, "join")
    wake(account)
    _rebuild(made, {"kind": Kind.REPLY, "body": "Hi"})
    text(marketing, "novip")
    assert _in_the_morning(account, marketing) == []


def test_a_bot_that_was_changed_while_it_waits_ends_for_who_has_left_the_list_it_put_them_on(
    account: Account, marketing: Number, group: Group
) -> None:
    made = bot(account, "JOIN", {"kind": Kind.ASSIGN_GROUP, "group": group}, WAIT, OFFER)
    bot(account, "NOVIP", {"kind": Kind.REMOVE_FROM_GROUP, "group": group}, {"kind": Kind.REPLY, "body": "Off"})
    text(marketing, "join")
    _rebuild(made, {"kind": Kind.ASSIGN_GROUP, "group": build.group(account, name="Other")}, WAIT, OFFER)
    text(marketing, "novip")
    wake(account)
    assert said() == ["Off"]


@pytest.mark.usefixtures("night")
def test_who_the_team_takes_off_a_trial_gets_none_of_its_offers(
    account: Account, marketing: Number, group: Group
) -> None:
    joins, leaves = {"kind": Kind.ASSIGN_GROUP, "group": group}, {"kind": Kind.REMOVE_FROM_GROUP, "group": group}
    bot(account, "TRIAL", joins, WAIT, OFFER, WAIT, leaves)
    text(marketing, "trial")
    wake(account)
    permissions.leave(group=group, contacts=[Contact.objects.get(phone=ANA)], evidence=STOP)
    assert _in_the_morning(account, marketing) == []


@pytest.mark.usefixtures("night")
def test_what_a_bot_says_of_taking_them_off_itself_leaves(account: Account, marketing: Number, group: Group) -> None:
    joins, leaves = {"kind": Kind.ASSIGN_GROUP, "group": group}, {"kind": Kind.REMOVE_FROM_GROUP, "group": group}
    bot(account, "TRIAL", joins, WAIT, leaves, {"kind": Kind.REPLY, "body": "Your trial is over"})
    text(marketing, "trial")
    wake(account)
    assert _in_the_morning(account, marketing) == ["Your trial is over"]


@pytest.mark.usefixtures("night")
@pytest.mark.parametrize("door", ["word", "staff"])
@pytest.mark.parametrize("goes_on", [False, True])
def test_a_claimed_offer_stays_when_its_person_leaves_before_the_call(
    account: Account, marketing: Number, group: Group, goes_on: bool, door: str
) -> None:
    more = [WAIT, {"kind": Kind.REPLY, "body": "More"}] if goes_on else []
    bot(account, "JOIN", {"kind": Kind.ASSIGN_GROUP, "group": group}, WAIT, OFFER, *more)
    bot(account, "NOVIP", {"kind": Kind.REMOVE_FROM_GROUP, "group": group}, {"kind": Kind.REPLY, "body": "Off"})
    text(marketing, "join")
    wake(account)
    token = _claim_in_the_morning(account, marketing)
    if door == "word":
        text(marketing, "novip")
    else:
        permissions.leave(group=group, contacts=[Contact.objects.get(phone=ANA)], evidence=STOP)
        wake(account)
    offer = Message.objects.get(body="An offer")
    assert outbox.permitted([offer.pk], token, quiet=clock.quiet(account.pk)) == set()


@pytest.mark.usefixtures("night")
def test_who_has_come_back_to_the_list_gets_its_offer(account: Account, marketing: Number, group: Group) -> None:
    bot(account, "JOIN", {"kind": Kind.ASSIGN_GROUP, "group": group}, WAIT, OFFER)
    ana = build.contact(account, phone=ANA)
    permissions.join(group=group, contacts=[ana], evidence=STOP)
    permissions.leave(group=group, contacts=[ana], evidence=STOP)
    text(marketing, "join")
    wake(account)
    assert _in_the_morning(account, marketing) == ["An offer"]


def test_a_carriers_late_word_on_a_text_that_was_looked_for_in_vain_is_heard(
    account: Account, marketing: Number
) -> None:
    made = bot(account, "HI", WAIT, OFFER, WAIT, {"kind": Kind.REPLY, "body": "Another"})
    text(marketing, "hi")
    wake(account)
    offer = Message.objects.filter(body="An offer")
    offer.update(status="queued", misses=2, attempts=1, sending_at=now())
    drafts.pause(made, by="olivia@example.com")
    wake(account)
    delivery.report(
        number=marketing, sid="SM1", status="delivered", error_code=None, message_id=offer.get().pk, attempt=1
    )
    assert offer.get().status == "delivered"


def test_what_the_carrier_was_too_busy_for_is_taken_back_with_its_run(account: Account, marketing: Number) -> None:
    made = bot(account, "HI", WAIT, OFFER, WAIT, {"kind": Kind.REPLY, "body": "Another"})
    text(marketing, "hi")
    wake(account)
    Message.objects.filter(body="An offer").update(attempts=1, next_at=now() + timedelta(minutes=5), error_code=20429)
    drafts.pause(made, by="olivia@example.com")
    wake(account)
    assert Run.objects.get().state == Run.State.ENDED
    assert Message.objects.get(body="An offer").status == "canceled"


def test_what_was_taken_back_leaves_room_for_other_replies(account: Account, marketing: Number) -> None:
    Number.objects.update(bot_replies_per_hour=1)
    bot(account, "HI", WAIT, OFFER)
    bot(account, "HOURS", {"kind": Kind.REPLY, "body": "9 to 5"})
    text(marketing, "hi")
    wake(account)
    Message.objects.filter(body="An offer").update(status="canceled")
    text(marketing, "hours")
    assert said()[-1] == "9 to 5"


def test_an_offer_the_carrier_may_have_is_left_to_a_person(account: Account, numbers: tuple[Number, Number]) -> None:
    bot(account, "HI", WAIT, OFFER)
    text(numbers[0], "hi")
    wake(account)
    offer = Message.objects.filter(body="An offer")
    offer.update(status="unknown", misses=1, attempts=1, next_at=now() - timedelta(seconds=1))
    delivery.reconcile(account_id=account.pk)
    assert offer.get().status == "unconfirmed"
