"""The builder's pages: a new bot, one that is changed, and what speaks against either while it is being written."""

from dataclasses import replace

from django.contrib import messages
from django.core.exceptions import BadRequest
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from bots import drafts, forms
from bots.builder import Builder, begun, first_wrong
from bots.drafts import Draft, DraftTrigger, Problem, draft_of
from bots.drafts.refusals import NAME_LENGTH
from bots.models import Bot
from bots.views.bots import locked
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
    """Change a bot; a `word` is added to those it has, to be saved or not."""
    bot = locked(request, bot_id)
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
    draft, _ = _posted(request, "show")
    found = drafts.problems(account=request.account, draft=draft, bot=bot)
    shown = [problem for problem in found if begun(draft, problem)]
    builder = Builder(request.account, draft, bot=bot, problems=found if "refused" in request.POST else shown)
    return render(request, "bots/_problems.html", {"builder": builder})


def _posted(request: AccountRequest, command: str) -> tuple[Draft, str]:
    try:
        draft = forms.read(request.POST)
        return (draft, "") if command == "save" else forms.edited(draft, command)
    except ValueError as error:
        raise BadRequest("The builder did not send what it shows. Load the page again.") from error


def _build(request: AccountRequest, draft: Draft, *, bot: Bot | None) -> HttpResponse:
    """The builder: its row buttons only show the page anew and save nothing."""
    problems: list[Problem] = []
    command, focus = request.POST.get("do", "save"), ""
    if request.method == "POST":
        draft, focus = _posted(request, command)
    if request.method == "POST" and command == "save":
        try:
            saved = drafts.save(account=request.account, draft=draft, bot=bot, by=request.user.email)
        except drafts.Refused as refused:
            problems, focus = refused.problems, first_wrong(draft, refused.problems)
        else:
            messages.success(request, f"The bot “{saved.name}” is saved.")
            return redirect("bots:bot_detail", saved.pk)
    builder = Builder(request.account, draft, bot=bot, problems=problems, focus=focus)
    return render(request, "bots/_builder.html" if request.htmx else "bots/bot_form.html", {"builder": builder})
