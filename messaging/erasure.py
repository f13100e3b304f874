"""Erasing a person on their request: the only place that deletes texts, and then the person (P16)."""

from dataclasses import dataclass

from django.db import transaction
from django.db.models import Q, QuerySet

from bots.models import Run
from contacts import erasure, people
from contacts.models import ConsentEvent, Contact, OptOut, Review
from messaging import bulk
from messaging.models import Message, StatusReport
from shout.models import User

_AT_THE_CARRIER = (Message.Status.SENDING, Message.Status.UNKNOWN)


class UnderWay(Exception):
    """A text to the person is being sent, or nobody knows yet whether it was; the words say what to do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Extent:
    """What an erasure takes, and what it leaves; `undecided` are the numbers that it closes, since an open review of
    a text to them counts as confirmed."""

    texts: int
    runs: int
    lists: list[str]
    tags: list[str]
    lines: int
    stopped: list[str]
    undecided: list[str]
    left: list[str]
    is_blocked: bool


def extent(contact: Contact) -> Extent:
    """What an erasure of this contact would take and leave."""
    account, phone = contact.account, contact.phone
    stopped = OptOut.objects.filter(account=account, phone=phone).in_force().select_related("number").order_by("number")
    undecided = Review.objects.filter(account=account, phone=phone, decision=Review.Decision.OPEN)
    closed = list(undecided.order_by("number").values_list("number__label", flat=True))
    return Extent(
        texts=_texts(contact).count(),
        runs=Run.objects.filter(account=account, phone=phone).count(),
        lists=list(contact.groups.values_list("name", flat=True)),
        tags=list(contact.tags.values_list("name", flat=True)),
        # Each review that counts as confirmed adds a line of its own.
        lines=ConsentEvent.objects.filter(account=account, phone=phone).count() + len(closed),
        stopped=[opt_out.number.label for opt_out in stopped],
        undecided=closed,
        left=[group.name for group in account.groups.all() if people.leaving(group, phone)],
        is_blocked=account.blocks.filter(phone=phone).exists(),
    )


def erase(*, contact: Contact, by: User) -> bool:
    """Delete the texts from and to the person with all that tells of them, then the person; False if they are gone.

    What they had stopped stays stopped, and what they had left stays left. Raises `UnderWay`, with nothing changed,
    while a text is at the carrier.
    """
    with transaction.atomic():
        mine = Contact.objects.select_for_update().filter(account_id=contact.account_id, pk=contact.pk).first()
        if mine is None:
            return False
        texts = _texts(mine)
        # Once locked, no worker can claim one of them any more.
        if any(status in _AT_THE_CARRIER for status in texts.select_for_update().values_list("status", flat=True)):
            raise UnderWay(
                "A text to them is on its way, and what becomes of it is not known yet. Try again in a few minutes."
            )
        sids = [sid for sid in texts.values_list("carrier_sid", flat=True) if sid]
        inbound = texts.filter(direction=Message.Direction.INBOUND)
        bulk.bury_texts(mine.account_id, [sid for sid in inbound.values_list("carrier_sid", flat=True) if sid])
        StatusReport.objects.filter(account_id=mine.account_id, carrier_sid__in=sids).delete()
        texts.delete()
        Run.objects.filter(account_id=mine.account_id, phone=mine.phone).delete()
        erasure.erase(contact=mine, by=by)
    return True


def _texts(contact: Contact) -> QuerySet[Message]:
    hers = Q(phone=contact.phone) | Q(contact=contact)
    return Message.objects.filter(hers, account_id=contact.account_id)
