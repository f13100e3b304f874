"""The way into the Permission section, and the queue of texts that may ask for no more texts."""

from datetime import timedelta
from html import unescape

import pytest
from django.http import HttpResponse
from django.urls import reverse
from django.utils.timezone import now

from contacts import permissions, reviews
from contacts.models import Contact, Number, Review
from contacts.models.consent import Source
from contacts.permissions import Evidence
from messaging.models import CarrierCheck, Message
from shout.models import Account, Role, User
from tests import build
from tests.outside import OutsideClient

OVERVIEW, QUEUE = reverse("contacts:permission"), reverse("contacts:review_list")
RULE = "en.remove"
STOP, START = (Evidence(source=Source.UNIVERSAL_KEYWORD, words=words) for words in ("STOP", "START"))


def shown(response: HttpResponse, status: int = 200) -> str:
    assert response.status_code == status
    return unescape(response.content.decode())


def act(name: str, review: Review) -> str:
    return reverse(f"contacts:review_{name}", args=[review.pk])


def held(number: Number, phone: str, words: str = "Remove", *, rule: str = RULE) -> Review:
    review = permissions.hold(
        number=number, phone=phone, evidence=Evidence(source=Source.PHRASE, words=words, rule=rule)
    )
    assert review
    return review


@pytest.fixture
def review(marketing: Number, ana: Contact) -> Review:
    """Ana's text, which waits."""
    return held(marketing, ana.phone)


def queued(number: Number, contact: Contact) -> Message:
    return Message.objects.create(
        account=number.account, number=number, phone=contact.phone, contact=contact, direction="out", body="Sale",
        origin="api", status="queued", checked_at=now(),
    )  # fmt: skip


def test_the_section_opens_with_what_needs_attention(
    browser: OutsideClient, account: Account, marketing: Number, review: Review
) -> None:
    CarrierCheck.objects.create(account=account, number=marketing, since=now(), failure="Twilio did not answer.")
    text = shown(browser.get(OVERVIEW))
    assert f'<a href="{OVERVIEW}" aria-current="page"' in text
    assert "1 text waits for your decision" in text
    assert "business days left" in text
    assert "That number only" in text
    assert "Twilio did not answer." in text


def test_the_menu_counts_what_waits_on_every_page(browser: OutsideClient, review: Review) -> None:
    page = reverse("contacts:contact_list")
    assert "waiting for your decision" in shown(browser.get(page))
    browser.post(act("dismiss", review))
    assert "waiting for your decision" not in shown(browser.get(page))


def test_the_queue_says_who_wrote_what_why_it_is_there_and_what_it_holds(
    browser: OutsideClient, marketing: Number, service: Number, ana: Contact
) -> None:
    for number in (marketing, marketing, service):
        queued(number, ana)
    held(marketing, ana.phone, "Remove <b>me</b>")
    response = browser.get(QUEUE)
    assert b"Remove &lt;b&gt;me&lt;/b&gt;" in response.content
    text = shown(response)
    assert reverse("messaging:conversation", args=[ana.pk]) in text
    assert "Ana Ruiz" in text
    assert "to Marketing" in text
    assert "Why it is here: " in text
    assert "business days left" in text
    assert "2 marketing texts to them are held" in text


def test_a_review_of_a_stranger_by_a_rule_that_is_gone_is_shown_all_the_same(
    browser: OutsideClient, marketing: Number
) -> None:
    held(marketing, "+14155550188", rule="xx.gone")
    text = shown(browser.get(QUEUE))
    assert "(415) 555-0188" in text
    assert "Why it is here" not in text


def test_a_wrong_number_is_called_one(browser: OutsideClient, marketing: Number, ana: Contact) -> None:
    held(marketing, ana.phone, "Wrong number", rule="en.wrong-number")
    assert "may have another number now" in shown(browser.get(QUEUE))


@pytest.mark.parametrize(
    ("days", "words"), [(-1, "Overdue since"), (0, "Due today")], ids=["after the ten days", "on the last day"]
)
def test_the_clock_of_ten_business_days_turns_red(
    days: int, words: str, browser: OutsideClient, review: Review
) -> None:
    Review.objects.filter(pk=review.pk).update(due_on=now().date() + timedelta(days=days))
    assert words in shown(browser.get(QUEUE))
    assert words.lower() in shown(browser.get(OVERVIEW)).lower()


def test_confirming_stops_the_number_and_can_be_undone(
    browser: OutsideClient, marketing: Number, ana: Contact, review: Review, owner: User
) -> None:
    assert "Marketing will not text Ana Ruiz any more." in shown(browser.post(act("confirm", review), follow=True))
    assert permissions.refusal(marketing, ana.phone) == "opted_out"
    assert f"By {owner}" in shown(browser.get(QUEUE))
    assert "held again until you decide" in shown(browser.post(act("undo", review), follow=True))
    assert permissions.refusal(marketing, ana.phone) is None
    assert "1 text waits" in shown(browser.get(QUEUE))


def test_dismissing_lets_leave_what_was_held(
    browser: OutsideClient, marketing: Number, ana: Contact, review: Review
) -> None:
    message = queued(marketing, ana)
    Message.objects.filter(pk=message.pk).update(status="held")
    assert "Marketing may text Ana Ruiz as before." in shown(browser.post(act("dismiss", review), follow=True))
    message.refresh_from_db()
    assert message.status == "queued"
    assert "Not a request" in shown(browser.get(QUEUE))


@pytest.mark.parametrize("name", ["confirm", "dismiss"])
def test_a_repeated_decision_changes_nothing(
    name: str, browser: OutsideClient, account: Account, review: Review
) -> None:
    browser.post(act(name, review))
    lines = account.consent_events.count()
    assert "That was decided already." in shown(browser.post(act(name, review), follow=True))
    assert account.consent_events.count() == lines


def test_a_decision_that_was_overtaken_says_why(
    browser: OutsideClient, marketing: Number, ana: Contact, review: Review
) -> None:
    browser.post(act("dismiss", review))
    assert "Undo that decision first." in shown(browser.post(act("confirm", review), follow=True))
    permissions.opt_out(
        number=marketing, phone=ana.phone, evidence=Evidence(source=Source.UNIVERSAL_KEYWORD, words="STOP")
    )
    assert "stopped this number in other words too" in shown(browser.get(QUEUE))
    assert "stopped this number in other words too" in shown(browser.post(act("undo", review), follow=True))


@pytest.mark.parametrize(
    ("said", "why"), [(STOP, "stopped this number in other words too"), (START, "opened to them again since")]
)
def test_undo_is_offered_until_they_have_said_something_else_and_then_it_says_why_not(
    browser: OutsideClient, marketing: Number, ana: Contact, review: Review, said: Evidence, why: str
) -> None:
    browser.post(act("confirm", review))
    text = shown(browser.get(QUEUE))
    assert act("undo", review) in text
    assert why not in text
    (permissions.opt_out if said == STOP else permissions.opt_in)(number=marketing, phone=ana.phone, evidence=said)
    text = shown(browser.get(QUEUE))
    assert act("undo", review) not in text
    assert why in text


def test_undo_is_not_offered_while_a_later_text_of_theirs_waits(
    browser: OutsideClient, marketing: Number, ana: Contact, review: Review
) -> None:
    browser.post(act("dismiss", review))
    assert act("undo", review) in shown(browser.get(QUEUE))
    held(marketing, ana.phone, "wrong number", rule="en.wrong-number")
    text = shown(browser.get(QUEUE))
    assert act("undo", review) not in text
    assert "A later text of theirs is waiting for your decision already." in text


def test_what_a_rule_stopped_at_once_is_among_the_decisions_and_can_be_undone(
    browser: OutsideClient, marketing: Number, ana: Contact
) -> None:
    evidence = Evidence(source=Source.PHRASE, words="take me off this list", rule="en.off-the-list")
    assert reviews.obey(number=marketing, phone=ana.phone, evidence=evidence)
    text = shown(browser.get(QUEUE))
    assert "take me off this list" in text
    assert "Automatically, by the rule" in text
    browser.post(act("undo", Review.objects.get()))
    assert permissions.refusal(marketing, ana.phone) is None


def test_what_a_person_said_later_decides_for_them_and_is_not_ours_to_undo(
    browser: OutsideClient, marketing: Number, ana: Contact, review: Review
) -> None:
    permissions.opt_out(
        number=marketing, phone=ana.phone, evidence=Evidence(source=Source.UNIVERSAL_KEYWORD, words="STOP")
    )
    text = shown(browser.get(QUEUE))
    assert "They texted “STOP”" in text
    assert "This was decided by what they said themselves" in text
    assert act("undo", review) not in text


def test_nothing_waiting_explains_what_would_come_here(browser: OutsideClient) -> None:
    text = shown(browser.get(QUEUE))
    assert "Nothing waits for your decision" in text
    assert "wrong number" in text


@pytest.mark.parametrize("name", ["confirm", "dismiss", "undo"])
def test_only_who_may_write_decides(
    name: str, strangers_browser: OutsideClient, viewers_browser: OutsideClient, client: OutsideClient, review: Review
) -> None:
    assert client.post(act(name, review)).status_code == 302
    assert viewers_browser.post(act(name, review)).status_code == 403
    assert strangers_browser.post(act(name, review)).status_code == 404
    review.refresh_from_db()
    assert review.is_open


def test_a_viewer_may_look_and_is_offered_nothing(viewers_browser: OutsideClient, review: Review) -> None:
    text = shown(viewers_browser.get(QUEUE))
    assert "Remove" in text
    assert act("confirm", review) not in text


def test_an_agent_may_decide(client: OutsideClient, account: Account, review: Review) -> None:
    client.force_login(build.member(account, Role.AGENT))
    assert client.post(act("confirm", review)).status_code == 302
    review.refresh_from_db()
    assert review.decision == "confirmed"


def test_a_long_queue_is_cut_and_the_most_urgent_come_first(
    browser: OutsideClient, account: Account, marketing: Number
) -> None:
    for _ in range(51):
        held(marketing, build.phone())
    last = Review.objects.order_by("-id")[0]
    Review.objects.filter(pk=last.pk).update(due_on=now().date(), words="Most urgent")
    text = shown(browser.get(QUEUE))
    assert "51 texts wait" in text
    assert "These are the 50 most urgent." in text
    assert text.index("Most urgent") < text.index("Remove")
