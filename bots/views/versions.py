"""The pages of a bot's past: who changed what, a look at any version, and the way back to it."""

from django.contrib import messages
from django.core.exceptions import BadRequest
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe

from bots import drafts, reading
from bots.drafts import Draft, from_json
from bots.models import Bot, BotVersion
from bots.reading import StepInWords
from bots.views.builder import to_mend
from shout.accounts import AccountRequest, member
from shout.models import Account, Role

SHOWN = 100


@require_safe
@member()
def bot_versions(request: AccountRequest, bot_id: int) -> HttpResponse:
    """The versions of a bot, newest first; `version` opens one of them."""
    bot = get_object_or_404(request.account.bots.kept(), pk=bot_id)
    kept = list(bot.versions.all()[: SHOWN + 1])
    known = [from_json(version.what) for version in kept]
    older: list[Draft | None] = [*known, None][1:]
    lines = [
        (version, reading.changes(before, after)) for version, after, before in zip(kept, known, older, strict=True)
    ][:SHOWN]
    opened = _version(bot, request.GET["version"]) if "version" in request.GET else None
    context = {"bot": bot, "lines": lines, "opened": opened, "latest": kept[0] if kept else None}
    if opened:
        draft = from_json(opened.what)
        context |= {"draft": draft, "steps": steps(request.account, draft)}
    return render(request, "bots/bot_versions.html", context)


@require_POST
@member(Role.AGENT)
def bot_restore(request: AccountRequest, bot_id: int) -> HttpResponse:
    """Make a bot, deleted or not, what it was in `version`, or in its latest one.

    What cannot be brought back as it was is opened in the builder, to be mended; of a deleted bot that makes a new one.
    """
    bot = get_object_or_404(request.account.bots.select_for_update(no_key=True), pk=bot_id)
    was_deleted = bot.deleted_at is not None
    version = _version(bot, request.POST["version"]) if "version" in request.POST else bot.versions.first()
    if version is None:
        raise BadRequest("Nothing is kept of this bot that could be brought back.")
    try:
        drafts.restore(bot, version, by=request.user.email)
    except drafts.Refused as refused:
        rest = "Below is a new bot that does the same." if was_deleted else "Nothing has changed."
        messages.error(request, f"The bot “{bot.name}” cannot be brought back as it was. {rest}")
        draft = from_json(version.what)
        return to_mend(request, draft, refused.problems, bot=None if was_deleted else bot)
    messages.success(request, f"The bot “{bot.name}” is what it was.")
    return redirect("bots:bot_detail", bot.pk)


def steps(account: Account, draft: Draft) -> list[StepInWords]:
    """What a draft does, in words."""
    groups, tags = (dict(names.values_list("pk", "name")) for names in (account.groups, account.tags))
    return [reading.step(action, groups=groups, tags=tags) for action in draft.actions]


def _version(bot: Bot, wanted: str) -> BotVersion:
    if not wanted.isdecimal() or len(wanted) > 18:
        raise BadRequest("Choose a version from the list.")
    return get_object_or_404(bot.versions, pk=wanted)
