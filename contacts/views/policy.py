"""How far an opt-out reaches: what holds, what is planned, and who changes when it does (P15)."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.timezone import now
from django.views.decorators.http import require_http_methods, require_safe

from contacts import scopes
from contacts.forms.policy import MEANINGS, ScopeForm
from contacts.models import Contact, Number, ScopePolicy
from contacts.reach.bulk import Shift
from contacts.views import pages
from shout import phones
from shout.accounts import AccountRequest, member
from shout.models import Account, Role


@dataclass(frozen=True, slots=True)
class Change:
    """What a change of reach does to one number, with the first people it touches."""

    number: Number
    shift: Shift
    people: list[tuple[str, Contact | None]]


@require_safe
@member()
def scope(request: AccountRequest) -> HttpResponse:
    """What holds since when, what is planned, and what has been."""
    account = request.account
    policies = list(account.scope_policies.select_related("created_by"))
    current = scopes.policy_in_force(account)
    is_ready = scopes.is_ready_to_revoke_all(account)
    context = {
        "current": current,
        "scope": ScopePolicy.Scope(scopes.in_force(account)),
        "meaning": MEANINGS[ScopePolicy.Scope(scopes.in_force(account))],
        "planned": [p for p in reversed(policies) if p.canceled_at is None and p.starts_at > now()],
        "past": [p for p in policies if p.canceled_at or p.starts_at <= now()],
        "form": ScopeForm(account=account, initial={"scope": scopes.in_force(account)}),
        "revoke_all_at": None if is_ready else scopes.REVOKE_ALL_AT,
        "revoke_all_on": scopes.REVOKE_ALL_AT.date() if now() < scopes.REVOKE_ALL_AT else "",
        "revoke_all_changes": [] if is_ready else _revoke_all(account),
        "may_change": request.membership.may(Role.ADMIN),
    }
    return render(request, "contacts/scope.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@member(Role.ADMIN)
def scope_new(request: AccountRequest) -> HttpResponse:
    """Show who changes; by POST, have it hold."""
    asked = request.POST if request.method == "POST" else request.GET or None
    form = ScopeForm(asked, account=request.account)
    if not form.is_valid():
        return pages.show_form(request, "contacts/scope_form.html", form)
    chosen, starts_at = form.cleaned_data["scope"], form.starts_at
    if request.method == "POST":
        try:
            policy = scopes.set_scope(account=request.account, scope=chosen, starts_at=starts_at, by=request.user)
        except scopes.Planned as error:
            form.add_error("starts_on", str(error))
            return pages.show_form(request, "contacts/scope_form.html", form)
        when = f"from {starts_at:%B} {starts_at.day}, {starts_at.year} on" if starts_at > now() else "from now on"
        messages.success(request, f"A STOP closes: {policy.get_scope_display().lower()}, {when}.")
        return redirect("contacts:scope")
    shifts = scopes.preview(request.account, chosen, starts_at=starts_at)
    context = {
        "form": form,
        "chosen": ScopePolicy.Scope(chosen),
        "meaning": MEANINGS[ScopePolicy.Scope(chosen)],
        "changes": changes(request.account, shifts),
    }
    return render(request, "contacts/scope_preview.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@member(Role.ADMIN)
def scope_cancel(request: AccountRequest, policy_id: int) -> HttpResponse:
    """Take back a planned change, after asking."""
    policy = get_object_or_404(request.account.scope_policies, pk=policy_id)
    if policy.starts_at <= now():
        messages.error(request, "This has begun to hold. Choose another scope instead of taking it back.")
        return redirect("contacts:scope")
    if request.method == "POST":
        scopes.cancel(policy=policy, by=request.user)
        messages.success(request, "The planned change is taken back.")
        return redirect("contacts:scope")
    return pages.ask(
        request,
        title="Take back the planned change?",
        text=f"{policy.get_scope_display()}, from {policy.starts_at:%Y-%m-%d} on, will not come to hold.",
        action="Take back",
        cancel_url=reverse("contacts:scope"),
    )


def _revoke_all(account: Account) -> list[Change]:
    starts_at = max(scopes.REVOKE_ALL_AT, now())
    return changes(account, scopes.preview(account, ScopePolicy.Scope.ACCOUNT, starts_at=starts_at))


def changes(account: Account, shifts: Iterable[Shift]) -> list[Change]:
    """What these shifts do, each number with the first people by name where they are contacts."""
    shifts = list(shifts)
    wanted = {phone for shift in shifts for phone in shift.phones}
    known = {contact.phone: contact for contact in account.contacts.filter(phone__in=wanted)}
    numbers = account.numbers.in_bulk([shift.number_id for shift in shifts])
    return [
        Change(numbers[shift.number_id], shift, [(phones.show(phone), known.get(phone)) for phone in shift.phones])
        for shift in shifts
    ]
