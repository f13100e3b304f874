"""How far an opt-out reaches: the account's dated policy, and who changes when it does (P15)."""

from datetime import UTC, date, datetime

from django.db import transaction
from django.utils.timezone import now

from contacts import bulk, permissions
from contacts.models import ConsentEvent, ScopePolicy
from contacts.permissions import Evidence
from contacts.reach.bulk import Shift, shifts
from shout.models import Account, User

# The FCC's revoke-all rule: 47 CFR 64.1200(a)(10), delayed by DA 26-12. Midnight in UTC is early everywhere in America.
REVOKE_ALL_AT = datetime(2027, 1, 31, tzinfo=UTC)


class Planned(Exception):
    """Another scope is planned for that day; the message names it and says how to mend it."""


def in_force(account: Account, at: datetime | None = None) -> str:
    """The scope that holds at a moment, by default now."""
    policy = policy_in_force(account, at)
    return policy.scope if policy else ScopePolicy.Scope.NUMBER


def policy_in_force(account: Account, at: datetime | None = None) -> ScopePolicy | None:
    """The policy that says so; None as long as there is none."""
    at = at or now()
    started = account.scope_policies.filter(starts_at__lte=at, created_at__lte=at)
    return started.exclude(canceled_at__lte=at).order_by("-starts_at", "-id").first()


def preview(account: Account, scope: str, *, starts_at: datetime) -> list[Shift]:
    """Who would change, as things stand now, if `scope` began to hold at a moment (now or later)."""
    return shifts(in_force(account, starts_at), scope)


def now_or_planned(account: Account) -> set[str]:
    """The scope that holds, and those that shall."""
    planned = account.scope_policies.filter(starts_at__gt=now(), canceled_at=None)
    return {in_force(account), *planned.values_list("scope", flat=True)}


def is_ready_to_revoke_all(account: Account) -> bool:
    """Whether a STOP closes all numbers by the day on which the FCC wants it."""
    return in_force(account, max(REVOKE_ALL_AT, now())) == ScopePolicy.Scope.ACCOUNT


def check_unplanned(account: Account, day: date) -> None:
    """Raise `Planned` if a change is planned for a day: of two for one day nobody could tell which holds."""
    other = account.scope_policies.filter(starts_at__gt=now(), starts_at__date=day, canceled_at=None).first()
    if other:
        raise Planned(
            f"“{other.get_scope_display()}” is planned for this day already. Take that plan back first, or choose "
            "another day."
        )


def set_scope(*, account: Account, scope: str, starts_at: datetime, by: User) -> ScopePolicy:
    """Have `scope` hold from `starts_at` on; the ledger says who decided it. Raises `Planned`."""
    policy = ScopePolicy(account=account, scope=scope, starts_at=starts_at, created_by=by)
    with transaction.atomic():
        # The ledger lets one in at a time, so that of two who plan for a day the later one sees the other's plan.
        _record(account, f"{policy.get_scope_display()}, from {starts_at:%Y-%m-%d %H:%M} UTC", by)
        if starts_at > now():
            check_unplanned(account, starts_at.astimezone(UTC).date())
        policy.save()
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
