"""The figures of a bot, and what people texted in vain."""

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from messaging import figures
from messaging.models import Message
from shout.accounts import AccountRequest, member
from shout.models import Role

_DAYS = 30


@require_safe
@member()
def bot_figures(request: AccountRequest, bot_id: int) -> HttpResponse:
    """What a bot brought about; for htmx, the card that stands on the bot's page."""
    bot = get_object_or_404(request.account.bots.kept(), pk=bot_id)
    days = _days(request)
    context = {"bot": bot, "figures": figures.figures(bot, days=days), "days": days, "periods": figures.PERIODS}
    return render(request, "messaging/_figures.html" if request.htmx else "messaging/bot_figures.html", context)


@require_safe
@member()
def unmatched(request: AccountRequest) -> HttpResponse:
    """What people texted that fitted no bot."""
    days = _days(request)
    context = {"missed": figures.missed(request.account, days=days), "days": days, "periods": figures.PERIODS}
    return render(request, "messaging/unmatched.html", context)


@require_safe
@member(Role.AGENT)
def word_new(request: AccountRequest, message_id: int) -> HttpResponse:
    """Which bot is to answer what somebody texted in vain."""
    texts = request.account.messages.filter(direction=Message.Direction.INBOUND)
    text = get_object_or_404(texts, pk=message_id)
    bots = request.account.bots.kept().prefetch_related("triggers")
    return render(request, "messaging/word_new.html", {"text": text, "bots": bots})


def _days(request: AccountRequest) -> int:
    asked = request.GET.get("days", "")
    return next((days for days in figures.PERIODS if str(days) == asked), _DAYS)
