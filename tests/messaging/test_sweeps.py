"""Sweeps find the work of which no nudge told."""

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
    assert account.pk not in due("outbound")
    outbound.send(number=marketing, phone=build.phone(), body="Hi", origin=Message.Origin.INBOX)
    assert account.pk in due("outbound")
    Message.objects.update(next_at=now() + timedelta(hours=1))
    assert account.pk not in due("outbound")


def test_an_unread_text_is_found_until_it_has_been_read(account: Account, marketing: Number) -> None:
    inbound.receive(number=marketing, text=InboundText(sid="SM1", from_=build.phone(), body="Hello"))
    assert account.pk in due("inbound")
    inbound.process(account_id=account.pk)
    assert account.pk not in due("inbound")
