"""Groups: the lists people have agreed to be on."""

from django.contrib import messages
from django.db.models import Count
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from contacts import people
from contacts.evidence import asked
from contacts.forms.names import GroupForm
from contacts.models import Group
from contacts.views import pages
from shout.accounts import AccountRequest, member
from shout.models import Role


@require_safe
@member()
def group_list(request: AccountRequest) -> HttpResponse:
    """All groups, with how many are on each."""
    groups = request.account.groups.annotate(member_count=Count("groupmembership"))
    return render(request, "contacts/group_list.html", {"groups": groups})


@require_safe
@member()
def group_detail(request: AccountRequest, group_id: int) -> HttpResponse:
    """Who is on a list, since when."""
    group = get_object_or_404(request.account.groups, pk=group_id)
    members = group.groupmembership_set.select_related("contact")
    context = {
        "group": group,
        "member_count": members.count(),
        "page": pages.page(members, request.GET),
        "deletion": _deletion(group),
        "call": asked.current(group),
    }
    return render(request, "contacts/group_detail.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@member(Role.AGENT)
def group_new(request: AccountRequest) -> HttpResponse:
    """Make a group."""
    return _edit(request, None)


@require_http_methods(["GET", "HEAD", "POST"])
@member(Role.AGENT)
def group_edit(request: AccountRequest, group_id: int) -> HttpResponse:
    """Rename or describe a group."""
    return _edit(request, get_object_or_404(request.account.groups, pk=group_id))


def _edit(request: AccountRequest, group: Group | None) -> HttpResponse:
    form = GroupForm(request.POST or None, instance=group, account=request.account)
    if pages.carried_out(form, form.save):
        messages.success(request, f"The group “{form.instance}” is saved.")
        return redirect("contacts:group_detail", form.instance.pk)
    return pages.show_form(request, "contacts/group_form.html", form, group=group)


@require_http_methods(["GET", "HEAD", "POST"])
@member(Role.AGENT)
def group_delete(request: AccountRequest, group_id: int) -> HttpResponse:
    """Delete a group, after asking; refused while something uses it."""
    group = get_object_or_404(request.account.groups, pk=group_id)
    cancel_url = reverse("contacts:group_detail", args=[group.pk])
    if request.method != "POST":
        title = f"Delete the group “{group}”?"
        return pages.ask(request, title=title, text=_deletion(group), action="Delete group", cancel_url=cancel_url)
    try:
        people.delete(group, by=request.user)
    except people.InUse as used:
        messages.error(request, str(used))
        return redirect(cancel_url)
    messages.success(request, f"The group “{group}” is deleted.")
    return redirect("contacts:group_list")


def _deletion(group: Group) -> str:
    count = group.groupmembership_set.count()
    who = "Nobody is on it." if not count else f"{count:,} {'person is' if count == 1 else 'people are'} taken off it."
    return f"{who} Contacts, their texts and the record of their consent stay. This cannot be undone."
