"""The page on which somebody makes a list that people join by texting (B10)."""

from django.contrib import messages
from django.core.exceptions import BadRequest
from django.db import IntegrityError, transaction
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from bots import drafts, wizard, wizard_form
from bots.clauses import Text
from bots.wizard import Made
from bots.wizard_form import WizardForm
from shout.accounts import AccountRequest, member
from shout.models import Role


@require_http_methods(["GET", "HEAD", "POST"])
@member(Role.AGENT)
def list_wizard(request: AccountRequest) -> HttpResponse:
    """Make a list with its two bots; until all of it is sound, nothing is made."""
    if request.method != "POST":
        return _show(request, wizard_form.blank(request.account))
    command = request.POST.get("do", "look")
    verb, _, what = command.partition(":")
    if verb not in ("look", "save", "put_back"):
        raise BadRequest("The wizard has no such button. Load the page again.")
    post: QueryDict = request.POST
    if verb == "put_back":
        try:
            post = wizard_form.put_back(post, what, account=request.account)
        except ValueError as error:
            raise BadRequest("No text lacks that. Load the page again.") from error
    form, is_news = wizard_form.read(post, request.account)
    if verb == "save":
        return _save(request, form, is_news=is_news)
    form.forget_blanks()
    return _show(request, form, focus=Text(what.partition(":")[0]) if what else "", is_live=command == "look")


def _save(request: AccountRequest, form: WizardForm, *, is_news: bool) -> HttpResponse:
    """Make the list; nobody speaks by texts that they have not seen, so new ones are shown first."""
    if form.is_valid() and not is_news and (made := _made(request, form)):
        messages.success(request, f"The list “{made.group}” is made: people join and leave it by texting.")
        return redirect("bots:bot_share", made.join.pk)
    focus = "" if form.errors else Text.WELCOME
    return _show(request, form, focus=focus, is_news=is_news and not form.errors)


def _made(request: AccountRequest, form: WizardForm) -> Made | None:
    """The list; None if somebody else took its name or a word in the meantime, which the form then says."""
    wish = form.wish()
    try:
        with transaction.atomic():
            return wizard.make(account=request.account, wish=wish, by=request.user) if wish else None
    except (drafts.Refused, IntegrityError):
        form.full_clean()
        if not form.errors:
            raise
        return None


def _show(
    request: AccountRequest, form: WizardForm, *, focus: str = "", is_news: bool = False, is_live: bool = False
) -> HttpResponse:
    focus = focus or next(iter(form.errors), "")
    if focus in form.fields and not is_live:
        form.fields[focus].widget.attrs["autofocus"] = True
    context = {"form": form, "pieces": wizard_form.pieces(form), "is_news": is_news, "is_live": is_live}
    if not request.htmx:
        status = 422 if form.errors else 200
        return render(request, "bots/wizard.html", context, status=status)
    return render(request, "bots/_wizard_pieces.html" if is_live else "bots/_wizard.html", context)
