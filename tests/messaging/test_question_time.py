"""What a question takes for its answer: texts that came while it was open, whenever they are acted on (B2, B5, M1)."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.utils.timezone import now

from bots import drafts
from bots.models import Action, Run
from contacts import permissions, scopes
from contacts.hindsight import Late
from contacts.models import Contact, Group, Number
from messaging import inbound, tracing
from messaging.inbound import InboundText
from messaging.models import Message
from shout.models import Account, User
from tests import build, carrier
from tests.messaging.test_open_runs import STOP, came, trial, wake
from tests.messaging.test_runs import ANA, ask, bot, said, text

Kind = Action.Kind
NAME = {"kind": Kind.ASK, "body": "Your name?", "field": "first_name", "minutes": 30}
RATING = {"kind": Kind.ASK, "body": "How was it?", "field": "rating", "minutes": 30}
HOURS = {"kind": Kind.REPLY, "body": "9 to 5"}
WAIT = {"kind": Kind.WAIT, "minutes": 60}


@pytest.fixture
def group(account: Account) -> Group:
    return build.group(account)


def _late(number: Number, body: str, *, minutes: int) -> None:
    """Take in a text that no webhook brought, so many minutes after it was sent."""
    late = Late(sent_at=now() - timedelta(minutes=minutes))
    text_ = InboundText(sid=f"SM{uuid4().hex}", from_=ANA, body=body, late=late)
    inbound.receive(number=number, text=text_)
    inbound.process(account_id=number.account_id)


def _came(body: str, *, minutes_ago: int) -> None:
    Message.objects.filter(direction="in", body=body).update(created_at=now() - timedelta(minutes=minutes_ago))


def test_a_late_leave_word_that_was_sent_before_the_question_is_no_answer(
    account: Account, marketing: Number, group: Group
) -> None:
    bot(account, "HELLO", NAME)
    bot(account, "NOVIP", {"kind": Kind.REMOVE_FROM_GROUP, "group": group}, {"kind": Kind.REPLY, "body": "Off"})
    permissions.join(group=group, contacts=[build.contact(account, phone=ANA)], evidence=STOP)
    text(marketing, "hello")
    _late(marketing, "novip", minutes=30)
    assert came("novip").trace["outcome"] != "answer"
    assert Contact.objects.get(phone=ANA).first_name == ""


def test_a_late_stop_that_was_overtaken_ends_nothing_that_began_after_it(account: Account, marketing: Number) -> None:
    bot(account, "HELLO", WAIT, {"kind": Kind.REPLY, "body": "Two"})
    for body in ("STOP", "START", "hello"):
        text(marketing, body)
    _late(marketing, "STOP", minutes=60)
    assert permissions.refusal(marketing, ANA) is None
    wake(account)
    assert "Two" in said()


def test_a_stop_to_another_number_that_closes_this_one_ends_what_waits_here_even_after_start(
    account: Account, marketing: Number, owner: User
) -> None:
    second = build.number(account, kind="marketing", label="Second")
    scopes.set_scope(account=account, scope="account", starts_at=now(), by=owner)
    bot(account, "HELLO", WAIT, {"kind": Kind.REPLY, "body": "Two"})
    text(marketing, "hello")
    text(second, "STOP")
    text(marketing, "START")
    wake(account)
    assert "Two" not in said()


@pytest.mark.parametrize("attempts", [0, 1])
def test_a_question_that_has_not_left_yet_takes_no_answer(account: Account, marketing: Number, attempts: int) -> None:
    bot(account, "LATER", WAIT, RATING)
    bot(account, "HOURS", HOURS)
    text(marketing, "later")
    wake(account)
    Message.objects.filter(body="How was it?").update(attempts=attempts, next_at=now() + timedelta(minutes=8))
    text(marketing, "hours")
    assert said()[-1] == "9 to 5"


def test_a_question_does_not_time_out_before_it_has_left(account: Account, marketing: Number) -> None:
    ask(account)
    text(marketing, "hello")
    asked = Message.objects.filter(body="Your ZIP?")
    asked.update(attempts=6, next_at=now() + timedelta(minutes=8), created_at=now() - timedelta(days=2))
    wake(account)
    asked.update(status="sent", sending_at=now())
    text(marketing, "94110")
    assert said()[-1] == "Thanks for 94110"


@pytest.mark.parametrize("fate", ["paused", "undelivered"])
def test_a_question_whose_ground_has_gone_does_not_hold_up_another(
    account: Account, marketing: Number, fate: str
) -> None:
    made = ask(account)
    bot(account, "LATER", {"kind": Kind.WAIT, "minutes": 9}, RATING)
    text(marketing, "later")
    text(marketing, "hello")
    if fate == "paused":
        drafts.pause(made, by="olivia@example.com")
    else:
        Message.objects.filter(body="Your ZIP?").update(status="undelivered")
    Run.objects.filter(state="waiting").update(next_at=now())
    inbound.process(account_id=account.pk)
    assert said()[-1] == "How was it?"


def test_a_text_before_the_next_question_is_not_held_up_by_an_open_one(account: Account, marketing: Number) -> None:
    ask(account)
    bot(account, "LATER", WAIT, {"kind": Kind.REPLY, "body": "Ready"}, WAIT, RATING)
    text(marketing, "later")
    text(marketing, "hello")
    Run.objects.filter(state="waiting").update(next_at=now())
    inbound.process(account_id=account.pk)
    assert said()[-1] == "Ready"


def test_answers_to_two_questions_count_when_they_are_read_together_and_late(
    account: Account, marketing: Number
) -> None:
    bot(account, "HELLO", NAME, {**NAME, "body": "City?", "field": "city"}, {"kind": Kind.REPLY, "body": "Thanks"})
    text(marketing, "hello")
    Run.objects.update(next_at=now() - timedelta(minutes=5))
    Message.objects.update(created_at=now() - timedelta(minutes=35))
    carrier.text(marketing, "Bea", phone=ANA)
    carrier.text(marketing, "Rome", phone=ANA)
    _came("Bea", minutes_ago=6)
    _came("Rome", minutes_ago=4)
    inbound.process(account_id=account.pk)
    assert said()[-1] == "Thanks"


def test_an_answer_in_time_to_a_question_that_left_late_counts_when_it_is_read_late(
    account: Account, marketing: Number
) -> None:
    bot(account, "HELLO", WAIT, RATING, {"kind": Kind.REPLY, "body": "Thanks"})
    text(marketing, "hello")
    wake(account)
    left_at = now() - timedelta(minutes=40)
    asked = Message.objects.filter(body="How was it?")
    asked.update(status="delivered", created_at=left_at - timedelta(hours=8), sending_at=left_at)
    Run.objects.update(next_at=now() - timedelta(minutes=30))
    carrier.text(marketing, "five", phone=ANA)
    _came("five", minutes_ago=20)
    inbound.process(account_id=account.pk)
    assert said()[-1] == "Thanks"


def test_an_answer_at_the_last_moment_finds_its_question_open(account: Account, marketing: Number) -> None:
    ask(account)
    text(marketing, "hello")
    carrier.text(marketing, "94110", phone=ANA)
    # The time is over when nobody has read the answer yet, and the runs that are due come first.
    Run.objects.update(next_at=now() - timedelta(seconds=1))
    _came("94110", minutes_ago=1)
    assert not inbound.runs_due(account.pk).exists()
    inbound.process(account_id=account.pk)
    assert said()[-1] == "Thanks for 94110"


def test_the_word_again_is_said_to_be_that_where_the_bot_also_takes_people_off(
    account: Account, marketing: Number, group: Group
) -> None:
    joins, leaves = {"kind": Kind.ASSIGN_GROUP, "group": group}, {"kind": Kind.REMOVE_FROM_GROUP, "group": group}
    bot(account, "TRIAL", joins, WAIT, leaves)
    text(marketing, "trial")
    first = came("trial")
    text(marketing, "trial")
    first.refresh_from_db()
    [later] = tracing.read(first).later
    assert later.ended.startswith("They texted the bot again")


def test_a_run_that_cannot_go_on_takes_back_what_it_had_queued(account: Account, marketing: Number) -> None:
    build.night(account)
    bot(account, "HI", WAIT, {"kind": Kind.REPLY, "body": "One"}, WAIT, {"kind": Kind.REPLY, "body": "Two"})
    text(marketing, "hi")
    wake(account)
    Run.objects.update(rest=[{"kind": "of another version"}])
    wake(account)
    assert (Run.objects.get().state, Message.objects.get(body="One").status) == ("ended", "canceled")


def test_a_run_that_nobody_can_read_costs_its_person_one_text(account: Account, marketing: Number) -> None:
    bot(account, "HI", WAIT, {"kind": Kind.REPLY, "body": "One"})
    bot(account, "HOURS", HOURS)
    text(marketing, "hi")
    Run.objects.update(rest=[{"kind": "of another version"}])
    text(marketing, "hours")
    text(marketing, "hours")
    assert said() == ["9 to 5"]


def test_giving_up_a_text_that_another_worker_has_given_up_changes_nothing(account: Account, marketing: Number) -> None:
    trial(account, build.group(account))
    carrier.text(marketing, "join", phone=ANA)
    given_up = Message.objects.get(direction="in")
    Message.objects.filter(pk=given_up.pk).update(status="parked")
    carrier.text(marketing, "join", phone="+14155550199")
    inbound.park(given_up, "RuntimeError")
    inbound.process(account_id=account.pk)
    statuses = Message.objects.filter(direction="in").order_by("id").values_list("status", flat=True)
    assert list(statuses) == ["parked", "processed"]


def test_a_run_that_only_waits_on_forgets_nothing_that_was_said_meanwhile(
    account: Account, marketing: Number, group: Group
) -> None:
    ask(account)
    bot(account, "LATER", {"kind": Kind.WAIT, "minutes": 9}, RATING)
    text(marketing, "later")
    text(marketing, "hello")
    asleep = Run.objects.get(state="waiting")
    permissions.join(group=group, contacts=[Contact.objects.get(phone=ANA)], evidence=STOP)
    Run.objects.filter(pk=asleep.pk).update(next_at=now())
    inbound.process(account_id=account.pk)
    woken = Run.objects.get(pk=asleep.pk)
    assert (woken.state, woken.ledger_seq) == ("waiting", asleep.ledger_seq)
    assert woken.next_at
    assert woken.next_at > now()


def test_a_question_is_not_closed_by_what_became_of_the_text_before_it(account: Account, marketing: Number) -> None:
    bot(account, "HI", {"kind": Kind.REPLY, "body": "One"}, {"kind": Kind.WAIT, "minutes": 5}, NAME)
    bot(account, "LATER", {"kind": Kind.WAIT, "minutes": 9}, RATING)
    text(marketing, "hi")
    text(marketing, "later")
    Message.objects.filter(body="One").update(status="undelivered")
    wake(account)
    assert list(Run.objects.order_by("id").values_list("state", flat=True)) == ["asking", "waiting"]


def test_a_late_answer_from_before_the_question_was_repeated_counts(account: Account, marketing: Number) -> None:
    ask(account)
    text(marketing, "hello")
    Message.objects.update(created_at=now() - timedelta(minutes=10))
    text(marketing, "hm?")
    _late(marketing, "94110", minutes=5)
    assert said()[-1] == "Thanks for 94110"


def test_a_late_text_is_no_answer_to_a_question_that_is_asked_in_the_same_round(
    account: Account, marketing: Number
) -> None:
    bot(account, "HELLO", NAME)
    carrier.text(marketing, "hello", phone=ANA)
    _late(marketing, "novip", minutes=30)
    assert came("novip").trace["outcome"] == "no_match"


def test_a_late_stop_that_was_overtaken_ends_nothing_that_began_after_it_in_the_same_round(
    account: Account, marketing: Number
) -> None:
    bot(account, "HELLO", WAIT, {"kind": Kind.REPLY, "body": "Two"})
    for body in ("STOP", "START", "hello"):
        carrier.text(marketing, body, phone=ANA)
    _late(marketing, "STOP", minutes=60)
    wake(account)
    assert "Two" in said()


def test_a_run_that_nobody_can_read_ends_before_it_costs_another_text(account: Account, marketing: Number) -> None:
    for word in ("GOOD", "BAD"):
        bot(account, word, WAIT, {"kind": Kind.REPLY, "body": word})
        text(marketing, word)
    Run.objects.filter(word_key="bad").update(rest=[{"kind": "of another version"}])
    Run.objects.filter(word_key="good").update(next_at=now())
    inbound.process(account_id=account.pk)
    assert set(Run.objects.values_list("state", flat=True)) == {"ended"}
