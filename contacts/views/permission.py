"""Permission as staff record it: opt-outs, new consent, blocks (P4, P9, P11)."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.text import get_text_list
from django.views.decorators.http import require_http_methods

from contacts import people, permissions
from contacts.forms.permission import BlockForm, OptInForm, OptOutForm
from contacts.models.consent import Source
from contacts.permissions import Evidence
from contacts.views import pages
from shout.accounts import AccountRequest, member
from shout.models import Role

STOPS = "The numbers you choose will not text {contact} again until {contact} texts START or you record new consent."
OPENS = "Only new consent lifts an opt-out, and only for the numbers it was given for."
BLOCKS = "No number of yours will text {contact} until you unblock them. Their texts are kept, and answered by no bot."
UNBLOCKS = "Your numbers may text them again, except those that they have stopped themselves."


@require_http_methods(["GET", "HEAD", "POST"])
@member(Role.AGENT)
def contact_opt_out(request: AccountRequest, contact_id: int) -> HttpResponse:
    """Record an opt-out that was asked for outside a text."""
    contact = get_object_or_404(request.account.contacts, pk=contact_id)
    chosen = {"numbers": request.GET.getlist("number")}
    form = OptOutForm(request.POST or None, initial=chosen, account=request.account)
    if form.is_valid():
        said = form.cleaned_data
        evidence = Evidence.staff(request.user, words=said["words"], asked_at=said["asked_at"])
        for number in said["numbers"]:
            stopped = permissions.opt_out(number=number, phone=contact.phone, evidence=evidence)
            will = "will not text {} any more." if stopped else "was stopped for {} already. Nothing has changed."
            messages.success(request, f"{number.label} {will.format(contact)}")
        return redirect("messaging:conversation", contact.pk)
    words = STOPS.format(contact=contact)
    return pages.show_record_form(
        request, contact, form, title=f"{contact} asked you to stop", text=words, action="Record opt-out"
    )


@require_http_methods(["GET", "HEAD", "POST"])
@member(Role.AGENT)
def contact_opt_in(request: AccountRequest, contact_id: int) -> HttpResponse:
    """Lift opt-outs, by recording new consent."""
    contact = get_object_or_404(request.account.contacts, pk=contact_id)
    stopped = people.stopped(request.account, contact.phone)
    if not stopped:
        messages.info(request, f"{contact} has stopped none of your numbers.")
        return redirect("messaging:conversation", contact.pk)
    chosen = {"numbers": request.GET.getlist("number")}
    form = OptInForm(request.POST or None, initial=chosen, account=request.account, stopped=stopped)
    if form.is_valid():
        said = form.cleaned_data
        evidence = Evidence(
            source=Source.STAFF,
            actor=request.user.email,
            reference=said["reference"],
            words=said["words"],
            asked_at=said["asked_at"],
        )
        for number in said["numbers"]:
            permissions.opt_in(number=number, phone=contact.phone, evidence=evidence)
            messages.success(request, f"{number.label} may text {contact} again.")
        return redirect("messaging:conversation", contact.pk)
    return pages.show_record_form(
        request, contact, form, title=f"{contact} agreed to texts again", text=OPENS, action="Record consent"
    )


@require_http_methods(["GET", "HEAD", "POST"])
@member(Role.AGENT)
def contact_block(request: AccountRequest, contact_id: int) -> HttpResponse:
    """Block a contact, after asking why."""
    contact = get_object_or_404(request.account.contacts, pk=contact_id)
    form = BlockForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        blocked = permissions.block(contact=contact, reason=form.cleaned_data["reason"], by=request.user)
        messages.success(request, f"{contact} is blocked{'' if blocked else ' already'}.")
        return redirect("messaging:conversation", contact.pk)
    words = BLOCKS.format(contact=contact)
    title = f"Block {contact}?"
    return pages.show_record_form(request, contact, form, title=title, text=words, action="Block", kind="danger")


@require_http_methods(["GET", "HEAD", "POST"])
@member(Role.AGENT)
def contact_unblock(request: AccountRequest, contact_id: int) -> HttpResponse:
    """Lift a block, after asking; opt-outs stay as they are."""
    contact = get_object_or_404(request.account.contacts, pk=contact_id)
    if request.method == "POST":
        unblocked = permissions.unblock(contact=contact, by=request.user)
        messages.success(request, f"{contact} {'is not blocked any more' if unblocked else 'was not blocked'}.")
        warn_of_closed(request, contact.phone)
        return redirect("messaging:conversation", contact.pk)
    return pages.ask(
        request, title=f"Unblock {contact}?", text=UNBLOCKS, action="Unblock", cancel_url=pages.profile_url(contact)
    )


def warn_of_closed(request: AccountRequest, phone: str) -> None:
    """Say which numbers stay closed to a phone, because only new consent lifts an opt-out."""
    stopped = people.stopped(request.account, phone)
    if stopped:
        labels = request.account.numbers.filter(pk__in=stopped).values_list("label", flat=True)
        names = get_text_list(list(labels), "and")
        messages.warning(request, f"They have stopped {names} themselves: only new consent from them opens that.")
