"""Pages of the kernel: home, making and choosing an account, and the health check."""

from typing import cast

from django import forms
from django.contrib.auth.decorators import login_required
from django.db import OperationalError, connection
from django.http import Http404, HttpRequest, HttpResponse
from django.middleware.csrf import rotate_token
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from shout import accounts
from shout.models import Account, User


class AccountForm(forms.ModelForm[Account]):
    """The business that somebody opens an account for."""

    class Meta:
        model = Account
        fields = ["name"]
        labels = {"name": "Name of your business"}
        help_texts = {"name": "People see it in the answers to STOP and HELP."}


@require_safe
@login_required
def home(request: HttpRequest) -> HttpResponse:
    """Where a sign-in leads."""
    return redirect("contacts:contact_list")


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def account_new(request: HttpRequest) -> HttpResponse:
    """Open an account and become its owner."""
    form = AccountForm(request.POST or None)
    if form.is_valid():
        account = accounts.found(name=form.cleaned_data["name"], owner=cast(User, request.user))
        _work_in(request, account.pk)
        return redirect("shout:home")
    return render(request, "shout/account_new.html", {"form": form}, status=422 if form.errors else 200)


def _work_in(request: HttpRequest, account_id: int) -> None:
    request.session["account_id"] = account_id
    # A page of the account left behind may still be open: what is typed there must not land in this one.
    rotate_token(request)


@require_POST
@login_required
def switch_account(request: HttpRequest) -> HttpResponse:
    """Work in another of one's accounts from here on."""
    wanted = request.POST.get("account", "")
    seats = {str(seat.account_id): seat for seat in accounts.seats_of(cast(User, request.user))}
    if wanted not in seats:
        raise Http404("You have no such account.")
    _work_in(request, seats[wanted].account_id)
    return redirect("shout:home")


@require_safe
def healthz(request: HttpRequest) -> HttpResponse:
    """Whether this process answers and reaches its database (503 if not); says nothing else."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except OperationalError:
        return HttpResponse("The database is away.", status=503, content_type="text/plain")
    return HttpResponse("ok", content_type="text/plain")
