"""One text to a whole group: written, previewed, sent, watched."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import uuid4

from django.db.models import Count
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.timesince import timesince
from django.utils.timezone import now
from django.views.decorators.http import require_http_methods, require_safe

from contacts import clock
from contacts.models import Group
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

    reached: int
    refused: list[tuple[str, int]]
    segments_each: int
    duration: timedelta

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
    audience = outbox.audience(number.pk, group.pk, quiet=clock.quiet(group.account_id))
    reached = audience.pop("", 0)
    each = segments.count(form.cleaned_data["body"]).segments
    waiting = max(0, reached * each - number.burst) / number.segments_per_second
    refused = [(Message.Refusal(why).label, count) for why, count in sorted(audience.items())]
    return Preview(reached, refused, each, timedelta(seconds=waiting))


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
    waiting = sum(by_status.get(status, 0) for status in _UNDER_WAY)
    return {
        "counts": by_status,
        "refused": refused,
        "is_written": is_written,
        "total": written if is_written or not broadcast.group else max(written, broadcast.group.contacts.count()),
        "done": written - waiting,
        "is_finished": is_written and not waiting and not by_status.get(Message.Status.SENT),
    }
