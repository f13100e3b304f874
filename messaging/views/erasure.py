"""The page that erases a person on their request, after asking for their number (P16)."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_http_methods

from contacts.views import pages
from messaging import erasure
from messaging.forms import ErasureForm
from shout.accounts import AccountRequest, member
from shout.models import Role


@require_http_methods(["GET", "HEAD", "POST"])
@member(Role.ADMIN)
def contact_erase(request: AccountRequest, contact_id: int) -> HttpResponse:
    """Say what goes and what stays, and erase the person once their number has been typed in."""
    contact = get_object_or_404(request.account.contacts, pk=contact_id)
    if not request.membership.may(Role.ADMIN):
        raise PermissionDenied("Only owners and admins erase people.")
    form = ErasureForm(request.POST or None, contact=contact)
    if form.is_valid():
        try:
            erasure.erase(contact=contact, by=request.user)
        except erasure.UnderWay as under_way:
            form.add_error(None, str(under_way))
        else:
            messages.success(request, "The person is erased. What they had stopped stays stopped.")
            return redirect("contacts:contact_list")
    extent = erasure.extent(contact)
    return pages.show_form(request, "messaging/erasure.html", form, contact=contact, extent=extent)
