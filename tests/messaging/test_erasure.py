"""Erasing a person: nothing of them is left in any table, and what they had stopped stays stopped (P16)."""

import json
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from bots.models import Action, Bot, Trigger
from contacts import ledger, permissions
from contacts.models import Block, ConsentEvent, Contact, Group, Import, Number, OptOut, Tombstone
from contacts.models.consent import Source
from contacts.permissions import Evidence
from messaging import erasure, outbound
from messaging.models import Message
from shout.models import Account, ApiKey, Role, User
from tests import build, carrier, everything
from tests.outside import OutsideClient

STOP = Evidence(source=Source.UNIVERSAL_KEYWORD, words="STOP from +14155550143", reference="SM1")
DIGITS = "4155550143"


@pytest.fixture
def known(account: Account, ben: Contact, marketing: Number, service: Number, owner: User) -> Contact:
    """Ben, of whom every table knows something, and who has stopped the marketing number."""
    Contact.objects.filter(pk=ben.pk).update(
        email="ben@example.com", notes="Call +14155550143", fields={"city": "Bonn"}
    )
    group, tag = build.group(account), build.tag(account)
    marketing.opt_out_tag = tag
    marketing.save()
    permissions.join(group=group, contacts=[ben], evidence=Evidence.staff(owner, words="Ben said yes"))
    build_bot(account, group)
    carrier.text(service, "VIP", phone=ben.phone)
    carrier.work(account.pk)
    carrier.text(marketing, "STOP", phone=ben.phone)
    carrier.work(account.pk)
    outbound.send(number=service, phone=ben.phone, body="Hello Ben", origin=Message.Origin.INBOX, contact=ben)
    row = {"row": 2, "error": "No e-mail", "cells": [["phone", "(415) 555-0143"], ["name", "Ben"]]}
    other = {"row": 3, "error": "No e-mail", "cells": [["phone", "(415) 555-0199"], ["name", "Cleo"]]}
    Import.objects.create(account=account, file_name="a.csv", imported_by=owner, errors=[row, other])
    return ben


def build_bot(account: Account, group: Group) -> None:
    bot = Bot.objects.create(account=account, name="VIP")
    Trigger.objects.create(account=account, bot=bot, word="VIP")
    Action.objects.create(account=account, bot=bot, position=0, kind=Action.Kind.ASSIGN_GROUP, group=group)
    Action.objects.create(account=account, bot=bot, position=1, kind=Action.Kind.REPLY, body="Welcome")


def left_of_ben(account: Account) -> dict[str, set[str]]:
    """The rows of any table that tell of him."""
    traces = (DIGITS, "0143", "Ben", "ben@", "Bonn")
    found = everything.contents(account)
    return {t: kept for t, rows in found.items() if (kept := {row for row in rows if any(x in row for x in traces)})}


def test_after_an_erasure_no_table_tells_of_the_person_and_the_ledger_is_whole(
    account: Account, known: Contact, owner: User
) -> None:
    tables = set(left_of_ben(account))
    assert {"contacts_contact", "messaging_message", "bots_run", "contacts_consentevent", "contacts_optout"} <= tables
    before = {table: len(rows) for table, rows in everything.contents(account).items()}
    assert erasure.erase(contact=known, by=owner)
    assert left_of_ben(account) == {}
    check = ledger.verify(account)
    assert check.broken_seq is None
    assert check.lines == before["contacts_consentevent"] + 1
    assert [error["row"] for error in Import.objects.get(file_name="a.csv").errors] == [3]
    assert Contact.objects.count() == before["contacts_contact"] - 1


def test_erased_twice_changes_nothing(account: Account, known: Contact, owner: User) -> None:
    assert erasure.erase(contact=known, by=owner)
    before = everything.contents(account)
    assert not erasure.erase(contact=known, by=owner)
    assert everything.contents(account) == before


@pytest.mark.parametrize("status", ["sending", "unknown"])
def test_a_text_at_the_carrier_is_waited_for(
    status: str, browser: OutsideClient, account: Account, ben: Contact, service: Number, owner: User
) -> None:
    text = outbound.send(number=service, phone=ben.phone, body="Hi", origin=Message.Origin.INBOX, contact=ben)
    Message.objects.filter(pk=text.pk).update(status=status)
    before = everything.contents(account)
    with pytest.raises(erasure.UnderWay):
        erasure.erase(contact=ben, by=owner)
    assert "Try again in a few minutes." in type_in(browser, ben, ben.phone, 422)
    assert everything.contents(account) == before


def test_what_waits_to_be_sent_is_never_sent(account: Account, ben: Contact, service: Number, owner: User) -> None:
    outbound.send(number=service, phone=ben.phone, body="Hi", origin=Message.Origin.INBOX, contact=ben)
    erasure.erase(contact=ben, by=owner)
    carrier.work(account.pk)
    assert not Message.objects.exists()


def test_an_open_review_counts_as_a_request_and_is_named_beforehand(
    browser: OutsideClient, ben: Contact, marketing: Number, service: Number, owner: User
) -> None:
    assert "stopped none of your numbers" in browser.get(page_of(ben)).content.decode()
    permissions.hold(number=marketing, phone=ben.phone, evidence=Evidence(source=Source.PHRASE, words="remove"))
    page = browser.get(page_of(ben)).content.decode()
    assert "Marketing is closed to it from now on" in page
    assert "stopped none of your numbers" not in page
    assert (erasure.extent(ben).undecided, erasure.extent(ben).stopped) == (["Marketing"], [])
    told = erasure.extent(ben).lines
    erasure.erase(contact=ben, by=owner)
    assert ConsentEvent.objects.filter(phone="").exclude(kind="erased").count() == told
    build.contact(marketing.account, phone="+14155550143")
    assert permissions.refusal(marketing, "+14155550143") == "opted_out"


def come_back_by_import(browser: OutsideClient, account: Account, number: Number) -> None:
    file = SimpleUploadedFile("guests.csv", b"phone,name\n+14155550143,Ben\n")
    form = {"file": file, "consent_source": "Till", "group": ""}
    assert browser.post(reverse("contacts:import_new"), form).status_code == 302


def come_back_by_form(browser: OutsideClient, account: Account, number: Number) -> None:
    assert browser.post(reverse("contacts:contact_new"), {"phone": "+14155550143"}).status_code == 302


def ask_api(account: Account, path: str, body: dict[str, object], *, expect: int = 201) -> HttpResponse:
    _, key = ApiKey.issue(account=account, name="Shop", role=Role.OWNER)
    program = OutsideClient(headers={"Authorization": f"Bearer {key}"})
    answer = program.post(f"/api/v1/{path}/", json.dumps(body), content_type="application/json")
    assert answer.status_code == expect
    return answer  # type: ignore[return-value]


def come_back_by_api(browser: OutsideClient, account: Account, number: Number) -> None:
    ask_api(account, "contacts", {"phone": "+14155550143"})


def come_back_by_text(browser: OutsideClient, account: Account, number: Number) -> None:
    carrier.text(number, "Hello again", phone="+14155550143")
    carrier.work(account.pk)


def come_back_by_a_text_of_ours(browser: OutsideClient, account: Account, number: Number) -> None:
    answer = ask_api(account, "messages", {"number": number.pk, "to": "+14155550143", "body": "Sale"})
    assert answer.json()["refusal"] == "opted_out"  # type: ignore[attr-defined]


def come_back_by_a_request(browser: OutsideClient, account: Account, number: Number) -> None:
    form = {
        "phone": "+14155550143",
        "what": "join",
        "group": build.group(account, "New").pk,
        "how": "Phone call",
        "words": "Yes",
        "asked_at": "2026-01-01T10:00",
    }
    assert browser.post(reverse("contacts:request_new"), form).status_code == 302


WAYS_BACK = [
    come_back_by_import,
    come_back_by_form,
    come_back_by_api,
    come_back_by_text,
    come_back_by_a_text_of_ours,
    come_back_by_a_request,
]


@pytest.mark.parametrize("come_back", WAYS_BACK)
def test_a_stop_before_the_erasure_holds_however_the_person_comes_back(
    come_back: object, browser: OutsideClient, account: Account, known: Contact, marketing: Number, owner: User
) -> None:
    erasure.erase(contact=known, by=owner)
    come_back(browser, account, marketing)  # type: ignore[operator]
    again = Contact.objects.get(phone="+14155550143")
    assert permissions.refusal(marketing, again.phone) == "opted_out"
    assert ledger.verify(account).broken_seq is None
    page = browser.get(reverse("messaging:conversation", args=[again.pk])).content.decode()
    assert "Asked before their record was erased" in page
    text = outbound.send(number=marketing, phone=again.phone, body="Sale", origin=Message.Origin.INBOX, contact=again)
    assert (text.status, text.refusal) == ("refused", "opted_out")


def test_new_consent_after_coming_back_opens_the_number_and_old_consent_does_not(
    browser: OutsideClient, account: Account, known: Contact, marketing: Number, owner: User
) -> None:
    erasure.erase(contact=known, by=owner)
    again = build.contact(account, phone="+14155550143")
    form = {"numbers": marketing.pk, "reference": "Form", "words": "Yes", "asked_at": "2020-01-01T10:00"}
    url = reverse("contacts:contact_opt_in", args=[again.pk])
    assert browser.post(url, form).status_code == 422
    asked_at = OptOut.objects.get(phone=again.phone).opted_out_at.strftime("%Y-%m-%dT%H:%M")
    assert browser.post(url, form | {"asked_at": asked_at}).status_code == 302
    assert permissions.refusal(marketing, again.phone) is None


def test_a_block_and_a_second_erasure_hold_as_well(
    account: Account, ben: Contact, marketing: Number, owner: User
) -> None:
    permissions.opt_out(number=marketing, phone=ben.phone, evidence=STOP)
    permissions.block(contact=ben, by=owner)
    for _ in range(2):
        erasure.erase(contact=Contact.objects.get(phone="+14155550143"), by=owner)
        assert Tombstone.objects.count() == 2
        build.contact(account, phone="+14155550143")
        assert (Block.objects.count(), OptOut.objects.count(), Tombstone.objects.count()) == (1, 1, 0)
    assert ledger.verify(account).broken_seq is None


@pytest.mark.parametrize("came_back_before", [False, True])
def test_an_import_does_not_put_an_erased_person_back_on_a_list_they_had_left(
    browser: OutsideClient, account: Account, ben: Contact, owner: User, came_back_before: bool
) -> None:
    left, stayed = build.group(account, name="Left"), build.group(account, name="Stayed on")
    for group in (left, stayed):
        permissions.join(group=group, contacts=[ben], evidence=Evidence.staff(owner, words="Ben said yes"))
    permissions.leave(group=left, contacts=[ben], evidence=Evidence(source=Source.KEYWORD, words="NOVIP"))
    said = ConsentEvent.objects.get(kind="left")
    assert "no import puts it on Left, which they have left" in browser.get(page_of(ben)).content.decode()
    erasure.erase(contact=ben, by=owner)
    assert left_of_ben(account) == {}
    if came_back_before:
        build.contact(account, phone="+14155550143")
    for group in (left, stayed):
        file = SimpleUploadedFile("people.csv", b"phone,name\n+14155550143,Ben\n")
        form = {"file": file, "consent_source": "Till", "group": group.pk}
        assert browser.post(reverse("contacts:import_new"), form).status_code == 302
    again = Contact.objects.get(phone="+14155550143")
    assert [group.name for group in again.groups.all()] == ["Stayed on"]
    line = ConsentEvent.objects.filter(kind="left").latest("seq")
    assert (line.phone, line.group_ref, line.source, line.asked_at) == (again.phone, left.pk, "keyword", said.at)
    assert ledger.verify(account).broken_seq is None
    assert Tombstone.objects.count() == 0


def test_who_has_left_a_list_and_was_erased_may_join_it_again_by_their_own_word(
    account: Account, ben: Contact, service: Number, owner: User
) -> None:
    group = build.group(account)
    build_bot(account, group)
    permissions.join(group=group, contacts=[ben], evidence=STOP)
    permissions.leave(group=group, contacts=[ben], evidence=STOP)
    erasure.erase(contact=ben, by=owner)
    carrier.text(service, "VIP", phone="+14155550143")
    carrier.work(account.pk)
    assert list(Contact.objects.in_group(group).values_list("phone", flat=True)) == ["+14155550143"]
    kinds = ConsentEvent.objects.filter(phone="+14155550143").order_by("seq").values_list("kind", flat=True)
    assert list(kinds) == ["left", "joined"]


def test_who_has_left_and_comes_back_after_an_erasure_is_put_on_the_list_by_newer_consent_only(
    browser: OutsideClient, account: Account, ben: Contact, owner: User
) -> None:
    group = build.group(account)
    permissions.join(group=group, contacts=[ben], evidence=STOP)
    permissions.leave(group=group, contacts=[ben], evidence=Evidence(source=Source.KEYWORD, words="NOVIP"))
    left_at = ConsentEvent.objects.get(kind="left").at
    erasure.erase(contact=ben, by=owner)
    again = build.contact(account, phone="+14155550143")
    path, body = f"contacts/{again.pk}/groups", {"group": group.pk, "words": "Sign me up"}
    older, newer = (left_at + timedelta(microseconds=step) for step in (0, 1))
    refused = ask_api(account, path, body | {"asked_at": older.isoformat()}, expect=409)
    assert (
        f"They left “{group}” on {left_at:%Y-%m-%d at %H:%M} UTC: asked before their record was erased."
        in refused.content.decode()
    )
    ask_api(account, path, body | {"asked_at": newer.isoformat()})


def page_of(contact: Contact) -> str:
    return reverse("messaging:contact_erase", args=[contact.pk])


def type_in(browser: Client, contact: Contact, phone: str, status: int = 302) -> str:
    answer = browser.post(page_of(contact), {"phone": phone})
    assert answer.status_code == status
    return answer.content.decode()


def test_the_page_says_what_goes_and_what_stays_and_asks_for_the_number(
    browser: OutsideClient, account: Account, known: Contact
) -> None:
    page = browser.get(page_of(known)).content.decode()
    assert "texts from and to them, and 1 run of your bots" in page
    assert "Marketing stays closed to it" in page
    before = everything.contents(account)
    assert "This is not the number of Ben Ode. Type (415) 555-0143." in type_in(browser, known, "+14155550144", 422)
    assert "is not a phone number" in type_in(browser, known, "Ben", 422)
    assert "Enter a phone number" in type_in(browser, known, "", 422)
    assert everything.contents(account) == before
    type_in(browser, known, "(415) 555-0143")
    assert left_of_ben(account) == {}
    type_in(browser, known, "(415) 555-0143", 404)


@pytest.mark.parametrize("role", [Role.VIEWER, Role.AGENT])
def test_only_owners_and_admins_erase(role: Role, client: OutsideClient, account: Account, ben: Contact) -> None:
    client.force_login(build.member(account, role))
    assert client.get(page_of(ben)).status_code == 403
    type_in(client, ben, ben.phone, 403)
    profile = client.get(reverse("messaging:conversation", args=[ben.pk])).content.decode()
    assert page_of(ben) not in profile
    assert Contact.objects.filter(pk=ben.pk).exists()


def test_a_stranger_finds_nobody_to_erase(strangers_browser: OutsideClient, ben: Contact) -> None:
    assert strangers_browser.get(page_of(ben)).status_code == 404
    type_in(strangers_browser, ben, ben.phone, 404)
    assert Contact.objects.filter(pk=ben.pk).exists()


def test_the_ledger_says_who_erased_and_which_lines(account: Account, known: Contact, owner: User) -> None:
    lines = ConsentEvent.objects.filter(phone=known.phone).values_list("seq", flat=True)
    emptied = ",".join(str(seq) for seq in sorted(lines))
    erasure.erase(contact=known, by=owner)
    last = ConsentEvent.objects.get(kind="erased")
    assert (last.words, last.actor, last.phone) == (emptied, owner.email, "")
