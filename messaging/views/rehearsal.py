"""Trying bots out: a conversation that never happened, and past texts through other words."""

from django.core.exceptions import BadRequest
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_http_methods, require_POST

from bots import forms as builder
from bots.drafts import Draft, draft_of
from bots.models import Bot
from messaging import rehearsal, replaying
from messaging.forms import LONGEST, RehearsalForm
from shout.accounts import AccountRequest, member
from shout.models import Role

_MOST_TURNS = 20


@require_http_methods(["GET", "HEAD", "POST"])
@member()
def bot_test(request: AccountRequest) -> HttpResponse:
    """Text as anybody to any number and see what would come of it; whoever may look may try, since nothing is kept."""
    if request.method != "POST":
        asked = {name: request.GET.get(name, "") for name in ("number", "who", "body")}
        return _tester(request, RehearsalForm(request.account, initial=asked))
    form, said = RehearsalForm(request.account, request.POST), request.POST.getlist("said")
    if len(said) >= _MOST_TURNS or any(len(body) > LONGEST for body in said):
        raise BadRequest(f"A try-out holds at most {_MOST_TURNS} texts of {LONGEST} characters. Start again.")
    if not form.is_valid():
        return _tester(request, form, said=said)
    number, phone = form.cleaned_data["number"], form.cleaned_data["who"]
    turns = rehearsal.rehearse(number=number, phone=phone, texts=[*said, form.cleaned_data["body"]])
    again = RehearsalForm(request.account, initial={"number": number.pk, "who": phone})
    again.fields["body"].widget.attrs["autofocus"] = True
    context = {
        "form": again,
        "turns": turns,
        "number": number,
        "phone": phone,
        "contact": request.account.contacts.filter(phone=phone).first(),
        "said": [turn.body for turn in turns],
        "is_full": len(turns) >= _MOST_TURNS,
    }
    return render(request, "messaging/bot_test.html", context)


def _tester(request: AccountRequest, form: RehearsalForm, *, said: list[str] | None = None) -> HttpResponse:
    context = {"form": form, "said": said or [], "has_numbers": request.account.numbers.exists()}
    return render(request, "messaging/bot_test.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@member(Role.AGENT, all_may_look=True)
def bot_replay(request: AccountRequest, bot_id: int) -> HttpResponse:
    """Past texts through a bot as it is, or through what the builder shows of it."""
    bots = request.account.bots.kept().prefetch_related("triggers", "numbers", "actions")
    bot = get_object_or_404(bots, pk=bot_id)
    return _replay(request, _posted(request) if request.method == "POST" else draft_of(bot), bot)


@require_POST
@member(Role.AGENT)
def draft_replay(request: AccountRequest) -> HttpResponse:
    """Past texts through what the builder shows of a new bot."""
    return _replay(request, _posted(request), None)


def _posted(request: AccountRequest) -> Draft:
    try:
        return builder.read(request.POST)
    except ValueError as error:
        raise BadRequest("The builder did not send what it shows. Load the page again.") from error


def _replay(request: AccountRequest, draft: Draft, bot: Bot | None) -> HttpResponse:
    context = {
        "bot": bot,
        "draft": draft,
        "is_draft": request.method == "POST",
        "replay": replaying.replay(account=request.account, draft=draft, bot=bot),
        "most": replaying.TEXTS,
    }
    return render(request, "messaging/bot_replay.html", context)
