"""One text to a whole group: written, previewed, sent, watched."""

import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

from django.db.models import Count, Min
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.timesince import timesince
from django.utils.timezone import now
from django.views.decorators.http import require_http_methods, require_safe

from contacts import clock
from contacts.models import Group, Number
from messaging import outbound, outbox, segments
from messaging.forms import BroadcastForm, BroadcastKey
from messaging.models import Broadcast, Message
from shout.accounts import AccountRequest, member
from shout.models import Role, User

_RECENT = 5
_UNDER_WAY = (Message.Status.QUEUED, Message.Status.SENDING, Message.Status.UNKNOWN)


@dataclass(frozen=True)
class Preview:
    """What a broadcast would do: how many get it, how many do not and why, what it takes and how long."""

    now: int
    later: int
    first_later_at: datetime | None
    held: int
    refused: list[tuple[str, int]]
    segments_each: int
    duration: timedelta

    @property
    def reached(self) -> int:
        """How many get it, now or when their day begins (P17)."""
        return self.now + self.later

    @property
    def segments_in_all(self) -> int:
        """What the carrier sends and counts."""
        return self.reached * self.segments_each

    @property
    def left_out(self) -> int:
        """How many do not get it."""
        return sum(count for _, count in self.refused)

    @property
    def lasts(self) -> str:
        """The duration in words, at the number's throughput."""
        if self.duration < timedelta(minutes=1):
            return "less than a minute"
        start = now()
        return f"about {timesince(start, start + self.duration, depth=1)}"


@require_http_methods(["GET", "HEAD", "POST"])
@member(Role.AGENT)
def broadcast_new(request: AccountRequest, group_id: int) -> HttpResponse:
    """Write a text to a group, see who gets it, send it."""
    group = get_object_or_404(request.account.groups, pk=group_id)
    if request.method != "POST":
        return _compose(request, group, BroadcastForm(request.account))
    form = BroadcastForm(request.account, request.POST)
    if not form.is_valid():
        return _compose(request, group, form, status=422)
    if request.POST.get("do") == "change":
        return _compose(request, group, BroadcastForm(request.account, initial=form.cleaned_data))
    preview = _preview(group, form)
    key = BroadcastKey(request.POST)
    if request.POST.get("do") == "send" and key.is_valid() and preview.reached:
        return redirect("messaging:broadcast_detail", _send(form, key, group=group, by=request.user).pk)
    context = {"group": group, "form": form, "preview": preview, "key": BroadcastKey(initial={"form_key": uuid4()})}
    return render(request, "messaging/broadcast_preview.html", context)


def _compose(request: AccountRequest, group: Group, form: BroadcastForm, *, status: int = 200) -> HttpResponse:
    context = {
        "group": group,
        "form": form,
        "people": group.contacts.count(),
        "numbers": request.account.numbers.exists(),
        "recent": request.account.broadcasts.filter(group=group)[:_RECENT],
    }
    return render(request, "messaging/broadcast_form.html", context, status=status)


def _preview(group: Group, form: BroadcastForm) -> Preview:
    number = form.cleaned_data["number"]
    quiet = clock.quiet(group.account_id)
    audience = outbox.audience(number.pk, group.pk, quiet=quiet)
    leaving, later, held = (audience.pop(key, 0) for key in ("", "quiet_hours", "held"))
    each = segments.count(form.cleaned_data["body"]).segments
    waiting = max(0, leaving * each - number.burst) / number.segments_per_second
    return Preview(
        now=leaving,
        later=later,
        first_later_at=_first_opening(group, number, quiet) if later else None,
        held=held,
        refused=[(Message.Refusal(why).label, count) for why, count in sorted(audience.items())],
        segments_each=each,
        duration=timedelta(seconds=waiting),
    )


def _first_opening(group: Group, number: Number, quiet: str) -> datetime | None:
    """When the first of those who may be texted, though not at this hour, is texted."""
    places: dict[str, list[str]] = {}
    for clock_of in json.loads(quiet):
        if clock_of["opens_at"]:
            places.setdefault(clock_of["opens_at"], []).append(clock_of["place"])
    reachable = number.account.contacts.in_group(group).reachable_from(number)
    # One moment after the other, because looking for one person costs less than asking about all.
    moments = (moment for moment in sorted(places) if reachable.filter(place__in=places[moment]).exists())
    return next(map(datetime.fromisoformat, moments), None)


def _send(form: BroadcastForm, key: BroadcastKey, *, group: Group, by: User) -> Broadcast:
    return outbound.broadcast(
        number=form.cleaned_data["number"],
        group=group,
        body=form.cleaned_data["body"],
        form_key=key.cleaned_data["form_key"],
        created_by=by,
    )


@require_safe
@member()
def broadcast_detail(request: AccountRequest, broadcast_id: int) -> HttpResponse:
    """How far a text to a group has come; a fragment for the page that stays open."""
    broadcasts = request.account.broadcasts.select_related("number", "group", "created_by")
    broadcast = get_object_or_404(broadcasts, pk=broadcast_id)
    template = "messaging/_progress.html" if request.htmx else "messaging/broadcast_detail.html"
    return render(request, template, {"broadcast": broadcast, **_progress(broadcast)})


def _progress(broadcast: Broadcast) -> dict[str, Any]:
    counted = broadcast.messages.values_list("status", "refusal").annotate(count=Count("id")).order_by("status")
    by_status: dict[str, int] = {}
    refused = []
    for status, refusal, count in counted:
        by_status[status] = by_status.get(status, 0) + count
        if refusal:
            refused.append((Message.Refusal(refusal).label, count))
    written = sum(by_status.values())
    is_written = broadcast.status == Broadcast.Status.QUEUED
    later = broadcast.messages.filter(status=Message.Status.QUEUED, attempts=0, next_at__gt=now())
    waits = later.aggregate(count=Count("id"), first_at=Min("next_at"))
    under_way = sum(by_status.get(status, 0) for status in _UNDER_WAY)
    held = by_status.get(Message.Status.HELD, 0)
    if waits["count"]:
        by_status[Message.Status.QUEUED] -= waits["count"]
    return {
        "counts": {status: count for status, count in by_status.items() if count},
        "waits": waits,
        "held": held,
        "refused": refused,
        "is_written": is_written,
        "total": written if is_written or not broadcast.group else max(written, broadcast.group.contacts.count()),
        "done": written - under_way - held,
        "moves": not is_written or under_way > waits["count"],
        "is_finished": is_written and not under_way and not held and not by_status.get(Message.Status.SENT),
    }
