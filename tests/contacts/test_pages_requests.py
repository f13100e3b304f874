"""Requests recorded by phone number, and the people who have stopped a number."""

from datetime import timedelta
from html import unescape
from typing import Any

import pytest
from django.http import HttpResponse
from django.urls import reverse
from django.utils.timezone import now

from contacts import permissions, scopes, wording
from contacts.models import ConsentEvent, Contact, Number, OptOut
from contacts.models.consent import Source
from contacts.permissions import Evidence
from contacts.views import pages
from shout.models import Account, User
from tests import build
from tests.outside import OutsideClient

STOP = Evidence(source=Source.UNIVERSAL_KEYWORD, words="Stop.")


def shown(response: HttpResponse, status: int = 200) -> str:
    assert response.status_code == status
    return unescape(response.content.decode())


def minute(ago: timedelta = timedelta()) -> str:
    return (now() - ago).strftime("%Y-%m-%dT%H:%M")


def phrase(rule: str = "en.stop-texting-me", words: str = "please stop texting me") -> Evidence:
    return Evidence(source=Source.PHRASE, words=words, rule=rule)


REQUEST = reverse("contacts:request_new")


def asked(what: str, **fields: object) -> dict[str, Any]:
    """The form of a request by the owner of a phone who is no contact."""
    form = {"phone": "(415) 555-0177", "what": what, "how": "Phone call", "words": "Take me off", "asked_at": minute()}
    return form | fields


def test_a_request_by_somebody_who_is_no_contact_stops_the_numbers_they_meant(
    browser: OutsideClient, marketing: Number, service: Number, owner: User
) -> None:
    answer = shown(browser.post(REQUEST, asked("stop", numbers=marketing.pk), follow=True))
    line = ConsentEvent.objects.get()
    assert "Marketing will not text (415) 555-0177 any more." in answer
    assert permissions.refusal(marketing, "+14155550177") == "opted_out"
    assert permissions.refusal(service, "+14155550177") is None
    assert (line.source, line.reference, line.words, line.actor) == ("staff", "Phone call", "Take me off", owner.email)
    assert line.asked_at is not None
    assert wording.how(line) == f"recorded by {owner.email} (phone call) “Take me off”"


def test_a_request_may_be_about_every_number_and_repeated_it_changes_nothing(
    browser: OutsideClient, marketing: Number, service: Number
) -> None:
    for _ in range(2):
        answer = shown(browser.post(REQUEST, asked("stop", every_number="on"), follow=True))
    assert "(415) 555-0177 had stopped Service already." in answer
    assert ConsentEvent.objects.count() == OptOut.objects.count() == 2


def test_a_request_to_leave_a_list_closes_no_number(
    browser: OutsideClient, account: Account, ana: Contact, marketing: Number
) -> None:
    vip = build.group(account)
    permissions.join(group=vip, contacts=[ana], evidence=STOP)
    answer = browser.post(REQUEST, asked("leave", phone=ana.phone, group=vip.pk))
    assert answer["Location"] == reverse("messaging:conversation", args=[ana.pk])
    assert not ana.groups.exists()
    assert permissions.refusal(marketing, ana.phone) is None
    assert ConsentEvent.objects.last().words == "Take me off"  # type: ignore[union-attr]


def test_new_consent_for_a_list_makes_a_contact_and_lifts_no_opt_out(
    browser: OutsideClient, account: Account, marketing: Number
) -> None:
    permissions.opt_out(number=marketing, phone="+14155550177", evidence=STOP)
    answer = shown(browser.post(REQUEST, asked("join", group=build.group(account).pk, words="Yes"), follow=True))
    assert Contact.objects.get().groups.get().name == "VIP"
    assert "They have stopped Marketing themselves: only new consent from them opens that." in answer
    assert permissions.refusal(marketing, "+14155550177") == "opted_out"


def test_new_consent_for_a_number_opens_that_number_alone(
    browser: OutsideClient, marketing: Number, service: Number
) -> None:
    for number in (marketing, service):
        permissions.opt_out(number=number, phone="+14155550177", evidence=STOP)
    answer = shown(browser.post(REQUEST, asked("agree", numbers=service.pk, words="Yes"), follow=True))
    assert "Service may text (415) 555-0177 again." in answer
    assert permissions.refusal(service, "+14155550177") is None
    assert permissions.refusal(marketing, "+14155550177") == "opted_out"


@pytest.mark.parametrize(
    ("what", "change", "remedy"),
    [
        ("stop", {}, "Choose at least one number, or all of them."),
        ("stop", {"numbers": "x"}, "Choose from the numbers listed."),
        ("stop", {"phone": "12"}, "is not a phone number. Write it with its country code"),
        ("stop", {"how": "Pigeon"}, "Choose from what is listed."),
        ("stop", {"words": " "}, "Write down what they said. It is kept as proof."),
        ("stop", {"asked_at": "2999-01-01T00:00"}, "This is in the future."),
        ("dance", {}, "Choose from what is listed."),
        ("", {}, "Choose what they asked for."),
        ("leave", {}, "Choose the list that they meant."),
        ("join", {"group": 987654}, "Choose one of the groups listed."),
    ],
)
def test_an_incomplete_request_is_told_how_to_mend_it_and_changes_nothing(
    what: str, change: dict[str, Any], remedy: str, browser: OutsideClient, marketing: Number
) -> None:
    assert remedy in shown(browser.post(REQUEST, asked(what, **change)), 422)
    assert not ConsentEvent.objects.exists()


def test_a_request_to_leave_a_list_that_they_are_not_on_asks_to_look_again(
    browser: OutsideClient, account: Account
) -> None:
    answer = shown(browser.post(REQUEST, asked("leave", group=build.group(account).pk)), 422)
    assert "Nobody with this phone number is on VIP. Look at the number again." in answer


def test_old_consent_in_a_request_opens_nothing_and_puts_nobody_back(
    browser: OutsideClient, account: Account, ana: Contact, marketing: Number
) -> None:
    vip, old = build.group(account), minute(ago=timedelta(days=1))
    permissions.opt_out(number=marketing, phone=ana.phone, evidence=STOP)
    permissions.join(group=vip, contacts=[ana], evidence=STOP)
    permissions.leave(group=vip, contacts=[ana], evidence=STOP)
    agree = asked("agree", phone=ana.phone, numbers=marketing.pk, asked_at=old)
    assert "They stopped Marketing after that" in shown(browser.post(REQUEST, agree), 422)
    join = asked("join", phone=ana.phone, group=vip.pk, asked_at=old)
    assert "They left VIP on " in shown(browser.post(REQUEST, join), 422)
    assert permissions.refusal(marketing, ana.phone) == "opted_out"
    assert not ana.groups.exists()


@pytest.mark.parametrize("query", ["", "?phone=%2B14155550142&number=x&what=y", "?phone=%00", "?group=x&number=1"])
def test_a_link_fills_the_request_in_as_far_as_it_makes_sense(
    query: str, browser: OutsideClient, ana: Contact, marketing: Number
) -> None:
    answer = shown(browser.get(REQUEST + query))
    assert "Record a request" in answer
    assert ("Ana Ruiz" in answer) == ("0142" in query)


def opt_outs_of(browser: OutsideClient, number: Number, query: str = "", status: int = 200) -> str:
    return shown(browser.get(reverse("contacts:number_opt_outs", args=[number.pk]) + query), status)


def test_a_number_lists_who_has_stopped_it_contact_or_not_with_words_and_source(
    browser: OutsideClient, ana: Contact, marketing: Number, service: Number, owner: User
) -> None:
    permissions.opt_out(number=marketing, phone=ana.phone, evidence=STOP)
    permissions.opt_out(number=marketing, phone="+14155550177", evidence=Evidence.staff(owner, words="Rang us"))
    permissions.opt_out(number=service, phone="+14155550188", evidence=STOP)
    page = opt_outs_of(browser, marketing)
    assert "Ana Ruiz" in page
    assert "Texted “Stop.”" in page
    assert "(415) 555-0177" in page
    assert f"Recorded by {owner.email} “Rang us”" in page
    assert "0188" not in page


def test_the_opt_outs_of_a_number_are_searched_by_phone_and_read_by_the_page(
    browser: OutsideClient, marketing: Number, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pages, "SIZE", 2)
    for last in range(5):
        permissions.opt_out(number=marketing, phone=f"+1415555017{last}", evidence=STOP)
    assert "555-0174" in opt_outs_of(browser, marketing)
    assert "555-0172" not in opt_outs_of(browser, marketing)
    oldest = OptOut.objects.get(phone="+14155550173")
    assert "555-0172" in opt_outs_of(browser, marketing, f"?before={oldest.pk}")
    assert "555-0170" in opt_outs_of(browser, marketing, "?q=555-0170")
    assert "555-0171" not in opt_outs_of(browser, marketing, "?q=555-0170")
    assert "No such phone number here" in opt_outs_of(browser, marketing, "?q=999%00")


def test_a_number_lists_for_whom_marketing_is_held_and_who_opted_in_again_is_gone(
    browser: OutsideClient, ana: Contact, marketing: Number
) -> None:
    permissions.hold(number=marketing, phone=ana.phone, evidence=phrase())
    assert "Nobody has stopped this number" in opt_outs_of(browser, marketing)
    assert "Wrote “please stop texting me”" in opt_outs_of(browser, marketing, "?show=held")
    permissions.opt_in(number=marketing, phone=ana.phone, evidence=STOP)
    assert "Nothing waits for a decision" in opt_outs_of(browser, marketing, "?show=held")


def test_a_wider_scope_is_named_above_the_opt_outs_of_a_number(
    browser: OutsideClient, account: Account, marketing: Number, owner: User
) -> None:
    assert "An opt-out closes all" not in opt_outs_of(browser, marketing)
    scopes.set_scope(account=account, scope="account", starts_at=now(), by=owner)
    assert "An opt-out closes all your numbers" in opt_outs_of(browser, marketing)


def test_strangers_see_no_opt_outs_and_viewers_record_no_request(
    strangers_browser: OutsideClient, viewers_browser: OutsideClient, marketing: Number
) -> None:
    opt_outs_of(strangers_browser, marketing, status=404)
    assert "Record a request" not in opt_outs_of(viewers_browser, marketing)
    assert viewers_browser.post(REQUEST, asked("stop", numbers=marketing.pk)).status_code == 403
    assert strangers_browser.post(REQUEST, asked("stop", numbers=marketing.pk)).status_code == 422
    assert not ConsentEvent.objects.exists()
