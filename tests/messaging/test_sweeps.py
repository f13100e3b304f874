"""Sweeps find the work of which no nudge told (HOUSE: the database is the truth, a nudge may be lost)."""

from datetime import timedelta

from django.db import connection
from django.utils.timezone import now

from contacts.models import Number
from messaging import inbound, outbound
from messaging.inbound import InboundText
from messaging.models import Message
from shout.models import Account
from tests import build


def due(work: str) -> set[int]:
    """The accounts for which a sweep rings."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT accounts_with_work(%s)", [work])
        return {account_id for (account_id,) in cursor.fetchall()}


def test_a_text_that_may_leave_is_found_and_one_that_waits_is_not(account: Account, marketing: Number) -> None:
    assert due("outbound") == set()
    outbound.send(number=marketing, phone=build.phone(), body="Hi", origin=Message.Origin.INBOX)
    assert due("outbound") == {account.pk}
    Message.objects.update(next_at=now() + timedelta(hours=1))
    assert due("outbound") == set()


def test_an_unread_text_is_found_until_it_has_been_read(account: Account, marketing: Number) -> None:
    inbound.receive(number=marketing, text=InboundText(sid="SM1", from_=build.phone(), body="Hello"))
    assert due("inbound") == {account.pk}
    inbound.process(account_id=account.pk)
    assert due("inbound") == set()
