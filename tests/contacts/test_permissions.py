"""Permission: who may be texted from which number."""

import pytest
from django.db import DatabaseError, transaction

from contacts import permissions
from contacts.models import ConsentEvent, Number, OptOut
from contacts.models.consent import Source
from contacts.permissions import Evidence
from shout.models import Account, User
from tests import build

STOP = Evidence(source=Source.UNIVERSAL_KEYWORD, words="STOP", reference="SM1")


def test_an_opt_out_silences_only_the_number_it_was_sent_to(
    account: Account, marketing: Number, service: Number
) -> None:
    contact = build.contact(account)
    assert permissions.opt_out(number=marketing, phone=contact.phone, evidence=STOP)
    assert permissions.refusal(marketing, contact.phone) == "opted_out"
    assert permissions.refusal(service, contact.phone) is None


def test_a_block_silences_every_number(account: Account, owner: User, marketing: Number, service: Number) -> None:
    contact = build.contact(account)
    permissions.block(contact=contact, by=owner)
    assert {permissions.refusal(number, contact.phone) for number in (marketing, service)} == {"blocked"}


def test_the_ledger_refuses_update_and_delete(account: Account, marketing: Number) -> None:
    permissions.opt_out(number=marketing, phone="+14155550100", evidence=STOP)
    for change in (lambda: ConsentEvent.objects.update(words="x"), lambda: ConsentEvent.objects.all().delete()):
        with pytest.raises(DatabaseError), transaction.atomic():
            change()
    assert OptOut.objects.count() == ConsentEvent.objects.count() == 1
