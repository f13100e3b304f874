"""Sending numbers: what each is for, and how it is connected to its carrier."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.db.models import Count, Q, QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from contacts import purposes, scopes, wording
from contacts.forms.number import NewNumberForm, NumberForm, is_news_to_simulator
from contacts.models import ConsentEvent, Contact, OptOut, Review, ScopePolicy
from contacts.views import pages, policy
from shout.accounts import AccountRequest, member
from shout.models import Account, Role


@require_safe
@member()
def number_list(request: AccountRequest) -> HttpResponse:
    """All numbers, with how many people have stopped each."""
    numbers = request.account.numbers.annotate(opt_out_count=Count("opt_outs", filter=Q(opt_outs__lifted_at=None)))
    return render(
        request, "contacts/number_list.html", {"numbers": numbers, "may_change": request.membership.may(Role.ADMIN)}
    )


@require_safe
@member()
def number_detail(request: AccountRequest, number_id: int) -> HttpResponse:
    """One number: its purpose, its connection, its opt-outs."""
    numbers = request.account.numbers.select_related("opt_out_tag").annotate(
        opt_out_count=Count("opt_outs", filter=Q(opt_outs__lifted_at=None))
    )
    number = get_object_or_404(numbers, pk=number_id)
    return render(
        request, "contacts/number_detail.html", {"number": number, "may_change": request.membership.may(Role.ADMIN)}
    )


@dataclass(frozen=True, slots=True)
class Asking:
    """Somebody who has stopped a number, or may have: by phone, and the contact who has it, if anybody."""

    row: OptOut | Review
    contact: Contact | None
    line: ConsentEvent | None

    @property
    def how(self) -> str:
        """By what, in which words and by whom."""
        return wording.how(self.line) if self.line else ""


@require_safe
@member()
def number_opt_outs(request: AccountRequest, number_id: int) -> HttpResponse:
    """Who has stopped a number, latest first; with `?show=held`, for whom marketing waits for a decision (P8)."""
    number = get_object_or_404(request.account.numbers, pk=number_id)
    stopped, held = number.opt_outs.in_force(), number.reviews.filter(decision=Review.Decision.OPEN)
    shows_held = request.GET.get("show") == "held"
    digits = "".join(filter(str.isdecimal, request.GET.get("q", "")))[:15]
    rows: QuerySet[Any] = held if shows_held else stopped
    page: pages.Page[Any] = pages.page(rows.filter(phone__contains=digits), request.GET)
    context = {
        "number": number,
        "page": page,
        "people": _asking(request.account, page.rows),
        "shows_held": shows_held,
        "stopped_count": stopped.count(),
        "held_count": held.count(),
        "scope": scopes.in_force(request.account),
        "query": request.GET.get("q", "").replace("\0", "")[:40],
    }
    return render(request, "contacts/number_opt_outs.html", context)


def _asking(account: Account, rows: Sequence[OptOut | Review]) -> list[Asking]:
    contacts = {contact.phone: contact for contact in account.contacts.filter(phone__in=[row.phone for row in rows])}
    lines = {line.seq: line for line in account.consent_events.filter(seq__in=[row.event_seq for row in rows])}
    return [Asking(row, contacts.get(row.phone), lines.get(row.event_seq)) for row in rows]


@require_http_methods(["GET", "HEAD", "POST"])
@member(Role.ADMIN)
def number_new(request: AccountRequest) -> HttpResponse:
    """Add a number."""
    return _edit(request, NewNumberForm(request.POST or None, account=request.account))


@require_http_methods(["GET", "HEAD", "POST"])
@member(Role.ADMIN)
def number_edit(request: AccountRequest, number_id: int) -> HttpResponse:
    """Change a number's purpose, carrier or pace; its digits stay, because opt-outs are kept by it.

    A purpose that would close numbers to people is asked about first, and one that would open some is refused.
    """
    number = get_object_or_404(request.account.numbers.select_related("opt_out_tag"), pk=number_id)
    return _edit(request, NumberForm(request.POST or None, instance=number, account=request.account))


def _edit(request: AccountRequest, form: NumberForm) -> HttpResponse:
    closing: list[policy.Change] = []
    try:
        if pages.carried_out(form, lambda: _save(request, form)):
            messages.success(request, f"{form.instance.label} is saved.")
            # Posted on where the simulator is told at once, so that it and Shout never both answer STOP.
            is_news = is_news_to_simulator(form)
            to = "messaging:number_webhooks" if is_news else "contacts:number_detail"
            return redirect(to, form.instance.pk, preserve_request=is_news)
    except purposes.WouldOpen as refused:
        form.add_error("kind", str(refused))
    except purposes.WouldClose as asked:
        closing = policy.changes(request.account, asked.closing)
    context = {
        "number": form.instance,
        "tags": request.account.tags.all(),
        "closing": closing,
        "is_planned": scopes.in_force(request.account) != ScopePolicy.Scope.PURPOSE,
    }
    return pages.show_form(request, "contacts/number_form.html", form, **context)


def _save(request: AccountRequest, form: NumberForm) -> None:
    if form.instance.pk:
        kind = form.cleaned_data["kind"]
        may_close = request.POST.get("closes") == kind
        purposes.change(number=form.instance, kind=kind, by=request.user, may_close=may_close)
    form.save()
