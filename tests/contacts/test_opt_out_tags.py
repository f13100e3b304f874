"""The opt-out tag of a number is on all contacts who have stopped it, in whichever order that came about (P7)."""

import pytest
from django.urls import reverse

from contacts import bulk, imports, permissions
from contacts.models import Contact, Number, Tag
from contacts.models.consent import Source
from contacts.permissions import Evidence
from shout.models import Account, User
from tests import build
from tests.outside import OutsideClient

STOP, START = (Evidence(source=Source.UNIVERSAL_KEYWORD, words=word) for word in ("STOP", "START"))
BEN, CLEO = "+14155550143", "+14155550144"


@pytest.fixture
def label(account: Account, marketing: Number) -> Tag:
    """The marketing number's opt-out tag."""
    marketing.opt_out_tag = build.tag(account, "Opted out: Marketing")
    marketing.save()
    return marketing.opt_out_tag


def set_tag(browser: OutsideClient, number: Number, name: str) -> None:
    page = reverse("contacts:number_edit", args=[number.pk])
    values = browser.get(page).context["form"].initial
    asked = {key: value for key, value in values.items() if value is not None} | {"opt_out_tag_name": name}
    assert browser.post(page, asked).status_code == 302


def tags(contact: Contact) -> set[str]:
    return set(contact.tags.values_list("name", flat=True))


def test_a_new_opt_out_tag_is_put_on_everybody_who_has_stopped_that_number_already(
    browser: OutsideClient, account: Account, marketing: Number, service: Number, ana: Contact
) -> None:
    ben, cleo = build.contact(account, phone=BEN), build.contact(account, phone=CLEO)
    permissions.opt_out(number=marketing, phone=ana.phone, evidence=STOP)
    permissions.opt_out(number=service, phone=ben.phone, evidence=STOP)
    permissions.opt_out(number=marketing, phone=cleo.phone, evidence=STOP)
    permissions.opt_in(number=marketing, phone=cleo.phone, evidence=START)
    set_tag(browser, marketing, "Gone")
    assert [tags(person) for person in (ana, ben, cleo)] == [{"Gone"}, set(), set()]


def test_another_opt_out_tag_takes_the_former_one_off_nobody(
    browser: OutsideClient, marketing: Number, label: Tag, ana: Contact
) -> None:
    permissions.opt_out(number=marketing, phone=ana.phone, evidence=STOP)
    set_tag(browser, marketing, "Gone")
    assert tags(ana) == {label.name, "Gone"}
    set_tag(browser, marketing, "")
    assert tags(ana) == {label.name, "Gone"}


def test_saving_a_number_puts_no_tag_back_that_a_person_took_off(
    browser: OutsideClient, account: Account, marketing: Number, label: Tag, ana: Contact
) -> None:
    permissions.opt_out(number=marketing, phone=ana.phone, evidence=STOP)
    bulk.untag(account.pk, [(ana.pk, label.pk)])
    set_tag(browser, marketing, label.name)
    assert tags(ana) == set()


def test_a_stranger_who_had_stopped_a_number_gets_its_tag_on_becoming_a_contact(
    account: Account, marketing: Number, service: Number, label: Tag, owner: User
) -> None:
    permissions.opt_out(number=marketing, phone=BEN, evidence=STOP)
    permissions.opt_out(number=service, phone=CLEO, evidence=STOP)
    data = f"phone\n{BEN}\n{CLEO}\n+14155550145\n".encode()
    imports.bring_in(account=account, by=owner, file_name="a.csv", data=data, consent_source="Till")
    assert {contact.phone: tags(contact) for contact in account.contacts.all() if tags(contact)} == {BEN: {label.name}}


def test_a_stranger_who_had_come_back_gets_no_tag(account: Account, marketing: Number, label: Tag) -> None:
    permissions.opt_out(number=marketing, phone=BEN, evidence=STOP)
    permissions.opt_in(number=marketing, phone=BEN, evidence=START)
    bulk.meet(account.pk, [BEN])
    assert tags(account.contacts.get(phone=BEN)) == set()


def test_an_erased_person_who_comes_back_gets_the_tag_of_what_they_had_stopped(
    account: Account, marketing: Number, label: Tag, ana: Contact
) -> None:
    permissions.opt_out(number=marketing, phone=ana.phone, evidence=STOP)
    bulk.bury(account.pk, ana.phone)
    account.opt_outs.all().delete()
    ana.delete()
    assert tags(build.contact(account, phone=ana.phone)) == {label.name}
