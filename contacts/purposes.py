"""What a number is for: the only place that changes it, as opt-outs may reach all numbers of a purpose (P4, P15)."""

from collections.abc import Sequence

from django.db import transaction

from contacts import bulk, permissions, scopes
from contacts.models import ConsentEvent, Number, ScopePolicy
from contacts.models.consent import Source
from contacts.permissions import Evidence
from contacts.reach.bulk import Asked, Shift, Turn, shifts
from shout.models import Account, User


class WouldOpen(Exception):
    """The change would open numbers to people who have closed them; says which, to how many, and what to do instead."""


class WouldClose(Exception):
    """The change would close numbers to people, and nobody has said that it may."""

    def __init__(self, closing: Sequence[Shift]) -> None:
        super().__init__("Somebody has to agree first.")
        self.closing = closing


def change(*, number: Number, kind: str, by: User, may_close: bool) -> bool:
    """Have `number` be for another purpose, with a line in the ledger; False if that is what it is for already.

    WouldOpen: refused, because nothing but a person's own word, or new consent, opens a number to them.
    WouldClose: it has to be asked for with `may_close`.
    """
    with transaction.atomic():
        was = Number.objects.select_for_update(no_key=True).get(account_id=number.account_id, pk=number.pk).kind
        if was == kind:
            return False
        # Written first, because a line waits for all others: from here on nobody stops a number unseen.
        evidence = Evidence(source=Source.STAFF, rule=was, words=kind, actor=by.email)
        bulk.record([permissions.number_event(ConsentEvent.Kind.PURPOSE, number, "", evidence=evidence)])
        _check(number, was, kind, may_close=may_close)
        Number.objects.filter(account_id=number.account_id, pk=number.pk).update(kind=kind)
        number.kind = kind
    return True


def _check(number: Number, was: str, kind: str, *, may_close: bool) -> None:
    scope = ScopePolicy.Scope.PURPOSE
    if scope not in scopes.now_or_planned(number.account):
        return
    stops, holds, erased = (shifts(scope, scope, turn=Turn(number.pk, kind), asked=asked) for asked in Asked)
    stopped, held = ([shift for shift in found if not shift.closes] for found in ([*stops, *erased], holds))
    if stopped or held:
        raise WouldOpen(_refusal(number.account, stopped, held) + _instead(was, kind))
    if not may_close and (closing := [shift for shift in stops if shift.closes]):
        raise WouldClose(closing)


def _refusal(account: Account, stopped: Sequence[Shift], held: Sequence[Shift]) -> str:
    said = ""
    if stopped:
        said += (
            f"This would open {_to_whom(account, stopped)}, although they have stopped a number of the same purpose. "
            "Only a START of theirs, or new consent, opens one. "
        )
    if held:
        said += (
            f"This would end the hold of marketing from {_to_whom(account, held)}, "
            "whose texts wait for your decision. Decide about those first. "
        )
    return said


def _to_whom(account: Account, opening: Sequence[Shift]) -> str:
    counts: dict[int, int] = {}
    for shift in opening:
        counts[shift.number_id] = counts.get(shift.number_id, 0) + shift.count
    labels = dict(account.numbers.values_list("pk", "label"))
    said = [f"{labels[pk]} to {count:,} {'person' if count == 1 else 'people'}" for pk, count in counts.items()]
    return " and ".join([", ".join(said[:-1]), said[-1]] if len(said) > 1 else said)


def _instead(was: str, kind: str) -> str:
    before, after = Number.Kind(was).label.lower(), Number.Kind(kind).label.lower()
    return f"Keep {before} as its purpose, or add another number for {after}."
