"""A contact's lists and labels, changed from the contact's own page."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_http_methods, require_POST

from contacts import bulk, people, permissions
from contacts.forms.permission import JoinForm, LabelForm
from contacts.permissions import Evidence
from contacts.views import pages
from shout.accounts import AccountRequest, member
from shout.models import Role


@require_http_methods(["GET", "HEAD", "POST"])
@member(Role.AGENT)
def contact_groups(request: AccountRequest, contact_id: int) -> HttpResponse:
    """Put a contact on a list that they have agreed to."""
    contact = get_object_or_404(request.account.contacts, pk=contact_id)
    form = JoinForm(request.POST or None, contact=contact)
    if form.is_valid():
        said = form.cleaned_data
        group = said["group"]
        evidence = Evidence.staff(request.user, words=said["words"], asked_at=said["asked_at"])
        joined = permissions.join(group=group, contacts=[contact], evidence=evidence)
        messages.success(request, f"{contact} is on {group} {'now' if joined else 'already'}.")
        return redirect("messaging:conversation", contact.pk)
    return pages.show_record_form(request, contact, form, title=f"Put {contact} on a list", action="Add to the list")


@require_http_methods(["GET", "HEAD", "POST"])
@member(Role.AGENT)
def contact_leave(request: AccountRequest, contact_id: int, group_id: int) -> HttpResponse:
    """Take a contact off a list, after asking."""
    contact = get_object_or_404(request.account.contacts, pk=contact_id)
    group = get_object_or_404(request.account.groups, pk=group_id)
    if request.method == "POST":
        left = permissions.leave(group=group, contacts=[contact], evidence=Evidence.staff(request.user))
        messages.success(
            request, f"{contact} {'is not on' if left else 'was not on'} {group}{' any more' if left else ''}."
        )
        return redirect("messaging:conversation", contact.pk)
    return pages.ask(
        request,
        title=f"Take {contact} off {group}?",
        text="Texts to this group will not reach them. No number is closed by it.",
        action="Take off",
        cancel_url=pages.profile_url(contact),
    )


@require_http_methods(["GET", "HEAD", "POST"])
@member(Role.AGENT)
def contact_tags(request: AccountRequest, contact_id: int) -> HttpResponse:
    """Label a contact; a tag that is not there yet is made."""
    contact = get_object_or_404(request.account.contacts, pk=contact_id)
    form = LabelForm(request.POST or None)
    if form.is_valid():
        tag = people.tag_named(request.account, form.cleaned_data["name"])
        bulk.tag(request.account.pk, [(contact.pk, tag.pk)])
        return redirect("messaging:conversation", contact.pk)
    return pages.show_record_form(request, contact, form, title=f"Tag {contact}", action="Add tag")


@require_POST
@member(Role.AGENT)
def contact_untag(request: AccountRequest, contact_id: int, tag_id: int) -> HttpResponse:
    """Take a label off a contact."""
    contact = get_object_or_404(request.account.contacts, pk=contact_id)
    tag = get_object_or_404(request.account.tags, pk=tag_id)
    bulk.untag(request.account.pk, [(contact.pk, tag.pk)])
    return redirect("messaging:conversation", contact.pk)
