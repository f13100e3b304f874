"""The pages of bots: the list, one bot, and what its buttons do."""

from dataclasses import replace

from django.contrib import messages
from django.core.exceptions import BadRequest
from django.db.models import Count, Max
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from bots import drafts
from bots.drafts import draft_of
from bots.models import Bot
from bots.views.versions import steps
from shout.accounts import AccountRequest, member
from shout.models import Role

SHOWN_RUNS = 20
DELETION = (
    "Its words stop working at once, and the list of its runs goes with it. Texts and permission stay as they are."
)


@require_safe
@member()
def bot_list(request: AccountRequest) -> HttpResponse:
    """All bots, with how often each ran."""
    bots = request.account.bots.kept().prefetch_related("triggers", "numbers")
    bots = bots.annotate(run_count=Count("runs"), last_ran_at=Max("runs__ran_at"))
    # Grouped rows lose the order that bots have by themselves.
    bots = bots.order_by("name", "id")
    return render(request, "bots/bot_list.html", {"bots": bots, "deleted": _deleted(request)})


def _deleted(request: AccountRequest) -> Bot | None:
    wanted = request.GET.get("deleted", "")
    if not wanted.isdecimal() or len(wanted) > 18:
        return None
    return request.account.bots.exclude(deleted_at=None).filter(pk=wanted).first()


@require_safe
@member()
def bot_detail(request: AccountRequest, bot_id: int) -> HttpResponse:
    """What one bot listens to, what it does, and when it last did."""
    bots = request.account.bots.kept().prefetch_related("triggers", "numbers", "actions")
    bot = get_object_or_404(bots, pk=bot_id)
    draft = draft_of(bot)
    found = drafts.problems(account=request.account, draft=draft, bot=bot)
    words = {trigger.word_key: trigger.word for trigger in bot.triggers.all()}
    runs = list(bot.runs.select_related("number").order_by("-ran_at")[:SHOWN_RUNS])
    people = {
        contact.phone: contact for contact in request.account.contacts.filter(phone__in=[run.phone for run in runs])
    }
    context = {
        "bot": bot,
        "steps": steps(request.account, draft),
        "problems": [problem.sentence for problem in found],
        "deletion": DELETION,
        "runs": [(run, people.get(run.phone), words.get(run.word_key, run.word_key)) for run in runs],
    }
    return render(request, "bots/bot_detail.html", context)


@require_POST
@member(Role.AGENT)
def bot_status(request: AccountRequest, bot_id: int) -> HttpResponse:
    """Pause or activate a bot; activating asks again whether its words are free."""
    bot, status = locked(request, bot_id), request.POST.get("status")
    if status == Bot.Status.ACTIVE:
        try:
            wanted = replace(draft_of(bot), status=status)
            drafts.save(account=request.account, draft=wanted, bot=bot, by=request.user.email)
        except drafts.Refused as refused:
            messages.error(request, f"The bot “{bot.name}” is as it was. {refused}")
    elif status == Bot.Status.PAUSED:
        drafts.pause(bot, by=request.user.email)
    else:
        raise BadRequest("A bot is made active or paused.")
    return redirect("bots:bot_detail", bot.pk)


@require_http_methods(["GET", "HEAD", "POST"])
@member(Role.AGENT)
def bot_delete(request: AccountRequest, bot_id: int) -> HttpResponse:
    """Delete a bot, after asking."""
    bot = locked(request, bot_id)
    if request.method == "POST":
        drafts.delete(bot)
        return redirect(f"{reverse('bots:bot_list')}?deleted={bot.pk}")
    context = {
        "title": f"Delete the bot “{bot.name}”?",
        "text": DELETION,
        "action": "Delete bot",
        "cancel_url": reverse("bots:bot_detail", args=[bot.pk]),
    }
    return render(request, "ui/confirm.html", context)


def locked(request: AccountRequest, bot_id: int) -> Bot:
    """The bot, kept as it is until this request is over, so that nobody deletes what is being saved."""
    return get_object_or_404(request.account.bots.kept().select_for_update(no_key=True), pk=bot_id)
