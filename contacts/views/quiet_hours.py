"""Quiet hours: the table of when marketing may be sent where, and an account's own lines in it (P17)."""

from datetime import date
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.timezone import now
from django.views.decorators.http import require_http_methods, require_safe

from contacts import timetable
from contacts.forms.quiet_hours import QuestionForm, QuietHoursForm
from contacts.views import pages
from shout.accounts import AccountRequest, member
from shout.models import Account, Role


@require_safe
@member()
def quiet_hours(request: AccountRequest) -> HttpResponse:
    """Every place with its hours and how it is there now; and the answer to when somebody may be texted."""
    question = QuestionForm(request.GET if "q" in request.GET else None)
    context = {
        "rows": timetable.rows(request.account, now().date()),
        "question": question,
        "answer": timetable.answer(request.account, **question.cleaned_data["q"]) if question.is_valid() else None,
        "may_change": request.membership.may(Role.ADMIN),
    }
    return render(request, "contacts/quiet_hours.html", context, status=422 if question.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@member(Role.ADMIN)
def quiet_hours_new(request: AccountRequest) -> HttpResponse:
    """Set own hours for a place from a day on."""
    initial = _initial(request.account, request.GET.get("place", ""))
    form = QuietHoursForm(request.POST if request.method == "POST" else None, initial=initial)
    if pages.carried_out(form, lambda: _save(request, form)):
        return redirect("contacts:quiet_hours")
    return pages.show_form(request, "contacts/quiet_hours_form.html", form)


def _save(request: AccountRequest, form: QuietHoursForm) -> None:
    said = form.cleaned_data
    timetable.set_hours(
        account=request.account,
        place=said["place"],
        since=said["since"],
        source=said["source"],
        hours=form.hours,
        by=request.user,
    )
    messages.success(request, f"Your hours are saved: {timetable.name(said['place'])}.")


def _initial(account: Account, place: str) -> dict[str, Any]:
    """What counts for the place now, to be changed; own hours keep the day that they began."""
    current = timetable.current(account, place, now().date()) if place in timetable.NAMES else None
    if current is None:
        return {"place": place, "since": now().date()}
    own: dict[str, date | str] = {"since": current.since, "source": current.sources[0]} if current.own_id else {}
    return {"place": place, "since": now().date(), **QuietHoursForm.hours_of(current), **own}


@require_http_methods(["GET", "HEAD", "POST"])
@member(Role.ADMIN)
def quiet_hours_remove(request: AccountRequest, window_id: int) -> HttpResponse:
    """Take away own hours, those of the same place and day together, after asking."""
    window = get_object_or_404(request.account.quiet_windows, pk=window_id)
    if request.method == "POST":
        request.account.quiet_windows.filter(place=window.place, since=window.since).delete()
        messages.success(request, f"Your hours are taken away: {timetable.name(window.place)}.")
        return redirect("contacts:quiet_hours")
    return pages.ask(
        request,
        title=f"Take away your hours for {timetable.name(window.place)}?",
        text="Your earlier hours for it count again if there are any, else those that Shout ships.",
        action="Take away",
        cancel_url=reverse("contacts:quiet_hours"),
    )
