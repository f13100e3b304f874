"""Reading the ledger: that it is whole, and what it says of any day (P12)."""

from collections.abc import Collection, Sequence
from datetime import datetime, time, timedelta

from django.db.models import Q
from django.utils.timezone import now

from contacts import bulk, scopes
from contacts.evidence.bulk import buried, differences
from contacts.models import ConsentEvent, LedgerCheck, Number
from contacts.models.consent import Source
from contacts.standing import Standing, standing
from shout.models import Account

_NIGHT = time(8)


def verify(account: Account) -> LedgerCheck:
    """Recompute the account's whole chain, compare with it what is in force, and keep what was found.

    Later checks hold the ledger to it.
    """
    # In this order, so that the head kept is never of a line written after the chain was read.
    newest = ConsentEvent.objects.filter(account=account).order_by("-seq").first()
    broken = bulk.broken_ledger_line()
    return LedgerCheck.objects.create(
        account=account,
        lines=newest.seq if newest else 0,
        head=newest.hash if newest else b"",
        broken_seq=broken,
        differences=len(differences()),
    )


def verify_tonight(account: Account, *, at: datetime) -> LedgerCheck | None:
    """Verify the ledger, unless it has been since the night began, however often one is told to."""
    # Two workers must not recompute the same chain; rows that refer to the account may be written meanwhile.
    Account.objects.select_for_update(no_key=True).get(pk=account.pk)
    done = account.ledger_checks.filter(checked_at__gte=night(at)).exists()
    return None if done else verify(account)


def night(at: datetime) -> datetime:
    """When the last night began: at 8:00 UTC, when it is night in all of the United States."""
    begun = datetime.combine(at.date(), _NIGHT, at.tzinfo)
    return begun if begun <= at else begun - timedelta(days=1)


def lines_about(account: Account, phone: str, *, until: datetime | None = None) -> Sequence[ConsentEvent]:
    """The lines about a phone in their order, up to a moment.

    With them come the lines that an erasure emptied and that hold nevertheless (P16).
    """
    at = until or now()
    still = Q(lifted_at=None) | Q(lifted_at__gt=at)
    kept = {
        *account.opt_outs.filter(still, phone=phone).values_list("event_seq", flat=True),
        *account.blocks.filter(phone=phone).values_list("event_seq", flat=True),
        *buried([phone]).values(),
    }
    about = account.consent_events.filter(Q(phone=phone) | Q(phone="", seq__in=kept))
    return list(about.filter(at__lte=at).order_by("seq") if until else about.order_by("seq"))


def said_to_leave(account: Account, pairs: Collection[tuple[str, int]]) -> set[tuple[str, int]]:
    """Of (phone, group id), those whose last line says that the person has left the list by their own word."""
    about = account.consent_events.filter(
        phone__in={phone for phone, _ in pairs}, group_ref__in={group_id for _, group_id in pairs}
    )
    last = about.order_by("phone", "group_ref", "-seq").distinct("phone", "group_ref")
    return {
        (line.phone, line.group_ref)
        for line in last
        if line.group_ref and line.kind == ConsentEvent.Kind.LEFT and line.source == Source.KEYWORD
    }


def standings(account: Account, phone: str) -> dict[int, Standing]:
    """How the phone stands with each of the account's numbers now, by the number's id, and the line that decided."""
    lines, scope = lines_about(account, phone), scopes.in_force(account)
    kinds = dict(account.numbers.values_list("pk", "kind"))
    return {pk: standing(lines, number_id=pk, kinds=kinds, scope=scope) for pk in kinds}


def state_on(number: Number, phone: str, at: datetime) -> Standing:
    """Whether the phone could be texted from the number at a moment, and the line that decided."""
    account = number.account
    lines, scope = lines_about(account, phone, until=at), scopes.in_force(account, at)
    return standing(lines, number_id=number.pk, kinds=_kinds_on(account, at), scope=scope)


def _kinds_on(account: Account, at: datetime) -> dict[int, str]:
    """What the account's numbers were for at a moment, by id: what they are for now, with what came since undone."""
    kinds = dict(account.numbers.values_list("pk", "kind"))
    since = account.consent_events.filter(kind=ConsentEvent.Kind.PURPOSE, at__gt=at).order_by("-seq")
    return kinds | {number: was for number, was in since.values_list("number_ref", "rule") if number}
