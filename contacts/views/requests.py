"""What people ask of the team by phone, by e-mail or in person, written down and carried out (P11)."""

from collections.abc import Callable, Iterator
from typing import Any

from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods

from contacts import bulk, permissions
from contacts.forms.requests import AGREE, JOIN, LEAVE, STOP, RequestForm
from contacts.models import Contact
from contacts.models.consent import Source
from contacts.permissions import Evidence
from contacts.views import pages
from contacts.views.permission import warn_of_closed
from shout import phones
from shout.accounts import AccountRequest, member
from shout.models import Account, Role


@require_http_methods(["GET", "HEAD", "POST"])
@member(Role.AGENT)
def request_new(request: AccountRequest) -> HttpResponse:
    """Record a request by phone number, and do what was asked; repeated, it changes nothing."""
    form = RequestForm(request.POST or None, initial=_asked_for(request.GET), account=request.account)
    if not form.is_valid():
        known = _contact(request.account, form["phone"].value() or "")
        return pages.show_form(request, "contacts/request_form.html", form, known=known)
    said = form.cleaned_data
    evidence = Evidence(
        source=Source.STAFF,
        words=said["words"],
        reference=said["how"],
        actor=request.user.email,
        asked_at=said["asked_at"],
    )
    for result in _CARRY_OUT[said["what"]](request.account, said, evidence):
        messages.success(request, result)
    if said["what"] in (AGREE, JOIN):
        warn_of_closed(request, said["phone"])
    contact = _contact(request.account, said["phone"])
    return redirect(pages.profile_url(contact) if contact else "contacts:request_new")


def _asked_for(query: QueryDict) -> dict[str, Any]:
    """What a link to the form has filled in already."""
    return {name: query[name] for name in ("phone", "what", "group") if name in query} | {
        "numbers": query.getlist("number")
    }


def _contact(account: Account, written: str) -> Contact | None:
    """Who has the phone number that was written, if anybody."""
    try:
        return account.contacts.filter(phone=phones.parse(written)).first()
    except phones.InvalidPhone:
        return None


def _stop(account: Account, said: dict[str, Any], evidence: Evidence) -> Iterator[str]:
    who = phones.show(said["phone"])
    for number in said["numbers"]:
        changed = permissions.opt_out(number=number, phone=said["phone"], evidence=evidence)
        yield (
            f"{number.label} will not text {who} any more." if changed else f"{who} had stopped {number.label} already."
        )


def _agree(account: Account, said: dict[str, Any], evidence: Evidence) -> Iterator[str]:
    who = phones.show(said["phone"])
    for number in said["numbers"]:
        changed = permissions.opt_in(number=number, phone=said["phone"], evidence=evidence)
        yield f"{number.label} may text {who} again." if changed else f"{who} had not stopped {number.label}."


def _leave(account: Account, said: dict[str, Any], evidence: Evidence) -> Iterator[str]:
    contact = account.contacts.get(phone=said["phone"])
    permissions.leave(group=said["group"], contacts=[contact], evidence=evidence)
    yield f"{contact} is not on {said['group']} any more. No number is closed by it."


def _join(account: Account, said: dict[str, Any], evidence: Evidence) -> Iterator[str]:
    contact = account.contacts.get(pk=bulk.meet(account.pk, [said["phone"]])[said["phone"]])
    joined = permissions.join(group=said["group"], contacts=[contact], evidence=evidence)
    yield f"{contact} is on {said['group']} {'now' if joined else 'already'}."


_CARRY_OUT: dict[str, Callable[[Account, dict[str, Any], Evidence], Iterator[str]]] = {
    STOP: _stop,
    AGREE: _agree,
    LEAVE: _leave,
    JOIN: _join,
}
