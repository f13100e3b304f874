"""The business itself: its name, its contact for help, its own words for STOP."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods

from contacts.forms.account import AccountForm
from contacts.views import pages
from shout.accounts import AccountRequest, member
from shout.models import Role


@require_http_methods(["GET", "HEAD", "POST"])
@member(Role.ADMIN)
def account_edit(request: AccountRequest) -> HttpResponse:
    """Change what people are told about the business, and which words opt them out."""
    form = AccountForm(request.POST or None, instance=request.account)
    if pages.carried_out(form, form.save):
        messages.success(request, "Your business is saved.")
        return redirect("contacts:account_edit")
    return pages.show_form(request, "contacts/account_form.html", form)
