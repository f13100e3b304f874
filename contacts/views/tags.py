"""Tags: labels on contacts."""

from django.contrib import messages
from django.db.models import Count
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from contacts import people
from contacts.forms.names import TagForm
from contacts.models import Tag
from contacts.views import pages
from shout.accounts import AccountRequest, member
from shout.models import Role

DELETION = "It is taken off every contact that wears it. Contacts and their texts stay. This cannot be undone."


@require_safe
@member()
def tag_list(request: AccountRequest) -> HttpResponse:
    """All tags, with how many contacts wear each."""
    tags = request.account.tags.annotate(contact_count=Count("contacttag"))
    return render(request, "contacts/tag_list.html", {"tags": tags, "deletion": DELETION})


@require_http_methods(["GET", "HEAD", "POST"])
@member(Role.AGENT)
def tag_new(request: AccountRequest) -> HttpResponse:
    """Make a tag."""
    return _edit(request, None)


@require_http_methods(["GET", "HEAD", "POST"])
@member(Role.AGENT)
def tag_edit(request: AccountRequest, tag_id: int) -> HttpResponse:
    """Rename a tag."""
    return _edit(request, get_object_or_404(request.account.tags, pk=tag_id))


def _edit(request: AccountRequest, tag: Tag | None) -> HttpResponse:
    form = TagForm(request.POST or None, instance=tag, account=request.account)
    if pages.carried_out(form, form.save):
        messages.success(request, f"The tag “{form.instance}” is saved.")
        return redirect("contacts:tag_list")
    return pages.show_form(request, "contacts/tag_form.html", form, tag=tag)


@require_http_methods(["GET", "HEAD", "POST"])
@member(Role.AGENT)
def tag_delete(request: AccountRequest, tag_id: int) -> HttpResponse:
    """Delete a tag, after asking; refused while something uses it."""
    tag = get_object_or_404(request.account.tags, pk=tag_id)
    if request.method != "POST":
        title, back = f"Delete the tag “{tag}”?", reverse("contacts:tag_list")
        return pages.ask(request, title=title, text=DELETION, action="Delete tag", cancel_url=back)
    try:
        people.delete(tag, by=request.user)
    except people.InUse as used:
        messages.error(request, str(used))
    else:
        messages.success(request, f"The tag “{tag}” is deleted.")
    return redirect("contacts:tag_list")
