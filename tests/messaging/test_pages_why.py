"""Why a text left or did not: what the composer and each text of a conversation say of permission."""

from datetime import UTC, datetime

import pytest
import time_machine
from django.urls import reverse

from bots.models import Action
from contacts import permissions, phrases, reviews, wording
from contacts.models import Contact, Number
from contacts.permissions import Evidence
from messaging import outbound
from messaging.models import Message
from shout.models import Account, User
from tests import carrier
from tests.messaging.test_open_runs import wake
from tests.messaging.test_pages_conversation import out, page_of, poll, shown, version_seen, write
from tests.messaging.test_runs import ANA, bot, text
from tests.outside import OutsideClient

HELD_RULE = next(rule.id for rule in phrases.RULES if rule.band == phrases.Band.REVIEW)


def ask_by_phrase(number: Number, contact: Contact) -> None:
    evidence = Evidence(source="phrase", words="wrong number", rule=HELD_RULE)
    permissions.hold(number=number, phone=contact.phone, evidence=evidence)


def test_a_number_may_be_chosen_with_a_click_where_another_is_closed(
    browser: OutsideClient, ben: Contact, marketing: Number, service: Number
) -> None:
    permissions.opt_out(number=marketing, phone=ben.phone, evidence=Evidence(source="universal_keyword", words="STOP"))
    page = browser.get(page_of(ben), {"number": marketing.pk}).content.decode()
    assert page.count(f'href="{page_of(ben)}?number={service.pk}"') == 2
    assert "Up to 1,600 characters" not in page


def test_a_held_number_may_still_be_written_from_and_says_what_is_held(
    browser: OutsideClient, ben: Contact, marketing: Number
) -> None:
    ask_by_phrase(marketing, ben)
    words = shown(browser.get(page_of(ben)))
    assert "Marketing from Marketing to them is held until you decide on their text" in words
    assert "You may still answer in person." in words
    assert write(browser, ben, marketing).status_code == 302
    assert Message.objects.get().status == "queued"


def test_an_open_page_learns_that_the_composer_may_not_be_kept_in_use(
    browser: OutsideClient, ben: Contact, service: Number
) -> None:
    page = browser.get(page_of(ben))
    assert f'data-keep-in-use="{service.pk} open"' in page.content.decode()
    carrier.text(service, "STOP", phone=ben.phone)
    news = poll(browser, ben, **version_seen(page), number=service.pk).content.decode()  # type: ignore[arg-type]
    assert f'data-keep-in-use="{service.pk} closed"' in news
    assert "hx-preserve" in news[news.index("You cannot text") :]


def test_each_text_says_why_it_was_allowed_with_the_line_of_the_ledger_and_the_recipients_clock(
    browser: OutsideClient, account: Account, ben: Contact, service: Number
) -> None:
    permissions.opt_in(number=service, phone=ben.phone, evidence=Evidence(source="universal_keyword", words="START"))
    seq = account.consent_events.get().seq
    text = out(service, ben, "Hello", local_time="2026-03-03 14:05")
    page = browser.get(page_of(ben))
    assert f"Allowed: They have opted in to this number ( line {seq} of the ledger ). Checked" in shown(page)  # type: ignore[arg-type]
    assert "when it was Mar 3, 2:05 PM where they are." in shown(page)  # type: ignore[arg-type]
    assert f"{reverse('contacts:ledger')}?before={seq + 1}#line-{seq}" in page.content.decode()
    Message.objects.filter(pk=text.pk).update(place="")
    assert "where they are" not in shown(browser.get(page_of(ben)))


def test_a_refused_text_says_why_with_the_line_that_decided(
    browser: OutsideClient, account: Account, ben: Contact, service: Number
) -> None:
    permissions.opt_out(number=service, phone=ben.phone, evidence=Evidence(source="universal_keyword", words="STOP"))
    out(service, ben, "Hello")
    seq = account.consent_events.get().seq
    words = shown(browser.get(page_of(ben)))
    assert f"Refused ( line {seq} of the ledger )" in words
    assert words.count("They have stopped this number") == 1
    assert "Not sent: Hello" in words


def test_a_follow_up_that_was_taken_back_says_so(browser: OutsideClient, account: Account, marketing: Number) -> None:
    two = {"kind": Action.Kind.REPLY, "body": "Two"}
    bot(account, "HELLO", {"kind": Action.Kind.WAIT, "minutes": 60}, two)
    text(marketing, "hello")
    wake(account)
    text(marketing, "hello")
    words = shown(browser.get(page_of(account.contacts.get(phone=ANA))))
    assert "Not sent: Two" in words
    assert "Canceled: The bot took it back: they had left its list or texted it again" in words
    assert "Allowed before that: They have texted this number" in words
    Message.objects.filter(body="Two").update(carrier_sid="SM1")
    assert "Canceled: The carrier says so" in shown(browser.get(page_of(account.contacts.get(phone=ANA))))


def test_a_text_kept_back_by_quiet_hours_says_until_when_by_the_recipients_clock(
    browser: OutsideClient, ben: Contact, marketing: Number
) -> None:
    with time_machine.travel(datetime(2026, 3, 3, 12, 30, tzinfo=UTC), tick=False):  # 4:30 AM in California
        later = datetime(2026, 3, 3, 16, tzinfo=UTC)
        text = out(marketing, ben, "Sale", status="queued", next_at=later, place="US-CA")
        assert "Waits until 8:00 AM their time" in shown(browser.get(page_of(ben)))
        Message.objects.filter(pk=text.pk).update(place="")
        assert "Waits until 4:00 PM UTC, when it is day wherever they may be" in shown(browser.get(page_of(ben)))
        Message.objects.filter(pk=text.pk).update(attempts=1)
        assert "Waits until" not in shown(browser.get(page_of(ben)))


def test_held_marketing_leads_to_the_decision(
    browser: OutsideClient, account: Account, ben: Contact, marketing: Number
) -> None:
    ask_by_phrase(marketing, ben)
    outbound.send(number=marketing, phone=ben.phone, body="Sale", origin=Message.Origin.API, contact=ben)
    page = browser.get(page_of(ben))
    assert "Held: Until you decide on their text" in shown(page)  # type: ignore[arg-type]
    assert page.content.decode().count(reverse("contacts:review_list")) >= 3


@pytest.mark.parametrize(
    ("outcome", "words"), [("phrase", "Read as a request to stop: "), ("review", "May be a request to stop: ")]
)
def test_a_text_read_as_a_request_says_so_and_why(
    outcome: str, words: str, browser: OutsideClient, account: Account, ben: Contact, service: Number
) -> None:
    carrier.text(service, "Hello", phone=ben.phone)
    Message.objects.update(trace={"outcome": outcome, "rule": HELD_RULE})
    assert words + wording.explanation(HELD_RULE) in shown(browser.get(page_of(ben)))
    Message.objects.update(trace={"outcome": outcome, "rule": "en.gone"})
    assert words.removesuffix(": ") in shown(browser.get(page_of(ben)))


def test_a_hold_and_its_end_stand_in_the_timeline(
    browser: OutsideClient, ben: Contact, marketing: Number, owner: User
) -> None:
    ask_by_phrase(marketing, ben)
    reviews.dismiss(review=marketing.reviews.get(), by=owner)
    words = shown(browser.get(page_of(ben)))
    assert "Marketing from Marketing held · wrote “wrong number”" in words
    assert f"Marketing from Marketing released · wrote “wrong number” ({wording.explanation(HELD_RULE)})" in words
    assert f"dismissed by {owner.email}" in words
