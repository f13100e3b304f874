"""Drafts of bots for tests, and what saving one answers."""

from dataclasses import replace

import pytest

from bots import drafts
from bots.drafts import Draft, DraftAction, DraftTrigger, Severity
from bots.models import Action, Bot
from shout.models import Account

HELLO = DraftAction(kind=Action.Kind.REPLY, body="Hello! Text STOP to opt out.")


def draft(*words: str, match: str = "whole", **fields: object) -> Draft:
    """A bot that greets whoever texts one of the words."""
    made = Draft(
        name="Greeter", triggers=tuple(DraftTrigger(word=word, match=match) for word in words), actions=(HELLO,)
    )
    return replace(made, **fields)  # type: ignore[arg-type]


def save(account: Account, wanted: Draft, bot: Bot | None = None) -> Bot:
    return drafts.save(account=account, draft=wanted, bot=bot)


def refusals(account: Account, wanted: Draft, bot: Bot | None = None) -> dict[str, str]:
    """What saving answers: the sentences by field; nothing is stored."""
    before = Bot.objects.count()
    with pytest.raises(drafts.Refused) as refused:
        save(account, wanted, bot)
    assert Bot.objects.count() == before
    return {problem.field: problem.sentence for problem in refused.value.problems}


def warnings(account: Account, wanted: Draft, bot: Bot | None = None) -> list[tuple[str, str]]:
    found = drafts.problems(account=account, draft=wanted, bot=bot)
    assert all(problem.severity == Severity.WARNING for problem in found)
    return [(problem.field, problem.sentence) for problem in found]
