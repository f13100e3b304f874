"""A number's link to its carrier."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_POST

from messaging import provisioning
from messaging.carriers import CarrierError, Verdict
from shout.accounts import AccountRequest, member
from shout.models import Role
from shout.tenancy import tenant

_START_SIMULATOR = " Start Shout and its carrier simulator with: make up. Then set up webhooks here."


@require_POST
@member(Role.ADMIN, calls_out=True)
def number_webhooks(request: AccountRequest, number_id: int) -> HttpResponse:
    """Have the carrier post this number's texts to Shout; a saved number is posted on to here."""
    with tenant(request.account.pk):
        number = get_object_or_404(request.account.numbers, pk=number_id)
    try:
        provisioning.connect(number)
    except CarrierError as error:
        mend = _START_SIMULATOR if number.is_simulated and error.verdict == Verdict.RETRY else ""
        messages.error(request, f"The carrier was not set up. {provisioning.explain(error)}{mend}")
    else:
        messages.success(request, f"The carrier now sends texts to {number.label} on to Shout.")
    return redirect("contacts:number_detail", number.pk)
