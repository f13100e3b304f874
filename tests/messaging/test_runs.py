"""Runs that ask and wait, with real texts: one open question at a time, within the reply limit (B5, B11)."""

from datetime import timedelta

import pytest
from django.db.models import F
from django.utils.timezone import now

from bots import notices
from bots import playbook as playbooks
from bots.models import Action, Bot, Notice, Run, Trigger, WebhookCall
from contacts.models import Contact, Number
from messaging import inbound, outbound, tracing
from messaging.models import Message
from shout.models import Account, User
from tests import build, carrier

Kind = Action.Kind
ANA = "+14155550142"


def bot(account: Account, word: str, *actions: dict[str, object]) -> Bot:
    made = Bot.objects.create(account=account, name=word)
    Trigger.objects.create(account=account, bot=made, word=word)
    for position, action in enumerate(actions):
        Action.objects.create(account=account, bot=made, position=position, **action)
    return made


def ask(account: Account) -> Bot:
    return bot(
        account,
        "HELLO",
        {
            "kind": Kind.ASK,
            "body": "Your ZIP?",
            "field": "postal_code",
            "answer": "zip",
            "again": "Five digits",
        },
        {"kind": Kind.REPLY, "body": "Thanks for {{ postal_code }}"},
    )


def text(number: Number, body: str) -> None:
    carrier.text(number, body, phone=ANA)
    inbound.process(account_id=number.account_id)


def said() -> list[str]:
    return list(Message.objects.filter(direction="out").order_by("id").values_list("body", flat=True))


def test_a_question_given_up_after_three_tries_ends_the_run_before_its_last_step(
    account: Account, marketing: Number
) -> None:
    ask(account)
    for body in ("hello", "what?", "hm", "huh"):
        text(marketing, body)
    assert said() == ["Your ZIP?", "Five digits", "Five digits"]
    assert Run.objects.get().state == Run.State.ENDED


def test_a_question_is_given_up_also_when_the_third_try_is_a_picture_without_words(
    account: Account, marketing: Number
) -> None:
    ask(account)
    for body in ("hello", "what?", "hm", ""):
        text(marketing, body)
    assert Run.objects.get().state == Run.State.ENDED


def test_an_answer_is_saved_and_the_run_goes_on(account: Account, marketing: Number) -> None:
    ask(account)
    for body in ("hello", "what?", "94110", "94110"):
        text(marketing, body)
    assert said() == ["Your ZIP?", "Five digits", "Thanks for 94110"]
    assert Contact.objects.get(phone=ANA).postal_code == "94110"
    assert Run.objects.get().state == Run.State.DONE
    outcomes = Message.objects.filter(direction="in").order_by("id").values_list("trace__outcome", flat=True)
    assert list(outcomes) == ["bot", "answer", "answer", "no_match"]


def test_question_and_answer_in_one_batch_are_one_run(account: Account, marketing: Number) -> None:
    ask(account)
    for body in ("hello", "94110"):
        carrier.text(marketing, body, phone=ANA)
    inbound.process(account_id=account.pk)
    assert said() == ["Your ZIP?", "Thanks for 94110"]
    assert set(Message.objects.filter(direction="out").values_list("run", flat=True)) == {Run.objects.get().pk}


def test_stop_ends_the_open_question(account: Account, marketing: Number) -> None:
    ask(account)
    for body in ("hello", "STOP", "94110"):
        text(marketing, body)
    assert Run.objects.get().state == Run.State.ENDED
    assert Contact.objects.get(phone=ANA).postal_code == ""


def test_a_question_on_one_number_leaves_the_other_number_alone(
    account: Account, marketing: Number, service: Number
) -> None:
    ask(account)
    text(marketing, "hello")
    text(service, "94110")
    assert Run.objects.get().state == Run.State.ASKING
    text(marketing, "94110")
    assert Run.objects.get().state == Run.State.DONE


def test_an_unanswered_question_ends_in_its_time(account: Account, marketing: Number) -> None:
    ask(account)
    text(marketing, "hello")
    Run.objects.update(next_at=now() - timedelta(seconds=1))
    inbound.process(account_id=account.pk)
    text(marketing, "94110")
    assert Run.objects.get().state == Run.State.ENDED
    assert said() == ["Your ZIP?"]


def test_a_wait_goes_on_in_its_time_and_once(account: Account, marketing: Number) -> None:
    group = build.group(account)
    bot(
        account,
        "HELLO",
        {"kind": Kind.REPLY, "body": "One"},
        {"kind": Kind.WAIT, "minutes": 60},
        {"kind": Kind.ASSIGN_GROUP, "group": group},
        {"kind": Kind.REPLY, "body": "Two"},
    )
    text(marketing, "hello")
    inbound.process(account_id=account.pk)
    assert said() == ["One"]
    Run.objects.update(next_at=now() - timedelta(seconds=1))
    for _ in range(2):
        inbound.process(account_id=account.pk)
    assert said() == ["One", "Two"]
    assert group.contacts.get().phone == ANA


def test_two_machines_that_answer_each_other_end_within_the_limit_and_the_team_is_told(
    account: Account, marketing: Number
) -> None:
    bot(account, "HELLO", {"kind": Kind.REPLY, "body": "HELLO"})
    Number.objects.update(bot_replies_per_hour=5)
    for _ in range(20):
        text(marketing, "HELLO")
    assert len(said()) == 5
    assert {notice.kind for notice in Notice.objects.all()} == {"loop"}
    last = Message.objects.filter(direction="in").latest("id")
    assert last.trace["withheld"] == 1


@pytest.mark.parametrize("seen_to", ["done", "written"])
def test_two_machines_that_take_their_time_end_too_until_a_person_has_looked(
    account: Account, marketing: Number, owner: User, seen_to: str
) -> None:
    bot(account, "HELLO", {"kind": Kind.REPLY, "body": "HELLO"})
    Number.objects.update(bot_replies_per_hour=1)
    for _ in range(12):
        text(marketing, "HELLO")
        Message.objects.update(created_at=F("created_at") - timedelta(hours=2))
    assert len(said()) == 10
    last, notice = Message.objects.filter(direction="in").latest("id"), Notice.objects.get()
    assert last.trace["limit"] == "unseen"
    assert "10 automatic texts that nobody of you has looked into" in notice.body
    if seen_to == "done":
        notices.done(Notice.objects.all(), by=owner)
    else:
        outbound.send(number=marketing, phone=ANA, body="Who are you?", origin=Message.Origin.INBOX)
    text(marketing, "HELLO")
    assert Message.objects.filter(origin="bot").count() == 11


def test_a_bot_tells_the_team_and_queues_its_calls(account: Account, marketing: Number) -> None:
    bot(
        account,
        "HELLO",
        {"kind": Kind.SET_FIELD, "field": "first_name", "value": "Ana"},
        {"kind": Kind.NOTIFY, "body": "{{ first_name }} says hello"},
        {"kind": Kind.CALL, "url": "https://example.com/hook"},
    )
    text(marketing, "hello")
    assert Notice.objects.get().body == "Ana says hello"
    call = WebhookCall.objects.get()
    assert call.payload["contact"]["first_name"] == "Ana"
    assert call.payload["text"] == "hello"


def test_what_does_not_fit_a_field_leaves_it_as_it_was(account: Account, marketing: Number) -> None:
    ana = build.contact(account, phone=ANA, email="ana@x.com", postal_code="94110", fields={"mail": "x" * 20})
    fields = ("email", "postal_code", "city")
    bot(account, "HELLO", *({"kind": Kind.SET_FIELD, "field": each, "value": "{{ mail }}"} for each in fields))
    text(marketing, "hello")
    ana.refresh_from_db()
    assert (ana.email, ana.postal_code, ana.fields["city"]) == ("ana@x.com", "94110", "x" * 20)


def test_a_field_that_is_set_to_nothing_is_gone(account: Account, marketing: Number) -> None:
    ana = build.contact(account, phone=ANA, last_name="Ruiz", fields={"greet": "Hi", "city": "Rome"})
    empties = [{"kind": Kind.SET_FIELD, "field": name, "value": ""} for name in ("greet", "last_name", "unknown")]
    bot(account, "HELLO", *empties, {"kind": Kind.REPLY, "body": '{{ greet|default:"None" }}'})
    text(marketing, "hello")
    ana.refresh_from_db()
    assert (ana.fields, ana.last_name, said()) == ({"city": "Rome"}, "", ["None"])
    done = [deed.words for deed in tracing.read(Message.objects.get(direction="in")).deeds]
    assert done == ["greet emptied", "last_name emptied"]


def test_an_answer_brings_no_controls_and_no_turned_writing_into_a_field(account: Account, marketing: Number) -> None:
    question = {"kind": Kind.ASK, "body": "Your name?", "field": "first_name"}
    bot(account, "HELLO", question, {"kind": Kind.REPLY, "body": "Hi {{ first_name }}"})
    for body in ("hello", "\u202eAna\x07\u200f"):
        text(marketing, body)
    assert Contact.objects.get(phone=ANA).first_name == "Ana"
    assert said()[-1] == "Hi Ana"


def test_a_webhook_hears_of_own_fields_apart_from_who_somebody_is(account: Account, marketing: Number) -> None:
    own = {"id": "7", "phone": "911", "name": "Eve", "city": "Rome"}
    ana = build.contact(account, phone=ANA, first_name="Ana", fields=own)
    bot(account, "HELLO", {"kind": Kind.CALL, "url": "https://example.com/hook"})
    text(marketing, "hello")
    assert WebhookCall.objects.get().payload["contact"] == {
        "id": ana.pk,
        "phone": ANA,
        "first_name": "Ana",
        "last_name": "",
        "name": "Ana",
        "email": "",
        "postal_code": "",
        "fields": {"id": "7", "city": "Rome"},
    }


@pytest.mark.parametrize("change", ["pause", "word", "group"])
def test_what_is_kept_in_memory_follows_every_change(account: Account, change: str) -> None:
    made, group = bot(account, "HELLO", {"kind": Kind.REPLY, "body": "Hi"}), build.group(account)
    kept = playbooks.playbook(account)
    assert playbooks.playbook(account) is kept
    if change == "pause":
        Bot.objects.update(status=Bot.Status.PAUSED)
    elif change == "word":
        Trigger.objects.create(account=account, bot=made, word="HI")
    else:
        group.name = "Regulars"
        group.save()
    fresh = playbooks.playbook(account)
    assert fresh is not kept
    assert (fresh.matcher.find("hello", 1) is None) == (change == "pause")
    assert (fresh.matcher.find("hi", 1) is None) == (change != "word")
