"""Runs that wait or ask while the world changes: people leave, stop, and bots are paused (B1, B5, B8, P8, P10, P17)."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils.timezone import now

from bots import drafts
from bots.models import Action, Bot, Run, WebhookCall
from contacts import clock, permissions
from contacts.models import ConsentEvent, Contact, Group, Number
from contacts.models.consent import Source
from contacts.permissions import Evidence
from messaging import inbound, outbound, outbox, tracing
from messaging.models import Message
from shout.models import Account, User
from tests import build, carrier
from tests.messaging.test_runs import ANA, ask, bot, said, text
from tests.outside import OutsideClient

Kind = Action.Kind
STOP = Evidence(source=Source.STAFF, words="asked at the till", actor="owner@example.com")


def wake(account: Account) -> None:
    """Let everything that waits come due."""
    Run.objects.exclude(next_at=None).update(next_at=now() - timedelta(minutes=2))
    inbound.process(account_id=account.pk)


def came(body: str) -> Message:
    """The latest text that said this."""
    return Message.objects.filter(direction="in", body=body).latest("id")


def trial(account: Account, group: Group) -> Bot:
    """A bot that puts people on a list after an hour."""
    return bot(
        account,
        "JOIN",
        {"kind": Kind.REPLY, "body": "Soon"},
        {"kind": Kind.WAIT, "minutes": 60},
        {"kind": Kind.ASSIGN_GROUP, "group": group},
        {"kind": Kind.REPLY, "body": "You are on it"},
    )


@pytest.fixture
def group(account: Account) -> Group:
    return build.group(account)


def members(group: Group) -> int:
    return Contact.objects.in_group(group).count()


def test_who_leaves_a_list_while_a_bot_waits_to_put_them_on_it_is_not_put_on_it(
    account: Account, marketing: Number, group: Group
) -> None:
    trial(account, group)
    bot(account, "NOVIP", {"kind": Kind.REMOVE_FROM_GROUP, "group": group}, {"kind": Kind.REPLY, "body": "Off"})
    text(marketing, "join")
    text(marketing, "novip")
    wake(account)
    assert (members(group), said()) == (0, ["Soon", "Off"])
    [later] = tracing.read(came("join")).later
    assert "They have left a list it puts people on" in later.ended


def test_who_is_taken_off_by_the_team_is_not_put_on_again(account: Account, marketing: Number, group: Group) -> None:
    trial(account, group)
    text(marketing, "join")
    ana = Contact.objects.get(phone=ANA)
    permissions.join(group=group, contacts=[ana], evidence=STOP)
    permissions.leave(group=group, contacts=[ana], evidence=STOP)
    wake(account)
    assert (members(group), said()) == (0, ["Soon"])


@pytest.mark.parametrize("door", ["text", "staff", "phrase"])
def test_who_stops_while_a_bot_waits_is_done_with_even_after_start(
    account: Account, marketing: Number, group: Group, door: str
) -> None:
    trial(account, group)
    text(marketing, "join")
    if door == "staff":
        permissions.opt_out(number=marketing, phone=ANA, evidence=STOP)
    else:
        text(marketing, "STOP" if door == "text" else "please stop texting me")
    text(marketing, "START")
    wake(account)
    assert members(group) == 0
    assert "You are on it" not in said()
    [later] = tracing.read(came("join")).later
    assert later.ended == "They have stopped the number, so the rest is not done."


def test_who_joins_after_a_wait_joined_by_the_word_that_began_it(
    account: Account, marketing: Number, group: Group
) -> None:
    trial(account, group)
    text(marketing, "Join!")
    wake(account)
    line = ConsentEvent.objects.get(kind="joined")
    asked = came("Join!")
    assert (line.words, line.reference, line.asked_at) == ("Join!", asked.carrier_sid, asked.created_at)
    [later] = tracing.read(asked).later
    assert [deed.words for deed in later.deeds] == [f"Added to the group {group.name}"]


def test_who_joins_by_an_answer_joined_by_the_word_and_the_answer(
    account: Account, marketing: Number, group: Group
) -> None:
    bot(
        account,
        "JOIN",
        {"kind": Kind.ASK, "body": "Sure? Reply OK", "field": "sure"},
        {"kind": Kind.ASSIGN_GROUP, "group": group},
    )
    text(marketing, "join")
    text(marketing, "OK")
    line = ConsentEvent.objects.get(kind="joined")
    assert (line.words, line.reference) == ("join\nOK", came("join").carrier_sid)


def test_what_is_said_after_a_wait_is_marketing_and_waits_for_the_day(account: Account, marketing: Number) -> None:
    build.night(account)
    bot(account, "HELLO", {"kind": Kind.WAIT, "minutes": 60}, {"kind": Kind.REPLY, "body": "Big sale"})
    text(marketing, "hello")
    wake(account)
    sale = Message.objects.get(direction="out")
    assert (sale.origin, sale.status, sale.basis) == ("follow_up", "queued", "conversation")
    assert sale.next_at
    assert sale.next_at > now()


def test_what_is_said_after_a_wait_is_held_while_a_request_is_under_review(account: Account, marketing: Number) -> None:
    bot(account, "HELLO", {"kind": Kind.WAIT, "minutes": 60}, {"kind": Kind.REPLY, "body": "Big sale"})
    text(marketing, "hello")
    permissions.hold(number=marketing, phone=ANA, evidence=STOP)
    wake(account)
    assert Message.objects.get(direction="out").status == Message.Status.HELD


@pytest.mark.parametrize("how", ["pause", "delete", "move"])
def test_a_bot_that_listens_no_more_takes_no_answers_and_goes_on_with_nothing(
    account: Account, marketing: Number, owner: User, how: str
) -> None:
    asking, waiting = (
        ask(account),
        bot(account, "LATER", {"kind": Kind.WAIT, "minutes": 9}, {"kind": Kind.REPLY, "body": "Two"}),
    )
    bot(account, "94110", {"kind": Kind.REPLY, "body": "A word of mine"})
    text(marketing, "later")
    text(marketing, "hello")
    for each in (asking, waiting):
        if how == "pause":
            drafts.pause(each, by=owner.email)
        elif how == "delete":
            drafts.delete(each)
        else:
            each.on_all_numbers = False
            each.save()
    text(marketing, "94110")
    wake(account)
    assert said() == ["Your ZIP?", "A word of mine"]
    assert set(Run.objects.exclude(bot__name="94110").values_list("state", flat=True)) == {"ended"}
    for body in ("hello", "later"):
        [later] = tracing.read(came(body)).later
        assert later.ended == "The bot no longer listened on this number, so the rest was not done."


def test_a_question_that_reached_nobody_does_not_take_the_next_text(account: Account, marketing: Number) -> None:
    ask(account)
    permissions.opt_out(number=marketing, phone=ANA, evidence=STOP)
    text(marketing, "hello")
    text(marketing, "94110")
    assert came("94110").trace["outcome"] == "no_match"
    assert tracing.read(came("hello")).stopped_short == "They have stopped the number, so the rest is not done."


def test_a_question_over_the_limit_does_not_take_the_next_text(account: Account, marketing: Number) -> None:
    ask(account)
    Number.objects.update(bot_replies_per_hour=1)
    bot(account, "HI", {"kind": Kind.REPLY, "body": "Hi"})
    text(marketing, "hi")
    text(marketing, "hello")
    text(marketing, "94110")
    assert came("94110").trace["outcome"] == "no_match"
    assert "withheld" in tracing.read(came("hello")).stopped_short


def test_an_opt_out_by_the_team_closes_an_open_question(account: Account, marketing: Number) -> None:
    ask(account)
    text(marketing, "hello")
    permissions.opt_out(number=marketing, phone=ANA, evidence=STOP)
    permissions.opt_in(number=marketing, phone=ANA, evidence=STOP)
    text(marketing, "94110")
    assert came("94110").trace["outcome"] == "no_match"
    assert Run.objects.get().state == Run.State.ENDED


def test_an_answer_that_waited_in_a_backlog_counts_when_it_came_in_time(account: Account, marketing: Number) -> None:
    ask(account)
    text(marketing, "hello")
    carrier.text(marketing, "94110", phone=ANA)
    Run.objects.update(next_at=now())
    inbound.process(account_id=account.pk)
    assert said()[-1] == "Thanks for 94110"


def test_a_run_whose_group_or_tag_is_gone_ends_and_nobody_elses_text_is_lost(
    account: Account, marketing: Number, group: Group
) -> None:
    tag = build.tag(account)
    steps = [{"kind": Kind.ASSIGN_GROUP, "group": group}, {"kind": Kind.ADD_TAG, "tag": tag}]
    wait, reply = {"kind": Kind.WAIT, "minutes": 60}, {"kind": Kind.REPLY, "body": "You are on it"}
    made = bot(account, "JOIN", wait, *steps, reply)
    text(marketing, "join")
    made.actions.filter(kind__in=(Kind.ASSIGN_GROUP, Kind.ADD_TAG)).delete()
    group.delete()
    tag.delete()
    wake(account)
    assert said() == []
    [later] = tracing.read(came("join")).later
    assert later.ended == "A group or tag that it names was deleted meanwhile, so the rest is not done."
    assert not Message.objects.filter(status=Message.Status.PARKED).exists()


def offer(account: Account, group: Group) -> None:
    """A list whose joining is followed by an offer, and the word to leave it."""
    wait, reply = {"kind": Kind.WAIT, "minutes": 60}, {"kind": Kind.REPLY, "body": "An offer"}
    bot(account, "JOIN", {"kind": Kind.ASSIGN_GROUP, "group": group}, wait, reply)
    bot(account, "NOVIP", {"kind": Kind.REMOVE_FROM_GROUP, "group": group}, {"kind": Kind.REPLY, "body": "Off"})


@pytest.mark.parametrize("door", ["word", "staff"])
def test_who_leaves_gets_no_offer_of_the_list_a_bot_had_put_them_on(
    account: Account, marketing: Number, group: Group, door: str
) -> None:
    offer(account, group)
    text(marketing, "join")
    if door == "word":
        text(marketing, "novip")
    else:
        permissions.leave(group=group, contacts=[Contact.objects.get(phone=ANA)], evidence=STOP)
    wake(account)
    assert "An offer" not in said()


def test_an_offer_that_waits_for_the_day_does_not_leave_to_who_has_left_the_list(
    account: Account, marketing: Number, group: Group
) -> None:
    build.night(account)
    offer(account, group)
    text(marketing, "join")
    wake(account)
    waiting = Message.objects.get(body="An offer")
    assert waiting.status == Message.Status.QUEUED
    text(marketing, "novip")
    Message.objects.filter(pk=waiting.pk).update(next_at=now())
    outbox.claim(marketing.pk, limit=9, token=build.key(), lease=30, quiet=clock.quiet(account.pk))
    waiting.refresh_from_db()
    assert (waiting.status, waiting.refusal) == ("refused", "no_permission")


def test_who_has_left_every_list_is_not_said_to_be_on_one(account: Account, marketing: Number, group: Group) -> None:
    offer(account, group)
    text(marketing, "join")
    text(marketing, "novip")
    sent = outbound.send(number=marketing, phone=ANA, body="Hello", origin=Message.Origin.API)
    assert sent.basis == "conversation"


def test_who_texts_the_word_again_gets_one_offer(account: Account, marketing: Number, group: Group) -> None:
    offer(account, group)
    for word in ("join", "join", "novip", "join"):
        text(marketing, word)
    wake(account)
    assert said().count("An offer") == 1


def test_joining_one_of_its_lists_elsewhere_does_not_end_a_question(
    account: Account, marketing: Number, group: Group
) -> None:
    ask_first = {"kind": Kind.ASK, "body": "Sure?", "field": "sure"}
    bot(account, "JOIN", ask_first, {"kind": Kind.ASSIGN_GROUP, "group": group}, {"kind": Kind.REPLY, "body": "Done"})
    text(marketing, "join")
    permissions.join(group=group, contacts=[Contact.objects.get(phone=ANA)], evidence=STOP)
    text(marketing, "yes I am")
    assert said()[-1] == "Done"


def test_a_question_that_waits_for_the_day_takes_no_answer_and_loses_no_time(
    account: Account, marketing: Number
) -> None:
    build.night(account)
    question = {"kind": Kind.ASK, "body": "How was it?", "field": "rating", "minutes": 30}
    bot(account, "HELLO", {"kind": Kind.WAIT, "minutes": 60}, question)
    text(marketing, "hello")
    wake(account)
    text(marketing, "see you")
    assert came("see you").trace["outcome"] == "no_match"
    wake(account)
    run = Run.objects.get()
    assert run.state == Run.State.ASKING
    assert run.next_at
    assert run.next_at > now()


@pytest.mark.parametrize("fate", ["failed", "undelivered"])
def test_a_question_that_did_not_reach_them_takes_no_answer(account: Account, marketing: Number, fate: str) -> None:
    ask(account)
    text(marketing, "hello")
    Message.objects.filter(direction="out").update(status=fate)
    text(marketing, "94110")
    assert came("94110").trace["outcome"] == "no_match"
    [later] = tracing.read(came("hello")).later
    assert later.ended.startswith("The question did not reach them")


def test_what_a_run_had_queued_is_taken_back_when_it_ends(account: Account, marketing: Number, owner: User) -> None:
    build.night(account)
    question = {"kind": Kind.ASK, "body": "How was it?", "field": "rating"}
    made = bot(account, "HELLO", {"kind": Kind.WAIT, "minutes": 60}, question)
    text(marketing, "hello")
    wake(account)
    drafts.pause(made, by=owner.email)
    text(marketing, "94110")
    assert Message.objects.get(direction="out").status == Message.Status.CANCELED


def test_a_question_that_wakes_up_waits_until_another_is_answered(account: Account, marketing: Number) -> None:
    question = {"kind": Kind.ASK, "body": "How was it?", "field": "rating"}
    bot(account, "LATER", {"kind": Kind.WAIT, "minutes": 9}, question)
    ask(account)
    text(marketing, "later")
    text(marketing, "hello")
    Run.objects.filter(state="waiting").update(next_at=now())
    inbound.process(account_id=account.pk)
    assert said() == ["Your ZIP?"]
    text(marketing, "94110")
    wake(account)
    assert said() == ["Your ZIP?", "Thanks for 94110", "How was it?"]


def test_a_text_that_cannot_be_acted_on_closes_the_question_it_was_to_answer(
    account: Account, marketing: Number
) -> None:
    ask(account)
    text(marketing, "hello")
    Run.objects.update(rest=[{"kind": "ask"}])
    text(marketing, "94110")
    text(marketing, "hello")
    assert came("94110").status == Message.Status.PARKED
    assert came("hello").trace["outcome"] == "bot"


def test_a_call_is_shown_with_the_text_it_comes_of(account: Account, marketing: Number, browser: OutsideClient) -> None:
    bot(
        account,
        "HELLO",
        {"kind": Kind.CALL, "url": "https://example.com/first"},
        {"kind": Kind.ASK, "body": "Your ZIP?", "field": "postal_code", "answer": "zip"},
        {"kind": Kind.CALL, "url": "https://example.com/second"},
    )
    text(marketing, "hello")
    text(marketing, "94110")
    assert WebhookCall.objects.count() == 2
    page = browser.get(reverse("messaging:message_trace", args=[came("94110").pk])).content.decode()
    assert "https://example.com/second" in page
    assert "https://example.com/first" not in page


def test_a_bot_that_moves_people_from_list_to_list_gives_no_leave_tag(
    account: Account, marketing: Number, group: Group
) -> None:
    gold, tag = build.group(account, name="Gold"), build.tag(account)
    steps = [{"kind": Kind.ASSIGN_GROUP, "group": gold}, {"kind": Kind.ADD_TAG, "tag": tag}]
    bot(account, "UPG", {"kind": Kind.REMOVE_FROM_GROUP, "group": group}, *steps)
    bot(account, "SILVER", {"kind": Kind.ASSIGN_GROUP, "group": group})
    for word in ("silver", "upg", "silver"):
        text(marketing, word)
    assert Contact.objects.get(phone=ANA).tags.get() == tag


def test_who_rejoins_loses_the_tag_of_a_leave_bot_that_is_paused_by_now(
    account: Account, marketing: Number, group: Group, owner: User
) -> None:
    tag = build.tag(account)
    leave = bot(account, "NOVIP", {"kind": Kind.REMOVE_FROM_GROUP, "group": group}, {"kind": Kind.ADD_TAG, "tag": tag})
    bot(account, "VIP", {"kind": Kind.ASSIGN_GROUP, "group": group})
    text(marketing, "vip")
    text(marketing, "novip")
    drafts.pause(leave, by=owner.email)
    text(marketing, "vip")
    assert not Contact.objects.get(phone=ANA).tags.exists()
