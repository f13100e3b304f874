"""Every text that came in says what became of it, and why (B8)."""

import pytest
from django.urls import reverse

from bots.models import Action, Bot, Run, WebhookCall
from contacts.models import Block, Number
from messaging import inbound, tracing
from messaging.models import Message
from messaging.tracing import Trace
from shout.models import Account
from tests import build, carrier
from tests.messaging.test_rehearsal import ANA, bot, vip
from tests.outside import OutsideClient

Kind = Action.Kind
ASK_ZIP = {"kind": Kind.ASK, "body": "Your ZIP?", "field": "postal_code", "answer": "zip", "again": "Five digits"}


def text(number: Number, body: str) -> Message:
    carrier.text(number, body, phone=ANA)
    inbound.process(account_id=number.account_id)
    return Message.objects.filter(direction="in").latest("id")


def trace(number: Number, body: str) -> Trace:
    return tracing.read(text(number, body))


def decided(read: Trace) -> list[str]:
    return [question.words for question in read.questions if question.state == "yes"]


@pytest.mark.parametrize(
    ("body", "question", "ended"),
    [
        ("STOP", "Is it STOP, START or HELP, which every number obeys?", "STOP: they get nothing more from Marketing"),
        ("please remove me from your list", "Is it a request to stop in other words?", "request to stop"),
        ("vip!", "Is the whole text the word of a bot?", "The bot “VIP” answered, because the whole text is its word"),
    ],
)
def test_a_trace_names_the_question_that_decided(
    account: Account, marketing: Number, body: str, question: str, ended: str
) -> None:
    vip(account)
    read = trace(marketing, body)
    assert decided(read) == [question]
    assert ended in read.ended
    states = [asked.state for asked in read.questions]
    assert states == sorted(states, key=["no", "yes", "skipped"].index)


def test_a_text_that_fits_nothing_was_asked_everything(account: Account, marketing: Number) -> None:
    read = trace(marketing, "good morning")
    assert {question.state for question in read.questions} == {"no"}
    assert read.ended == "No bot that listens on Marketing has a word that it fits, so nothing was done."


def test_a_paused_bot_that_would_have_answered_is_named(account: Account, marketing: Number) -> None:
    bot(account, "SALE", name="Sales", status=Bot.Status.PAUSED)
    assert [(fit.bot, fit.why_not) for fit in trace(marketing, "sale").fits] == [("Sales", "is paused")]


def test_a_text_of_a_blocked_person_says_so(account: Account, marketing: Number) -> None:
    vip(account)
    Block.objects.create(account=account, phone=ANA)
    assert trace(marketing, "vip").ended == "They are blocked, so nothing was done and nothing was answered."


def test_an_answer_names_the_question_and_what_was_saved(account: Account, marketing: Number) -> None:
    bot(account, "HELLO", ASK_ZIP, {"kind": Kind.CALL, "url": "https://example.com/hook"})
    asked = trace(marketing, "hello")
    assert asked.is_question
    assert asked.goes_on_at
    again = trace(marketing, "what?")
    assert again.ended.endswith("could not read this as an answer, so it asked again.")
    answered = trace(marketing, "94110")
    assert answered.ended == "The bot “HELLO” had asked for postal_code, and this was the answer."
    assert [deed.words for deed in answered.deeds] == ["postal_code set to “94110”"]
    assert [call.url for call in answered.calls] == ["https://example.com/hook"]


def test_an_answer_that_was_known_already_is_an_answer(account: Account, marketing: Number) -> None:
    bot(account, "HELLO", ASK_ZIP, {"kind": Kind.REPLY, "body": "Thanks"})
    for _ in range(2):
        text(marketing, "hello")
        answered = trace(marketing, "94110")
    assert answered.text.trace["was_read"]
    assert (
        answered.ended == "The bot “HELLO” had asked for postal_code, and this was the answer, which was known already."
    )
    assert answered.deeds == []
    assert [reply.text.body for reply in answered.replies] == ["Thanks"]


def test_an_answer_before_the_next_question_is_an_answer(account: Account, marketing: Number) -> None:
    bot(account, "HELLO", ASK_ZIP, ASK_ZIP | {"body": "Once more?"})
    text(marketing, "hello")
    answered = trace(marketing, "94110")
    assert (answered.text.trace["was_read"], answered.is_question) == (True, True)
    assert answered.ended.endswith("and this was the answer.")


def test_a_question_closed_for_want_of_an_answer_says_so(account: Account, marketing: Number) -> None:
    bot(account, "HELLO", ASK_ZIP)
    for body in ("hello", "what?", "why?"):
        text(marketing, body)
    last = trace(marketing, "no!")
    assert not last.text.trace["was_read"]
    assert last.ended.endswith("could not read this as an answer either, so the question is closed.")
    assert decided(last) == ["Is a bot waiting for their answer?"]


@pytest.mark.parametrize("status", ["undelivered", "failed", "refused"])
def test_a_trace_says_of_a_question_that_never_arrived_that_nothing_waits_for_an_answer(
    account: Account, marketing: Number, viewers_browser: OutsideClient, status: str
) -> None:
    bot(account, "HELLO", ASK_ZIP)
    asked = text(marketing, "hello")
    Message.objects.filter(body="Your ZIP?").update(status=status)
    read = tracing.read(asked)
    assert (read.goes_on_at, read.is_question) == (None, False)
    assert read.stopped_short.startswith("The question did not reach them, so the bot waits for no answer")
    page = viewers_browser.get(reverse("messaging:message_trace", args=[asked.pk])).content.decode()
    assert "The question did not reach them" in page
    assert "Waits for their answer" not in page


def test_a_trace_says_that_a_bot_which_is_paused_may_do_no_more(account: Account, marketing: Number) -> None:
    made = bot(account, "HELLO", {"kind": Kind.WAIT, "minutes": 60}, {"kind": Kind.REPLY, "body": "Two"})
    waits = text(marketing, "hello")
    assert tracing.read(waits).stopped_short == ""
    Bot.objects.filter(pk=made.pk).update(status=Bot.Status.PAUSED)
    read = tracing.read(waits)
    assert read.goes_on_at
    assert read.stopped_short.startswith("The bot does not listen on this number now.")


def test_a_text_that_could_not_be_processed_says_that_nothing_was_done(account: Account, marketing: Number) -> None:
    parked = text(marketing, "hi")
    parked.status, parked.trace = Message.Status.PARKED, {"outcome": "parked", "error": "ValueError"}
    read = tracing.read(parked)
    assert {question.state for question in read.questions} == {"skipped"}
    assert read.ended.startswith("Shout could not act on it")


def test_groups_and_tags_that_are_gone_are_no_obstacle(account: Account, marketing: Number) -> None:
    came = text(marketing, "hi")
    came.trace |= {"changes": [["joined", 1, "", ""], ["tagged", 1, "", ""]]}
    assert [deed.words for deed in tracing.read(came).deeds] == [
        "Added to a group that is gone now",
        "Given a tag that is gone now",
    ]


def test_the_page_shows_replies_refusals_and_webhooks(
    account: Account, marketing: Number, viewers_browser: OutsideClient
) -> None:
    vip(account)
    text(marketing, "STOP")
    came = text(marketing, "vip")
    run = Run.objects.get()
    WebhookCall.objects.create(
        account=account,
        run=run,
        text_id=came.pk,
        url="https://example.com/hook",
        payload={},
        state="failed",
        status_code=500,
    )
    page = viewers_browser.get(reverse("messaging:message_trace", args=[came.pk])).content.decode()
    assert "Welcome" in page
    assert page.count("They have stopped this number") == 1
    assert "Called https://example.com/hook: failed (500)" in page
    assert "Added to the group VIP" in page
    sent = Message.objects.filter(direction="out").latest("id")
    assert viewers_browser.get(reverse("messaging:message_trace", args=[sent.pk])).status_code == 404


def test_the_timeline_leads_to_the_trace_of_each_text(
    account: Account, marketing: Number, browser: OutsideClient
) -> None:
    came = text(marketing, "hello")
    page = browser.get(reverse("messaging:conversation", args=[came.contact_id])).content.decode()
    assert reverse("messaging:message_trace", args=[came.pk]) in page


def test_texts_of_before_there_were_traces_can_be_read(account: Account, marketing: Number) -> None:
    old = Message.objects.create(
        account=account, number=marketing, phone=build.phone(), direction="in", origin="contact", status="processed"
    )
    assert tracing.read(old).fits == []
