"""Reading the ledger: that it is whole, and what it says of any day (P12)."""

from collections.abc import Sequence
from datetime import datetime

from contacts import bulk, scopes
from contacts.models import ConsentEvent, LedgerCheck, Number
from contacts.standing import Standing, standing
from shout.models import Account


def verify(account: Account) -> LedgerCheck:
    """Recompute the account's whole chain, and keep what was found; later checks hold the ledger to it."""
    # In this order, so that the head kept is never of a line written after the chain was read.
    newest = ConsentEvent.objects.filter(account=account).order_by("-seq").first()
    broken = bulk.broken_ledger_line()
    return LedgerCheck.objects.create(
        account=account, lines=newest.seq if newest else 0, head=newest.hash if newest else b"", broken_seq=broken
    )


def lines_about(account: Account, phone: str, *, until: datetime | None = None) -> Sequence[ConsentEvent]:
    """The lines about a phone in their order, up to a moment."""
    lines = account.consent_events.filter(phone=phone).order_by("seq")
    return list(lines if until is None else lines.filter(at__lte=until))


def state_on(number: Number, phone: str, at: datetime) -> Standing:
    """Whether the phone could be texted from the number at a moment, and the line that decided."""
    account = number.account
    kinds = dict(account.numbers.values_list("pk", "kind"))
    scope = scopes.in_force(account, at)
    return standing(lines_about(account, phone, until=at), number_id=number.pk, kinds=kinds, scope=scope)
