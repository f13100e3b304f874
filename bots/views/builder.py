"""The builder's pages: a new bot, and one that is changed."""

from django.contrib import messages
from django.core.exceptions import BadRequest
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from bots import drafts, forms
from bots.drafts import Draft, DraftTrigger, Problem, draft_of
from bots.models import Bot
from bots.views.bots import locked
from shout.accounts import AccountRequest, member
from shout.models import Role


@require_http_methods(["GET", "HEAD", "POST"])
@member(Role.AGENT)
def bot_new(request: AccountRequest) -> HttpResponse:
    """Build a bot."""
    return _build(request, Draft(triggers=(DraftTrigger(),)), bot=None)


@require_http_methods(["GET", "HEAD", "POST"])
@member(Role.AGENT)
def bot_edit(request: AccountRequest, bot_id: int) -> HttpResponse:
    """Change a bot."""
    bot = locked(request, bot_id)
    return _build(request, draft_of(bot), bot=bot)


def _build(request: AccountRequest, draft: Draft, *, bot: Bot | None) -> HttpResponse:
    """The builder: its row buttons only show the page anew and save nothing."""
    problems: list[Problem] = []
    command, focus = request.POST.get("do", "save"), ""
    if request.method == "POST":
        try:
            draft = forms.read(request.POST)
            if command != "save":
                draft, focus = forms.edited(draft, command)
        except ValueError as error:
            raise BadRequest("The builder did not send what it shows. Load the page again.") from error
    if request.method == "POST" and command == "save":
        try:
            saved = drafts.save(account=request.account, draft=draft, bot=bot, by=request.user.email)
        except drafts.Refused as refused:
            problems, focus = refused.problems, forms.first_wrong(refused.problems)
        else:
            messages.success(request, f"The bot “{saved.name}” is saved.")
            return redirect("bots:bot_detail", saved.pk)
    builder = forms.Builder(request.account, draft, bot=bot, problems=problems, focus=focus)
    return render(request, "bots/_builder.html" if request.htmx else "bots/bot_form.html", {"builder": builder})
