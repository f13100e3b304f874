"""Sending numbers: what each is for, and how it is connected to its carrier."""

from django.contrib import messages
from django.db.models import Count, Q
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from contacts.forms.number import NewNumberForm, NumberForm
from contacts.views import pages
from shout.accounts import AccountRequest, member
from shout.models import Role


@require_safe
@member()
def number_list(request: AccountRequest) -> HttpResponse:
    """All numbers, with how many people have stopped each."""
    numbers = request.account.numbers.annotate(opt_out_count=Count("opt_outs", filter=Q(opt_outs__lifted_at=None)))
    return render(
        request, "contacts/number_list.html", {"numbers": numbers, "may_change": request.membership.may(Role.ADMIN)}
    )


@require_safe
@member()
def number_detail(request: AccountRequest, number_id: int) -> HttpResponse:
    """One number: its purpose, its connection, its opt-outs."""
    numbers = request.account.numbers.select_related("opt_out_tag").annotate(
        opt_out_count=Count("opt_outs", filter=Q(opt_outs__lifted_at=None))
    )
    number = get_object_or_404(numbers, pk=number_id)
    return render(
        request, "contacts/number_detail.html", {"number": number, "may_change": request.membership.may(Role.ADMIN)}
    )


@require_http_methods(["GET", "HEAD", "POST"])
@member(Role.ADMIN)
def number_new(request: AccountRequest) -> HttpResponse:
    """Add a number."""
    return _edit(request, NewNumberForm(request.POST or None, account=request.account))


@require_http_methods(["GET", "HEAD", "POST"])
@member(Role.ADMIN)
def number_edit(request: AccountRequest, number_id: int) -> HttpResponse:
    """Change a number's purpose, carrier or pace; its digits stay, because opt-outs are kept by it."""
    number = get_object_or_404(request.account.numbers.select_related("opt_out_tag"), pk=number_id)
    return _edit(request, NumberForm(request.POST or None, instance=number, account=request.account))


def _edit(request: AccountRequest, form: NumberForm) -> HttpResponse:
    if pages.carried_out(form, form.save):
        messages.success(request, f"{form.instance.label} is saved.")
        return redirect("contacts:number_detail", form.instance.pk)
    tags = request.account.tags.all()
    return pages.show_form(request, "contacts/number_form.html", form, number=form.instance, tags=tags)
