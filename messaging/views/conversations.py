"""A contact's page: who they are, whether they may be texted, and everything that was said."""

from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from bots.models import Notice
from contacts.models import Contact
from contacts.views.profile import profile_context
from messaging import timeline as timelines
from messaging.forms import TextForm
from messaging.models import Message
from messaging.views.composer import composer
from shout.accounts import AccountRequest, member


@require_safe
@member()
def conversation(request: AccountRequest, contact_id: int) -> HttpResponse:
    """The page, or only the composer when another number is chosen in it."""
    contact = get_object_or_404(request.account.contacts, pk=contact_id)
    if request.htmx and request.htmx.target == "composer":
        context = {"contact": contact, "composer": composer(contact, number_id=chosen(request), keeps_draft=True)}
        return render(request, "messaging/_composer.html", context)
    return render_conversation(request, contact)


def render_conversation(request: AccountRequest, contact: Contact, *, form: TextForm | None = None) -> HttpResponse:
    """The whole page; with a `form` that has errors, the page of somebody who has to mend it."""
    before = _before(request, contact)
    profile = profile_context(request.account, contact)
    context = {
        "page": timelines.page(contact, before=before),
        "is_latest": before is None,
        "composer": composer(contact, asked=profile["outlets"], number_id=chosen(request), form=form),
        "handed_over": _handed_over(contact),
        **profile,
    }
    return render(request, "messaging/conversation.html", context, status=422 if form else 200)


@require_safe
@member()
def timeline(request: AccountRequest, contact_id: int) -> HttpResponse:
    """What the page asks for while it is open: earlier texts, or what is new since the version it has seen."""
    contact = get_object_or_404(request.account.contacts, pk=contact_id)
    if before := _before(request, contact):
        page = timelines.page(contact, before=before)
        return render(request, "messaging/_earlier.html", {"contact": contact, "page": page})
    page = timelines.page(contact, since=_integer(request.GET.get("since")))
    if page.version == request.GET.get("seen"):
        return HttpResponse(status=204)
    profile = profile_context(request.account, contact)
    offered = composer(contact, asked=profile["outlets"], number_id=chosen(request), keeps_draft=True)
    context = {"page": page, "composer": offered, "handed_over": _handed_over(contact), **profile}
    return render(request, "messaging/_news.html", context)


def _handed_over(contact: Contact) -> QuerySet[Notice]:
    """What bots have handed over to the team, until somebody writes to them."""
    return contact.notices.filter(kind=Notice.Kind.HAND_OVER, done_at=None).select_related("bot")


def chosen(request: AccountRequest) -> int | None:
    """The id of the number that is chosen in the composer, if any is."""
    return _integer((request.POST if request.method == "POST" else request.GET).get("number"))


def _before(request: AccountRequest, contact: Contact) -> Message | None:
    wanted = _integer(request.GET.get("before"))
    texts = request.account.messages.filter(phone=contact.phone)
    return get_object_or_404(texts, pk=wanted) if wanted else None


def _integer(value: str | None) -> int | None:
    return int(value) if value and value.isdecimal() and len(value) < 19 else None
