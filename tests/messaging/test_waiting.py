"""Marketing that waits for somebody's day: asked about again when hours, scope or a place change (P15, P17)."""

from datetime import date, time, timedelta

import pytest
from django.utils.timezone import now

from contacts import permissions, scopes
from contacts.models import Contact, Number, QuietWindow
from contacts.models.consent import Source
from contacts.permissions import Evidence
from messaging import delivery, outbound
from messaging.models import Message
from shout.models import Account, User
from tests import build

ANA = "+13055550142"
STOP = Evidence(source=Source.UNIVERSAL_KEYWORD, words="STOP")


@pytest.fixture
def waiting(account: Account, marketing: Number) -> Message:
    """A text of a broadcast to somebody in Florida, where marketing may never be sent."""
    closed = {"weekdays": "0123456", "opens": time(0), "closes": time(0), "since": date(2020, 1, 1)}
    QuietWindow.objects.create(account=account, place="US-FL", source="Ours", **closed)
    group = build.group(account)
    ana = build.contact(account, phone=ANA)
    permissions.join(group=group, contacts=[ana], evidence=Evidence(source=Source.KEYWORD, words="JOIN"))
    outbound.broadcast(number=marketing, group=group, body="Sale", form_key=build.key())
    outbound.fan_out(account_id=account.pk)
    delivery.deliver(account_id=account.pk)
    return Message.objects.get(origin="broadcast")


def test_a_text_waits_while_its_place_is_closed_and_keeps_what_was_asked(waiting: Message) -> None:
    assert (waiting.status, waiting.place, waiting.attempts) == ("queued", "US-FL", 0)
    assert waiting.waits_until is not None
    assert (waiting.basis, waiting.checked_at is not None, len(waiting.local_time)) == ("list", True, 16)


def test_wider_hours_let_it_leave(account: Account, waiting: Message) -> None:
    QuietWindow.objects.filter(place="US-FL").update(closes=time.max)
    waiting.refresh_from_db()
    assert waiting.next_at <= now()


def test_hours_that_are_still_closed_keep_it_waiting(account: Account, waiting: Message) -> None:
    build.quiet_window(account, "US-TX")
    delivery.deliver(account_id=account.pk)
    waiting.refresh_from_db()
    assert waiting.waits_until is not None


def test_a_postal_code_moves_it_to_another_place(waiting: Message) -> None:
    ana = Contact.objects.get(phone=ANA)
    ana.postal_code = "94110"
    ana.save()
    waiting.refresh_from_db()
    assert (waiting.place, waiting.next_at <= now()) == ("US-CA", True)


def test_a_wider_scope_refuses_it(account: Account, service: Number, owner: User, waiting: Message) -> None:
    permissions.opt_out(number=service, phone=ANA, evidence=STOP)
    scopes.set_scope(account=account, scope="account", starts_at=now(), by=owner)
    delivery.deliver(account_id=account.pk)
    waiting.refresh_from_db()
    assert (waiting.status, waiting.refusal, waiting.basis) == ("refused", "opted_out", "")


def test_after_three_days_it_is_news_no_more(account: Account, waiting: Message) -> None:
    Message.objects.update(created_at=now() - timedelta(days=3, minutes=1), next_at=now())
    delivery.deliver(account_id=account.pk)
    waiting.refresh_from_db()
    assert waiting.refusal == "quiet_hours_expired"


def test_what_somebody_types_waits_for_nobody(account: Account, marketing: Number, waiting: Message) -> None:
    typed = outbound.send(number=marketing, phone=ANA, body="Hi", origin=Message.Origin.INBOX)
    assert (typed.waits_until, typed.basis) == (None, "list")
