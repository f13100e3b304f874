"""What people said before something that was heard earlier: the only place that tells whether a late text still counts.

By the carrier's own order where it is known: our clock says when a text came in, which a lost webhook changes.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.db.models import Q, QuerySet
from django.db.models.functions import Coalesce

from contacts import bulk, permissions
from contacts.models import ConsentEvent, Number, OptOut
from contacts.models.consent import Source
from contacts.permissions import Evidence

Kind = ConsentEvent.Kind

# A program's or a file's word is not the person's own.
_OTHERS = (Source.API, Source.IMPORT)


@dataclass(frozen=True, slots=True, kw_only=True)
class Late:
    """When a text reached the carrier, and the ids of the same person's texts that it has before and after it."""

    sent_at: datetime
    earlier: Sequence[str] = field(default=())
    later: Sequence[str] = field(default=())


def said_since(number: Number, phone: str, late: Late) -> list[ConsentEvent]:
    """The lines of the ledger about `phone` that were asked for after a late text to `number`.

    Until this transaction ends nobody else changes whether `number` may text `phone`.
    """
    permissions.wait_for_others(number, phone)
    about = Q(phone=phone) | Q(phone="", seq__in=_kept_through_an_erasure(number, phone))
    lines = ConsentEvent.objects.filter(about, account_id=number.account_id).exclude(kind=Kind.LATE)
    dated = lines.exclude(reference__in=late.earlier).annotate(said_at=Coalesce("asked_at", "at"))
    return list(dated.filter(Q(reference__in=late.later) | Q(said_at__gt=late.sent_at)))


def _kept_through_an_erasure(number: Number, phone: str) -> QuerySet[OptOut, int]:
    """The lines that stop this phone, though they may have been emptied of it (P16)."""
    return OptOut.objects.filter(account_id=number.account_id, phone=phone).values_list("event_seq", flat=True)


def is_overtaken(number: Number, lines: Sequence[ConsentEvent]) -> bool:
    """Whether these lines hold a later word on `number` itself."""
    return any(line.number_ref == number.pk and line.kind in (Kind.OPTED_IN, Kind.OPTED_OUT) for line in lines)


def overtaken_lists(lines: Sequence[ConsentEvent]) -> set[int]:
    """The ids of the lists on which these lines hold a later word."""
    joined_or_left = (
        line for line in lines if line.kind == Kind.LEFT or (line.kind == Kind.JOINED and line.source not in _OTHERS)
    )
    return {line.group_ref for line in joined_or_left if line.group_ref}


def keep(*, number: Number, phone: str, evidence: Evidence) -> None:
    """Write down what was asked too late to count."""
    bulk.record([permissions.number_event(Kind.LATE, number, phone, evidence=evidence)])
