"""The list of contacts, and contacts added and edited by hand."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_safe
from django.views.decorators.vary import vary_on_headers

from contacts import bulk, people
from contacts.forms.contact import ContactFilter, ContactForm, NewContactForm
from contacts.models import Contact
from contacts.views import pages
from contacts.views.permission import warn_of_closed
from shout.accounts import AccountRequest, member
from shout.models import Account, Role


@dataclass(frozen=True, slots=True)
class Standing:
    """Whether a contact may be texted, over all numbers; `state` is empty when there is no number to text from."""

    contact: Contact
    state: str
    words: str


@require_safe
@vary_on_headers("HX-Request")
@member()
def contact_list(request: AccountRequest) -> HttpResponse:
    """Contacts, newest first, by what is searched for; only the table when htmx asks."""
    form = ContactFilter(request.GET, account=request.account)
    page = pages.page(form.contacts().prefetch_related("groups", "tags"), request.GET)
    context = {
        "form": form,
        "page": page,
        "standings": _standings(request.account, page.rows),
        "is_filtered": any(form.cleaned_data.values()),
    }
    is_fragment = request.htmx and not request.htmx.history_restore_request
    return render(request, "contacts/_contact_table.html" if is_fragment else "contacts/contact_list.html", context)


def _standings(account: Account, contacts: Sequence[Contact]) -> list[Standing]:
    numbers = list(account.numbers.values_list("pk", flat=True))
    said = bulk.standings((number, contact.phone) for number in numbers for contact in contacts)
    return [_standing(contact, [said[number, contact.phone].refusal for number in numbers]) for contact in contacts]


def _standing(contact: Contact, refusals: Sequence[str | None]) -> Standing:
    stopped = sum(why is not None for why in refusals)
    if "blocked" in refusals:
        return Standing(contact, "blocked", "")
    if stopped:
        return Standing(
            contact, "stopped", "" if stopped == len(refusals) else f"Stopped on {stopped} of {len(refusals)}"
        )
    return Standing(contact, "open" if refusals else "", "")


@require_http_methods(["GET", "HEAD", "POST"])
@member(Role.AGENT)
def contact_new(request: AccountRequest) -> HttpResponse:
    """Add a contact by hand."""
    form = NewContactForm(request.POST or None, account=request.account)
    if pages.carried_out(form, lambda: _add(request, form)):
        messages.success(request, f"{form.instance} is added.")
        warn_of_closed(request, form.instance.phone)
        return redirect("messaging:conversation", form.instance.pk)
    return pages.show_form(request, "contacts/contact_form.html", form)


def _add(request: AccountRequest, form: NewContactForm) -> None:
    said = form.cleaned_data
    people.add(contact=form.instance, by=request.user, group=said["group"], words=said["words"])


@require_http_methods(["GET", "HEAD", "POST"])
@member(Role.AGENT)
def contact_edit(request: AccountRequest, contact_id: int) -> HttpResponse:
    """Change a contact's name, e-mail or notes."""
    contact = get_object_or_404(request.account.contacts, pk=contact_id)
    form = ContactForm(request.POST or None, instance=contact)
    if pages.carried_out(form, form.save):
        messages.success(request, f"{contact} is saved.")
        return redirect("messaging:conversation", contact.pk)
    return pages.show_form(request, "contacts/contact_form.html", form, contact=contact)
