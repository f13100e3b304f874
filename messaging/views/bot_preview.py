"""The phone beside the bot builder: what a bot would say, as it will look, and how many segments each text takes."""

from dataclasses import dataclass

from django.core.exceptions import BadRequest
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_POST

from bots import forms, merging, reading
from bots.drafts import Draft, DraftAction
from bots.models import Action
from bots.reading import StepInWords
from messaging import segments
from messaging.segments import Segments
from shout.accounts import AccountRequest, member
from shout.models import Role

_EXAMPLES = {
    "first_name": "Ana",
    "last_name": "Ruiz",
    "name": "Ana Ruiz",
    "email": "ana@example.com",
    "phone": "(415) 555-0142",
    "postal_code": "94110",
}
_SAID = (Action.Kind.REPLY, Action.Kind.ASK)


@dataclass(frozen=True)
class Line:
    """One step on the phone: `body` is a text that leaves, `told` one for the team."""

    number: int
    step: StepInWords
    body: str
    told: str
    count: Segments


@require_POST
@member(Role.AGENT)
def bot_preview(request: AccountRequest) -> HttpResponse:
    """What the bot in the builder says, in order; nothing is saved or sent."""
    try:
        draft = forms.read(request.POST)
    except ValueError as error:
        raise BadRequest("The builder did not send what it shows. Load the page again.") from error
    word = next((trigger.word for trigger in draft.triggers if trigger.word), "")
    return render(request, "messaging/bot_preview.html", {"word": word, "lines": _lines(request, draft)})


def _lines(request: AccountRequest, draft: Draft) -> list[Line]:
    groups, tags = (dict(names.values_list("pk", "name")) for names in (request.account.groups, request.account.tags))
    return [
        _line(number, action, reading.step(action, groups=groups, tags=tags))
        for number, action in enumerate(draft.actions, start=1)
    ]


def _line(number: int, action: DraftAction, step: StepInWords) -> Line:
    said = _merged(action.body)
    body, told = (said, "") if action.kind in _SAID else ("", said)
    return Line(number, step, body, told, segments.count(body))


def _merged(body: str) -> str:
    """The text for somebody of whom nothing is known; a field without a default gives an example."""
    try:
        fields = list(merging.fields(body))
    except merging.Unreadable:
        return body
    return merging.render(body, {each.name: _EXAMPLES.get(each.name, each.name) for each in fields if not each.default})
