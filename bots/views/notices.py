"""What bots tell the team, until somebody has seen to it."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe

from bots import notices
from contacts.views import pages
from shout.accounts import AccountRequest, member
from shout.models import Role

_SETTLED = 20


@require_safe
@member()
def notice_list(request: AccountRequest) -> HttpResponse:
    """What is to be seen to, newest first, and below it what was seen to last."""
    rows = request.account.notices.select_related("contact", "bot")
    waiting = rows.filter(done_at=None)
    page = pages.page(waiting, request.GET)
    context = {
        "page": page,
        "count": waiting.count(),
        "newest": page.rows[0].pk if page.rows else 0,
        "settled": rows.exclude(done_at=None).order_by("-done_at")[:_SETTLED],
    }
    return render(request, "bots/notice_list.html", context)


@require_POST
@member(Role.AGENT)
def notice_done(request: AccountRequest, notice_id: int) -> HttpResponse:
    """Somebody has seen to one of them."""
    notice = get_object_or_404(request.account.notices.select_related("contact"), pk=notice_id)
    notices.done(request.account.notices.filter(pk=notice.pk), by=request.user)
    if "in_conversation" in request.POST and notice.contact:
        return redirect(pages.profile_url(notice.contact))
    return redirect("bots:notice_list")


@require_POST
@member(Role.AGENT)
def notices_done(request: AccountRequest) -> HttpResponse:
    """Somebody has seen to all of them, up to the newest that their page showed."""
    newest = request.POST.get("newest", "")
    shown = request.account.notices.filter(pk__lte=int(newest) if newest.isdecimal() and len(newest) < 19 else 0)
    count = notices.done(shown, by=request.user)
    messages.success(request, f"{count} {'notice is' if count == 1 else 'notices are'} done.")
    return redirect("bots:notice_list")
