"""Texts that the team writes to one person."""

from uuid import uuid5

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST
from django_htmx.http import trigger_client_event

from bots import notices
from contacts.models import Contact
from messaging import outbound, resending
from messaging.forms import TextForm
from messaging.models import Message
from messaging.templatetags.texts import counted
from messaging.views.composer import composer
from messaging.views.conversations import chosen, render_conversation
from shout.accounts import AccountRequest, member
from shout.models import Role


@require_POST
@member(Role.AGENT)
def message_new(request: AccountRequest, contact_id: int) -> HttpResponse:
    """Text a person; the same form sent twice is one text, and another text in a form one has gone back to is not."""
    contact = get_object_or_404(request.account.contacts, pk=contact_id)
    form = TextForm(request.account, request.POST)
    if not form.is_valid():
        return _to_mend(request, contact, form)
    number, body = form.cleaned_data["number"], form.cleaned_data["body"]
    text = outbound.send(
        number=number,
        phone=contact.phone,
        body=body,
        origin=Message.Origin.INBOX,
        contact=contact,
        sent_by=request.user,
        idempotency_key=f"composer:{uuid5(form.cleaned_data['key'], f'{number.pk} {contact.phone} {body}')}",
    )
    if text.status == Message.Status.REFUSED:
        messages.error(request, f"Not sent from {number.label}: {text.get_refusal_display()}.")
    else:
        notices.taken_over(contact, by=request.user)
    if not request.htmx:
        return redirect(f"{reverse('messaging:conversation', args=[contact.pk])}?number={number.pk}")
    fresh = composer(contact, number_id=number.pk)
    fresh.form.fields["body"].widget.attrs["autofocus"] = True
    context = {"contact": contact, "composer": fresh, "says_messages": True}
    return trigger_client_event(render(request, "messaging/_composer.html", context), "texts-changed")


def _to_mend(request: AccountRequest, contact: Contact, form: TextForm) -> HttpResponse:
    if not request.htmx:
        return render_conversation(request, contact, form=form)
    context = {"contact": contact, "composer": composer(contact, number_id=chosen(request), form=form)}
    return render(request, "messaging/_composer.html", context, status=422)


@require_POST
@member(Role.AGENT)
def message_resend(request: AccountRequest, message_id: int) -> HttpResponse:
    """Send a text again of which nobody knows whether it left."""
    text = get_object_or_404(request.account.messages.select_for_update(of=("self",)), pk=message_id)
    contact = get_object_or_404(request.account.contacts, phone=text.phone)
    if resending.resend(text, by=request.user) is None:
        messages.error(request, "This text was not sent again: the carrier has said by now what became of it.")
    return redirect("messaging:conversation", contact.pk)


@require_POST
@member(Role.AGENT)
def segment_count(request: AccountRequest) -> HttpResponse:
    """How many segments a text takes, while it is being written."""
    body = request.POST.get("body", "").replace("\r\n", "\n")
    return render(request, "messaging/_segments.html", counted(body))
