"""What staff record about permission, and what a contact's own page says of it."""

from datetime import timedelta
from html import unescape
from typing import Any

import pytest
from django.http import HttpResponse
from django.urls import reverse
from django.utils.timezone import now

from contacts import permissions
from contacts.models import Block, ConsentEvent, Contact, Number, OptOut
from contacts.models.consent import Source
from contacts.permissions import Evidence
from shout.models import Account, User
from tests import build
from tests.outside import OutsideClient

STOP = Evidence(source=Source.UNIVERSAL_KEYWORD, words="Stop.")


def url(name: str, contact: Contact, *more: int) -> str:
    return reverse(f"contacts:{name}", args=[contact.pk, *more])


def shown(response: HttpResponse, status: int = 200) -> str:
    assert response.status_code == status
    return unescape(response.content.decode())


def minute(ago: timedelta = timedelta()) -> str:
    return (now() - ago).strftime("%Y-%m-%dT%H:%M")


def test_staff_record_an_opt_out_with_the_words_and_when_it_was_asked(
    browser: OutsideClient, ana: Contact, marketing: Number, service: Number, owner: User
) -> None:
    form = {"numbers": [marketing.pk], "words": "Rang us: take me off", "asked_at": "2026-03-03T14:05"}
    response = browser.post(url("contact_opt_out", ana), form)
    line = ConsentEvent.objects.get()
    assert response["Location"] == reverse("messaging:conversation", args=[ana.pk])
    assert permissions.refusal(marketing, ana.phone) == "opted_out"
    assert permissions.refusal(service, ana.phone) is None
    assert (line.kind, line.source, line.words, line.actor) == ("opted_out", "staff", form["words"], owner.email)
    assert line.asked_at is not None
    assert line.asked_at.isoformat() == "2026-03-03T14:05:00+00:00"


def test_an_opt_out_may_be_recorded_for_several_numbers_and_again_without_change(
    browser: OutsideClient, ana: Contact, marketing: Number, service: Number
) -> None:
    form = {"numbers": [marketing.pk, service.pk], "words": "By e-mail", "asked_at": minute()}
    for _ in range(2):
        assert browser.post(url("contact_opt_out", ana), form).status_code == 302
    assert OptOut.objects.count() == ConsentEvent.objects.count() == 2


@pytest.mark.parametrize(
    ("change", "remedy"),
    [
        ({"numbers": []}, "Choose at least one number."),
        ({"numbers": ["987654"]}, "Choose from the numbers listed."),
        ({"numbers": ["x"]}, "Choose from the numbers listed."),
        ({"words": " "}, "Say how they asked. It is kept as proof."),
        ({"asked_at": ""}, "Enter the date and time."),
        ({"asked_at": "yesterday"}, "Enter a date and time, like 2026-03-14 15:05."),
        ({"asked_at": "2999-01-01T00:00"}, "This is in the future. Enter when it happened, in UTC."),
        ({"asked_at": "0001-01-01T00:00"}, "This is before 1990. Enter when it happened, in UTC."),
    ],
)
def test_an_incomplete_opt_out_is_told_how_to_mend_it(
    change: dict[str, Any], remedy: str, browser: OutsideClient, ana: Contact, marketing: Number
) -> None:
    form = {"numbers": [marketing.pk], "words": "Rang us", "asked_at": minute()} | change
    assert remedy in shown(browser.post(url("contact_opt_out", ana), form), 422)
    assert not OptOut.objects.in_force().exists()


def test_another_accounts_number_cannot_be_chosen(browser: OutsideClient, ana: Contact) -> None:
    form = {"numbers": [987654321], "words": "Rang us", "asked_at": minute()}
    assert browser.post(url("contact_opt_out", ana), form).status_code == 422


def test_only_new_consent_lifts_an_opt_out_and_only_of_the_chosen_number(
    browser: OutsideClient, ana: Contact, marketing: Number, service: Number, owner: User
) -> None:
    for number in (marketing, service):
        permissions.opt_out(number=number, phone=ana.phone, evidence=STOP)
    form = {
        "numbers": [service.pk],
        "reference": "Signed form",
        "words": "Yes, text me about repairs",
        "asked_at": minute(),
    }
    browser.post(url("contact_opt_in", ana), form)
    line = ConsentEvent.objects.get(kind="opted_in")
    assert permissions.refusal(service, ana.phone) is None
    assert permissions.refusal(marketing, ana.phone) == "opted_out"
    assert (line.source, line.reference, line.words, line.actor) == (
        "staff",
        "Signed form",
        "Yes, text me about repairs",
        owner.email,
    )


def test_consent_from_before_they_stopped_lifts_nothing(
    browser: OutsideClient, ana: Contact, marketing: Number
) -> None:
    permissions.opt_out(number=marketing, phone=ana.phone, evidence=STOP)
    form = {
        "numbers": [marketing.pk],
        "reference": "Signed form",
        "words": "Yes",
        "asked_at": minute(ago=timedelta(days=1)),
    }
    text = shown(browser.post(url("contact_opt_in", ana), form), 422)
    assert "Only consent given since then opens it." in text
    assert permissions.refusal(marketing, ana.phone) == "opted_out"


@pytest.mark.parametrize("missing", ["numbers", "reference", "words", "asked_at"])
def test_consent_without_source_words_or_date_lifts_nothing(
    missing: str, browser: OutsideClient, ana: Contact, marketing: Number
) -> None:
    permissions.opt_out(number=marketing, phone=ana.phone, evidence=STOP)
    form = {"numbers": marketing.pk, "reference": "Signed form", "words": "Yes", "asked_at": minute()}
    del form[missing]
    assert browser.post(url("contact_opt_in", ana), form).status_code == 422
    assert permissions.refusal(marketing, ana.phone) == "opted_out"


def test_recording_consent_where_nothing_is_stopped_changes_nothing(
    browser: OutsideClient, ana: Contact, marketing: Number
) -> None:
    form = {"numbers": marketing.pk, "reference": "Signed form", "words": "Yes", "asked_at": minute()}
    assert browser.post(url("contact_opt_in", ana), form).status_code == 302
    assert not ConsentEvent.objects.exists()


def test_a_block_stops_every_number_and_is_lifted_without_lifting_an_opt_out(
    browser: OutsideClient, ana: Contact, marketing: Number, service: Number, owner: User
) -> None:
    permissions.opt_out(number=marketing, phone=ana.phone, evidence=STOP)
    for _ in range(2):
        browser.post(url("contact_block", ana), {"reason": "Abuse"})
    assert Block.objects.values_list("reason", "blocked_by_id").get() == ("Abuse", owner.pk)
    assert permissions.refusal(service, ana.phone) == "blocked"
    for _ in range(2):
        browser.post(url("contact_unblock", ana))
    assert permissions.refusal(service, ana.phone) is None
    assert permissions.refusal(marketing, ana.phone) == "opted_out"
    kinds = list(ConsentEvent.objects.values_list("kind", flat=True))
    assert kinds == ["opted_out", "blocked", "unblocked"]


def test_a_block_needs_neither_a_reason_nor_a_number(browser: OutsideClient, ana: Contact) -> None:
    assert browser.post(url("contact_block", ana)).status_code == 302
    assert Block.objects.get().reason == ""


def test_who_left_a_list_comes_back_by_newer_consent_alone(
    browser: OutsideClient, account: Account, ana: Contact
) -> None:
    vip = build.group(account)
    permissions.join(group=vip, contacts=[ana], evidence=Evidence(source=Source.KEYWORD, words="VIP"))
    permissions.leave(group=vip, contacts=[ana], evidence=Evidence(source=Source.KEYWORD, words="NOVIP"))
    form = {"group": vip.pk, "words": "Said so at the till"}
    for asked_at in ("", minute(ago=timedelta(days=1))):
        answer = shown(browser.post(url("contact_groups", ana), form | {"asked_at": asked_at}), 422)
        assert "They left VIP on " in answer
        assert "texted “NOVIP”. Only consent given since then puts them back on it." in answer
    assert not ana.groups.exists()
    assert browser.post(url("contact_groups", ana), form | {"asked_at": minute()}).status_code == 302
    assert ana.groups.get() == vip


def test_unblocking_names_the_numbers_that_stay_closed(
    browser: OutsideClient, ana: Contact, marketing: Number, owner: User
) -> None:
    permissions.opt_out(number=marketing, phone=ana.phone, evidence=STOP)
    permissions.block(contact=ana, by=owner)
    answer = shown(browser.post(url("contact_unblock", ana), follow=True))
    assert "Ana Ruiz is not blocked any more." in answer
    assert "They have stopped Marketing themselves: only new consent from them opens that." in answer
    assert "Ana Ruiz was not blocked." in shown(browser.post(url("contact_unblock", ana), follow=True))


def test_an_act_that_changes_nothing_says_so(
    browser: OutsideClient, account: Account, ana: Contact, marketing: Number, owner: User
) -> None:
    form = {"numbers": [marketing.pk], "words": "Rang us", "asked_at": minute()}
    browser.post(url("contact_opt_out", ana), form)
    again = shown(browser.post(url("contact_opt_out", ana), form, follow=True))
    assert "Marketing was stopped for Ana Ruiz already. Nothing has changed." in again
    permissions.block(contact=ana, by=owner)
    assert "Ana Ruiz is blocked already." in shown(browser.post(url("contact_block", ana), follow=True))
    vip = build.group(account)
    assert "Ana Ruiz was not on VIP." in shown(browser.post(url("contact_leave", ana, vip.pk), follow=True))
    assert ConsentEvent.objects.count() == 2


def test_a_contact_keeps_the_phone_that_permission_was_given_for(
    browser: OutsideClient, ana: Contact, marketing: Number
) -> None:
    permissions.opt_out(number=marketing, phone="+14155550177", evidence=STOP)
    assert "It stays, because permission was given for it." in shown(browser.get(url("contact_edit", ana)))
    browser.post(url("contact_edit", ana), {"phone": "+14155550177", "first_name": "Ana"})
    ana.refresh_from_db()
    assert ana.phone == "+14155550142"


def test_adding_somebody_who_had_stopped_a_number_says_that_it_stays_closed(
    browser: OutsideClient, account: Account, marketing: Number
) -> None:
    permissions.opt_out(number=marketing, phone="+14155550177", evidence=STOP)
    form = {"phone": "+14155550177", "group": build.group(account).pk, "words": "Till"}
    answer = shown(browser.post(reverse("contacts:contact_new"), form, follow=True))
    assert "They have stopped Marketing themselves: only new consent from them opens that." in answer
    assert permissions.refusal(marketing, "+14155550177") == "opted_out"
