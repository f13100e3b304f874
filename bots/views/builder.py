"""The builder's pages: a new bot, one that is changed, and what speaks against either while it is being written."""

from collections.abc import Sequence
from dataclasses import replace

from django.contrib import messages
from django.core.exceptions import BadRequest
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from bots import drafts, forms, reading
from bots.builder import Builder, Meanwhile, begun, first_wrong
from bots.drafts import Draft, DraftTrigger, Problem, draft_of, from_json
from bots.drafts.refusals import NAME_LENGTH
from bots.forms import Removed, Written
from bots.models import Bot
from shout import text
from shout.accounts import AccountRequest, member
from shout.models import Role

_COPY = " copy"


@require_http_methods(["GET", "HEAD", "POST"])
@member(Role.AGENT)
def bot_new(request: AccountRequest) -> HttpResponse:
    """Build a bot: from nothing, for the `word`, or as a paused copy of the bot `copy_of`."""
    draft = Draft(triggers=(_asked_word(request),))
    if copied := request.GET.get("copy_of", ""):
        if not copied.isdecimal() or len(copied) > 18:
            raise BadRequest("Choose the bot to copy on its page.")
        model = draft_of(get_object_or_404(request.account.bots.kept(), pk=copied))
        draft = replace(model, name=f"{model.name[: NAME_LENGTH - len(_COPY)]}{_COPY}", status=Bot.Status.PAUSED)
    return _build(request, draft, bot=None)


@require_http_methods(["GET", "HEAD", "POST"])
@member(Role.AGENT)
def bot_edit(request: AccountRequest, bot_id: int) -> HttpResponse:
    """Change a bot; a `word` is added to those it has, to be saved or not.

    What is written for a bot that somebody deletes meanwhile is kept, to be saved as a new one.
    """
    bot = get_object_or_404(request.account.bots.select_for_update(no_key=True), pk=bot_id)
    if bot.deleted_at:
        if request.method != "POST":
            raise Http404("This bot is deleted.")
        written, focus = _posted(request, request.POST.get("do", "save"))
        gone = Meanwhile(deleted=bot)
        return _shown(
            request,
            Builder(request.account, written.draft, bot=None, removed=written.removed, focus=focus, meanwhile=gone),
        )
    draft = draft_of(bot)
    if request.GET.get("word"):
        draft = replace(draft, triggers=(*draft.triggers, _asked_word(request)))
    return _build(request, draft, bot=bot)


def _asked_word(request: AccountRequest) -> DraftTrigger:
    return DraftTrigger(word=text.clean(request.GET.get("word", "")).strip()[:NAME_LENGTH])


@require_POST
@member(Role.AGENT)
def bot_problems(request: AccountRequest, bot_id: int | None = None) -> HttpResponse:
    """What speaks against the draft where somebody has written something; nothing is saved."""
    bot = get_object_or_404(request.account.bots.kept(), pk=bot_id) if bot_id is not None else None
    draft = _posted(request, "show")[0].draft
    found = drafts.problems(account=request.account, draft=draft, bot=bot)
    shown = [problem for problem in found if begun(draft, problem)]
    builder = Builder(request.account, draft, bot=bot, problems=found if "refused" in request.POST else shown)
    return render(request, "bots/_problems.html", {"builder": builder})


def _posted(request: AccountRequest, command: str) -> tuple[Written, str]:
    try:
        written = forms.written(request.POST)
        return (written, "") if command == "save" else forms.edited(written, command)
    except ValueError as error:
        raise BadRequest("The builder did not send what it shows. Load the page again.") from error


def _build(request: AccountRequest, draft: Draft, *, bot: Bot | None) -> HttpResponse:
    """The builder: its row buttons only show the page anew and save nothing."""
    problems: list[Problem] = []
    removed: Sequence[Removed] = ()
    command, focus, seen, meanwhile = request.POST.get("do", "save"), "", _latest(bot), None
    if request.method == "POST":
        written, focus = _posted(request, command)
        draft, removed, seen = written.draft, written.removed, request.POST.get("seen", "")
    if request.method == "POST" and command == "save" and not (meanwhile := _meanwhile(bot, draft, seen)):
        try:
            saved = drafts.save(account=request.account, draft=draft, bot=bot, by=request.user.email)
        except drafts.Refused as refused:
            problems, focus = refused.problems, first_wrong(draft, refused.problems)
        else:
            messages.success(request, f"The bot “{saved.name}” is saved.")
            return redirect("bots:bot_detail", saved.pk)
    # Who has been told of the other version may put theirs in its place.
    seen = _latest(bot) if meanwhile else seen
    builder = Builder(
        request.account,
        draft,
        bot=bot,
        removed=removed,
        problems=problems,
        focus=focus,
        seen=seen,
        meanwhile=meanwhile,
    )
    return _shown(request, builder)


def to_mend(request: AccountRequest, draft: Draft, problems: list[Problem], *, bot: Bot | None) -> HttpResponse:
    """The builder with a draft that was refused elsewhere, of `bot` or of a new one."""
    focus = first_wrong(draft, problems)
    return _shown(request, Builder(request.account, draft, bot=bot, problems=problems, focus=focus, seen=_latest(bot)))


def _shown(request: AccountRequest, builder: Builder) -> HttpResponse:
    return render(request, "bots/_builder.html" if request.htmx else "bots/bot_form.html", {"builder": builder})


def _latest(bot: Bot | None) -> str:
    """What the page says of the version it shows; nothing where none was kept."""
    version = bot.versions.first() if bot else None
    return str(version.pk) if version else ""


def _meanwhile(bot: Bot | None, draft: Draft, seen: str) -> Meanwhile | None:
    """What somebody else has made of the bot since the page was opened, unless it is the same."""
    version = bot.versions.first() if bot else None
    if bot is None or version is None or seen == str(version.pk) or draft == draft_of(bot):
        return None
    known = bot.versions.filter(pk=seen).first() if seen.isdecimal() and len(seen) <= 18 else None
    changes = reading.changes(from_json(known.what), from_json(version.what)) if known else []
    return Meanwhile(version=version, changes=changes)
