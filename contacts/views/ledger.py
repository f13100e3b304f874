"""The consent ledger: read line by line, verified, and asked about any day (P12)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from contacts import ledger, scopes
from contacts.evidence import entries
from contacts.evidence.bulk import Difference, differences
from contacts.evidence.entries import Entry
from contacts.forms.evidence import LedgerFilter, StateForm
from contacts.models import ConsentEvent, Number, ScopePolicy
from contacts.views import pages
from shout.accounts import AccountRequest, member
from shout.models import Account, Role

_MOST_SHOWN = 20


@require_safe
@member()
def ledger_list(request: AccountRequest) -> HttpResponse:
    """The lines, newest first, by what is asked for; and whether the chain holds."""
    form = LedgerFilter(request.GET, account=request.account)
    page = pages.page(form.lines(), request.GET, by="seq")
    check = request.account.ledger_checks.first()
    context = {
        "form": form,
        "page": page,
        "entries": entries.tell(request.account, page.rows),
        "is_filtered": any(form.cleaned_data.values()) or bool(form.errors),
        "check": check,
        "differences": _differences(request.account) if check and check.differences else [],
        "may_verify": request.membership.may(Role.AGENT),
    }
    return render(request, "contacts/ledger.html", context)


@require_POST
@member(Role.AGENT)
def ledger_check_new(request: AccountRequest) -> HttpResponse:
    """Verify the whole chain now."""
    check = ledger.verify(request.account)
    if check.broken_seq is not None:
        messages.error(request, f"The ledger is broken at line {check.broken_seq:,}.")
    elif check.differences:
        messages.error(request, "The ledger is whole, but not everybody is stopped or blocked as it says.")
    else:
        messages.success(request, f"The ledger is whole: all {check.lines:,} lines are as they were written.")
    return redirect("contacts:ledger")


def _differences(account: Account) -> list[tuple[Difference, Number | None]]:
    """The first of what differs from the ledger now, each with its number unless it is a block."""
    numbers = account.numbers.in_bulk()
    return [(found, numbers[found.number_id] if found.number_id else None) for found in differences()[:_MOST_SHOWN]]


@dataclass(frozen=True, slots=True)
class State:
    """What the ledger says of one phone and one number at a moment."""

    state: str
    entry: Entry | None
    scope: str
    lists: list[str]
    before_number: bool
    may_be_emptied: bool


@require_safe
@member()
def state(request: AccountRequest) -> HttpResponse:
    """Whether a phone could be texted from a number at a moment, and why."""
    form = StateForm(request.GET if "number" in request.GET else None, account=request.account)
    found = None
    if form.is_valid():
        found = _state(request.account, form)
    elif not form.is_bound:
        form.initial["phone"] = request.GET.get("phone", "")
    return pages.show_form(request, "contacts/ledger_state.html", form, found=found)


def _state(account: Account, form: StateForm) -> State:
    number, phone, at = (form.cleaned_data[name] for name in ("number", "phone", "at"))
    # The form knows minutes; what happened in the minute named has happened.
    until = at.replace(second=59, microsecond=999_999)
    standing = ledger.state_on(number, phone, until)
    states = {None: "held" if standing.is_held else "open", "opted_out": "stopped", "blocked": "blocked"}
    return State(
        state=states[standing.refusal],
        entry=entries.tell(account, [standing.line])[0] if standing.line else None,
        scope=ScopePolicy.Scope(scopes.in_force(account, until)).label,
        lists=_lists(ledger.lines_about(account, phone, until=until)),
        before_number=number.created_at > until,
        may_be_emptied=standing.line is None and _has_erased_since(account, until),
    )


def _has_erased_since(account: Account, at: datetime) -> bool:
    return account.consent_events.filter(kind=ConsentEvent.Kind.ERASED, at__gt=at).exists()


def _lists(lines: Iterable[ConsentEvent]) -> list[str]:
    last = {line.group_ref: line for line in lines if line.group_ref}
    return sorted(line.group_name for line in last.values() if line.kind == ConsentEvent.Kind.JOINED)
