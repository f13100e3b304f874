"""The way into the Permission section: what needs attention, in plain words."""

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.timezone import now
from django.views.decorators.http import require_safe

from contacts import scopes
from contacts.models import ScopePolicy
from shout.accounts import AccountRequest, member
from shout.models import Role


@require_safe
@member()
def permission(request: AccountRequest) -> HttpResponse:
    """Open reviews, the scope of opt-outs, the ledger's last check, and numbers whose carrier did not answer."""
    account = request.account
    waiting = account.reviews.filter(decision="")
    first = waiting.order_by("due_on", "id").first()
    last_checks = account.carrier_checks.order_by("number_id", "subject", "-checked_at", "-id")
    checks = list(last_checks.distinct("number_id", "subject").select_related("number"))
    planned = account.scope_policies.filter(starts_at__gt=now(), canceled_at=None).order_by("starts_at", "id")
    context = {
        "may_record": request.membership.may(Role.AGENT),
        "review_count": waiting.count(),
        "next_review": first,
        "scope": ScopePolicy.Scope(scopes.in_force(account)),
        "planned": planned.first(),
        "ledger_check": account.ledger_checks.first(),
        "failures": [check for check in checks if check.failure],
        "checked_at": max((check.checked_at for check in checks), default=None),
    }
    return render(request, "contacts/permission.html", context)
