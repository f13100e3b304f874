"""How far an opt-out reaches: the account's dated policy, and who changes when it does (P15)."""

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils.timezone import now

from contacts import bulk, permissions
from contacts.models import ConsentEvent, ScopePolicy
from contacts.permissions import Evidence
from shout.models import Account, User

_EXAMPLES = 20


@dataclass(frozen=True, slots=True)
class Preview:
    """How many phones a change of scope would close or open for a number, and the first few of them by number id."""

    closes: int
    opens: int
    examples: tuple[tuple[int, str, bool], ...]


def in_force(account: Account, at: datetime | None = None) -> str:
    """The scope that holds at a moment, by default now."""
    started = account.scope_policies.filter(starts_at__lte=at or now(), created_at__lte=at or now())
    policy = started.exclude(canceled_at__lte=at or now()).order_by("-starts_at", "-id").first()
    return policy.scope if policy else ScopePolicy.Scope.NUMBER


def preview(account: Account, scope: str) -> Preview:
    """Who would change if `scope` held now: asked of the one predicate of permission, and rolled back."""
    with transaction.atomic():
        before = bulk.stopped_pairs()
        ScopePolicy.objects.create(account=account, scope=scope, starts_at=now())
        after = bulk.stopped_pairs()
        transaction.set_rollback(True)
    closes, opens = sorted(after - before), sorted(before - after)
    examples = [(*pair, True) for pair in closes[:_EXAMPLES]] + [(*pair, False) for pair in opens[:_EXAMPLES]]
    return Preview(len(closes), len(opens), tuple(examples))


def set_scope(*, account: Account, scope: str, starts_at: datetime, by: User) -> ScopePolicy:
    """Have `scope` hold from `starts_at` on; the ledger says who decided it."""
    with transaction.atomic():
        policy = ScopePolicy.objects.create(account=account, scope=scope, starts_at=starts_at, created_by=by)
        words = f"{policy.get_scope_display()}, from {starts_at:%Y-%m-%d %H:%M} UTC"
        _record(account, words, by)
    return policy


def cancel(*, policy: ScopePolicy, by: User) -> bool:
    """Take back a policy; the one before it holds (again). False if it was canceled already."""
    with transaction.atomic():
        mine = ScopePolicy.objects.filter(account_id=policy.account_id, pk=policy.pk, canceled_at=None)
        changed = bool(mine.update(canceled_at=now()))
        if changed:
            words = f"Canceled: {policy.get_scope_display()}, from {policy.starts_at:%Y-%m-%d %H:%M} UTC"
            _record(policy.account, words, by)
    return changed


def _record(account: Account, words: str, by: User) -> None:
    evidence = Evidence.staff(by, words=words)
    bulk.record([permissions.event(ConsentEvent.Kind.SCOPE, account.pk, "", evidence=evidence)])
