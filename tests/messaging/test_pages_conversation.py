"""A contact's page: one timeline, a composer that says why it is closed, and news while it is open."""

import re
from html import unescape
from uuid import uuid4

import pytest
from django.http import HttpResponse
from django.urls import reverse

from contacts import permissions
from contacts.models import Contact, Number
from contacts.permissions import Evidence
from messaging import outbound
from messaging import timeline as timelines
from messaging.models import Message
from shout.models import Account, Role, User
from tests import build, carrier
from tests.outside import OutsideClient


def page_of(contact: Contact) -> str:
    return reverse("messaging:conversation", args=[contact.pk])


def write(browser: OutsideClient, contact: Contact, sender: Number, **fields: object) -> HttpResponse:
    url = reverse("messaging:message_new", args=[contact.pk])
    form = {"number": sender.pk, "body": "Hello", "key": uuid4()} | fields
    return browser.post(url, form)  # type: ignore[return-value]


def shown(answer: HttpResponse) -> str:
    """The words of a page, without its markup."""
    return unescape(" ".join(re.sub(r"<[^>]+>", " ", answer.content.decode()).split()))


def poll(browser: OutsideClient, contact: Contact, **query: object) -> HttpResponse:
    url = reverse("messaging:timeline", args=[contact.pk])
    return browser.get(url, query, headers={"HX-Request": "true"})  # type: ignore[return-value]


def version_seen(answer: HttpResponse) -> dict[str, str]:
    found = re.search(r"since=(\d+)&amp;seen=(\w+)", answer.content.decode())
    assert found
    return {"since": found[1], "seen": found[2]}


def out(number: Number, contact: Contact, body: str, **fields: object) -> Message:
    text = outbound.send(number=number, phone=contact.phone, body=body, origin=Message.Origin.INBOX, contact=contact)
    Message.objects.filter(pk=text.pk).update(**fields)
    text.refresh_from_db()
    return text


def test_what_was_said_and_what_it_changed_stand_in_one_order(
    browser: OutsideClient, account: Account, ben: Contact, marketing: Number, service: Number
) -> None:
    carrier.text(marketing, "“Stop.”", phone=ben.phone)
    carrier.text(service, "Is the kitchen open?", phone=ben.phone)
    carrier.work(account.pk)
    write(browser, ben, service, body="Until ten.")
    words = shown(browser.get(page_of(ben)))
    said = ["“Stop.” To Marketing", "Opted out of Marketing · texted “Stop.”", "Is the kitchen open?", "Until ten."]
    places = [words.index(part) for part in said]
    assert places == sorted(places)
    assert "Service · Olivia Owner" in words


def test_a_text_that_may_not_leave_says_why(
    browser: OutsideClient, ben: Contact, marketing: Number, service: Number
) -> None:
    permissions.opt_out(number=marketing, phone=ben.phone, evidence=Evidence(source="universal_keyword", words="STOP"))
    answer = write(browser, ben, marketing)
    assert answer.status_code == 302
    words = shown(browser.get(answer["Location"]))
    assert "Not sent from Marketing: They have stopped this number." in words
    assert "Refused: They have stopped this number" in words
    assert Message.objects.get().status == Message.Status.REFUSED


def test_the_composer_is_closed_where_permission_is_missing_and_names_what_may_be_used(
    browser: OutsideClient, ben: Contact, marketing: Number, service: Number
) -> None:
    permissions.opt_out(number=marketing, phone=ben.phone, evidence=Evidence(source="universal_keyword", words="STOP"))
    words = shown(browser.get(page_of(ben), {"number": marketing.pk}))
    assert "You cannot text Ben Ode from Marketing" in words
    assert "Texted “STOP”" in words
    assert "You may still text them from Service" in words
    assert "You cannot text" not in shown(browser.get(page_of(ben), {"number": service.pk}))


def test_a_blocked_contact_can_be_texted_from_no_number(
    browser: OutsideClient, ben: Contact, marketing: Number, owner: User
) -> None:
    permissions.block(contact=ben, by=owner)
    words = shown(browser.get(page_of(ben)))
    assert "Your team has blocked them, on every number." in words
    assert "Up to 1,600 characters" not in words


def test_the_composer_opens_with_the_number_of_the_latest_text(
    browser: OutsideClient, account: Account, ben: Contact, marketing: Number, service: Number
) -> None:
    carrier.text(service, "Hello", phone=ben.phone)
    page = browser.get(page_of(ben)).content.decode()
    assert f'<input type="hidden" name="number" value="{service.pk}"' in page


def test_without_a_number_the_page_says_where_to_add_one(browser: OutsideClient, ben: Contact) -> None:
    assert "You have no number to text from yet." in shown(browser.get(page_of(ben)))


def test_another_text_written_in_a_form_one_has_gone_back_to_is_sent(
    browser: OutsideClient, ben: Contact, service: Number
) -> None:
    key = uuid4()
    for body in ("Your table is ready", "Your table is ready, table 5"):
        assert write(browser, ben, service, key=key, body=body).status_code == 302
    assert Message.objects.count() == 2


def test_a_form_sent_twice_is_one_text(browser: OutsideClient, ben: Contact, service: Number) -> None:
    key = uuid4()
    for _ in range(3):
        assert write(browser, ben, service, key=key).status_code == 302
    text = Message.objects.get()
    assert (text.body, text.origin, text.status) == ("Hello", "inbox", "queued")


@pytest.mark.parametrize(
    ("fields", "complaint"),
    [
        ({"body": "  "}, "Write a text."),
        ({"body": "x" * 1601}, "A text holds at most 1,600 characters. This one has 1601."),
        ({"body": "a\x00b"}, "Null characters are not allowed."),
    ],
)
def test_a_text_that_is_none_is_shown_again_with_what_is_wrong(
    browser: OutsideClient, ben: Contact, service: Number, fields: dict[str, object], complaint: str
) -> None:
    answer = write(browser, ben, service, **fields)
    assert answer.status_code == 422
    assert complaint in shown(answer)
    assert not Message.objects.exists()


@pytest.fixture
def rivals_number(db: None) -> Number:
    """A number of another account."""
    return build.number(build.account(name="Rival"))


@pytest.mark.parametrize("fields", [{"number": 0}, {"number": "x"}, {"number": 10**30}, {"key": "no key"}])
def test_a_form_that_no_page_has_made_writes_nothing(
    browser: OutsideClient, ben: Contact, service: Number, fields: dict[str, object]
) -> None:
    assert write(browser, ben, service, **fields).status_code == 422
    assert not Message.objects.exists()


def test_a_line_ends_in_one_character_whatever_the_browser_posts(
    browser: OutsideClient, ben: Contact, service: Number
) -> None:
    write(browser, ben, service, body="One\r\nTwo")
    assert Message.objects.get().body == "One\nTwo"


def test_the_number_of_another_account_cannot_be_used(
    rivals_number: Number, browser: OutsideClient, ben: Contact, service: Number
) -> None:
    answer = write(browser, ben, rivals_number)
    assert answer.status_code == 422
    assert "Choose one of your numbers." in shown(answer)
    assert not Message.objects.exists()


def test_a_viewer_may_read_and_not_write(viewers_browser: OutsideClient, ben: Contact, service: Number) -> None:
    words = shown(viewers_browser.get(page_of(ben)))
    assert "Your role is viewer" in words
    assert write(viewers_browser, ben, service).status_code == 403
    assert not Message.objects.exists()


def test_a_stranger_finds_neither_page_nor_news_nor_composer(
    strangers_browser: OutsideClient, ben: Contact, service: Number
) -> None:
    assert strangers_browser.get(page_of(ben)).status_code == 404
    assert poll(strangers_browser, ben).status_code == 404
    assert write(strangers_browser, ben, service).status_code == 404
    assert not Message.objects.exists()


def test_who_is_signed_out_is_led_to_the_sign_in(client: OutsideClient, ben: Contact) -> None:
    assert client.get(page_of(ben))["Location"].startswith("/accounts/login/")


def test_an_open_page_whose_reader_has_signed_out_elsewhere_is_loaded_again(
    client: OutsideClient, ben: Contact
) -> None:
    assert poll(client, ben)["HX-Refresh"] == "true"


def test_an_open_page_is_told_nothing_until_something_happens(
    browser: OutsideClient, account: Account, ben: Contact, service: Number
) -> None:
    carrier.text(service, "Hello", phone=ben.phone)
    carrier.work(account.pk)
    seen = version_seen(browser.get(page_of(ben)))  # type: ignore[arg-type]
    assert poll(browser, ben, **seen).status_code == 204
    carrier.text(service, "Anybody there?", phone=ben.phone)
    news = poll(browser, ben, **seen)
    assert news.status_code == 200
    assert "Anybody there?" in shown(news)
    assert poll(browser, ben, **version_seen(news)).status_code == 204


def test_a_stop_closes_the_composer_of_an_open_page(
    browser: OutsideClient, account: Account, ben: Contact, service: Number
) -> None:
    seen = version_seen(browser.get(page_of(ben)))  # type: ignore[arg-type]
    carrier.text(service, "STOP", phone=ben.phone)
    words = shown(poll(browser, ben, **seen, number=service.pk))
    assert "You cannot text Ben Ode from Service" in words
    assert "Stopped" in words


def test_a_change_of_status_is_news(browser: OutsideClient, ben: Contact, service: Number) -> None:
    text = out(service, ben, "Hello")
    seen = version_seen(browser.get(page_of(ben)))  # type: ignore[arg-type]
    Message.objects.filter(pk=text.pk).update(status="delivered")
    assert "Delivered" in shown(poll(browser, ben, **seen))


def test_earlier_texts_are_loaded_without_gaps_or_repetitions(
    browser: OutsideClient, ben: Contact, service: Number, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(timelines, "PAGE", 4)
    for serial in range(10):
        out(service, ben, f"Text {serial}.")
    page, found = timelines.page(ben), []
    while page.lines:
        found = [line.text.body for line in page.lines] + found  # type: ignore[union-attr]
        page = timelines.page(ben, before=Message.objects.get(pk=page.first_id))
    assert found == [f"Text {serial}." for serial in range(10)]
    oldest_shown = timelines.page(ben).first_id
    words = shown(poll(browser, ben, before=oldest_shown))
    assert "Text 5." in words
    assert "Text 6." not in words
    assert "Newest texts" in shown(browser.get(page_of(ben), {"before": oldest_shown}))


def test_changes_of_permission_stand_on_exactly_one_page(
    account: Account, ben: Contact, service: Number, owner: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(timelines, "PAGE", 2)
    group = build.group(account)
    for serial in range(5):
        out(service, ben, f"Text {serial}.")
        change = permissions.leave if serial % 2 else permissions.join
        change(group=group, contacts=[ben], evidence=Evidence.staff(owner, words=str(serial)))
    page, seqs = timelines.page(ben), []
    while page.lines:
        seqs += [line.event.seq for line in page.lines if isinstance(line, timelines.EventLine)]
        before = Message.objects.filter(pk=page.first_id, phone=ben.phone).first()
        page = timelines.page(ben, before=before) if page.has_earlier else timelines.Page((), 0, False)
    assert sorted(seqs) == [1, 2, 3, 4, 5]


@pytest.mark.parametrize("before", ["0", "x", str(10**30)])
def test_a_place_that_is_none_is_the_newest(browser: OutsideClient, ben: Contact, before: str) -> None:
    assert browser.get(page_of(ben), {"before": before}).status_code == 200


def test_the_text_of_somebody_else_is_no_place_in_this_conversation(
    browser: OutsideClient, account: Account, ben: Contact, service: Number
) -> None:
    other = out(service, build.contact(account), "Hello")
    assert browser.get(page_of(ben), {"before": other.pk}).status_code == 404


def test_choosing_another_number_brings_only_its_composer(
    browser: OutsideClient, ben: Contact, marketing: Number, service: Number
) -> None:
    headers = {"HX-Request": "true", "HX-Target": "composer"}
    answer = browser.get(page_of(ben), {"number": service.pk}, headers=headers)
    assert answer.content.decode().lstrip().startswith('<div id="composer"')
    assert "hx-preserve" in answer.content.decode()


def test_a_text_sent_by_htmx_brings_an_empty_composer_and_asks_for_the_news(
    browser: OutsideClient, ben: Contact, service: Number
) -> None:
    url = reverse("messaging:message_new", args=[ben.pk])
    form = {"number": service.pk, "body": "Hello", "key": uuid4()}
    answer = browser.post(url, form, headers={"HX-Request": "true"})
    assert "texts-changed" in answer["HX-Trigger"]
    assert "Hello" not in shown(answer)  # type: ignore[arg-type]
    assert str(form["key"]) not in answer.content.decode()


def test_a_text_refused_to_htmx_says_so_and_closes_the_composer(
    browser: OutsideClient, ben: Contact, service: Number
) -> None:
    carrier.text(service, "STOP", phone=ben.phone)
    url = reverse("messaging:message_new", args=[ben.pk])
    form = {"number": service.pk, "body": "Hello", "key": uuid4()}
    answer = browser.post(url, form, headers={"HX-Request": "true"})
    words = shown(answer)  # type: ignore[arg-type]
    assert "You cannot text Ben Ode from Service" in words
    assert "Not sent from Service: They have stopped this number." in words
    assert 'id="messages" aria-live="polite" hx-swap-oob="true"' in answer.content.decode()


def test_an_unconfirmed_text_is_sent_again_once_when_a_person_asks(
    browser: OutsideClient, owner: User, ben: Contact, service: Number
) -> None:
    lost = out(service, ben, "Your table is ready", status="unconfirmed")
    assert "Send again" in shown(browser.get(page_of(ben)))
    for _ in range(2):
        answer = browser.post(reverse("messaging:message_resend", args=[lost.pk]))
        assert answer["Location"] == page_of(ben)
    again = Message.objects.exclude(pk=lost.pk).get()
    assert (again.body, again.status, again.sent_by) == (lost.body, "queued", owner)
    assert "Send again" not in shown(browser.get(page_of(ben)))


def test_a_text_whose_fate_is_known_is_not_sent_again(browser: OutsideClient, ben: Contact, service: Number) -> None:
    known = out(service, ben, "Your table is ready", status="delivered")
    browser.post(reverse("messaging:message_resend", args=[known.pk]))
    assert "This text was not sent again" in shown(browser.get(page_of(ben)))
    assert Message.objects.count() == 1


def test_only_those_who_may_write_send_a_text_again(
    strangers_browser: OutsideClient, viewers_browser: OutsideClient, ben: Contact, service: Number
) -> None:
    lost = out(service, ben, "Your table is ready", status="unconfirmed")
    url = reverse("messaging:message_resend", args=[lost.pk])
    assert viewers_browser.post(url).status_code == 403
    assert strangers_browser.post(url).status_code == 404
    assert Message.objects.count() == 1


@pytest.mark.parametrize(
    ("body", "says"),
    [
        ("Hello", "1 segment · 1,595 characters left"),
        ("é" * 161, "2 segments · 1,439 characters left"),
        ("It’s ready", "A segment holds 70 characters, not 160, because of ’ (right single quotation mark)"),
        ("x" * 1601, "1 character too many"),
        ("", "1 segment · 1,600 characters left"),
    ],
)
def test_segments_are_counted_while_a_text_is_written(browser: OutsideClient, body: str, says: str) -> None:
    assert says in shown(browser.post(reverse("messaging:segment_count"), {"body": body}))  # type: ignore[arg-type]


@pytest.mark.parametrize("role", [Role.AGENT, Role.ADMIN])
def test_whoever_may_write_may_text(
    client: OutsideClient, account: Account, ben: Contact, service: Number, role: Role
) -> None:
    client.force_login(build.member(account, role))
    assert write(client, ben, service).status_code == 302
    assert Message.objects.get().status == "queued"
