"""How people were asked to join a list: the wordings, each kept as it was."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.timezone import now
from django.views.decorators.http import require_http_methods

from contacts.evidence import asked
from contacts.forms.evidence import CallToActionForm
from contacts.views import pages
from shout.accounts import AccountRequest, member
from shout.models import Role


@require_http_methods(["GET", "HEAD", "POST"])
@member(Role.AGENT, all_may_look=True)
def call_to_action_list(request: AccountRequest, group_id: int) -> HttpResponse:
    """All wordings of a list, newest first, and a form for the next."""
    group = get_object_or_404(request.account.groups, pk=group_id)
    form = CallToActionForm(request.POST or None)
    if form.is_valid():
        kept = asked.record(group=group, by=request.user, **form.cleaned_data)
        messages.success(request, "The wording is kept." if kept else "This wording was kept already.")
        return redirect("contacts:call_to_action_list", group.pk)
    history = list(request.account.calls_to_action.filter(group_ref=group.pk).select_related("created_by"))
    current = asked.Calls(history).in_force(group.pk, now())
    template = "contacts/call_to_action_list.html"
    return pages.show_form(request, template, form, group=group, history=history, current=current)
