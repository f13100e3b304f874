"""The trigger words a draft has to get along with, and which of them are the same as its own."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Q

from bots.drafts.draft import Draft, DraftTrigger
from bots.matching import Rule
from bots.models import Bot, BotNumber, Trigger
from shout.models import Account


@dataclass(frozen=True)
class Rival:
    """A trigger word of another active bot that listens on a number of the draft's."""

    rule: Rule
    word: str
    bot_name: str

    def holds(self, trigger: DraftTrigger) -> bool:
        """Whether it has the very word, so that this word alone could start only one of the two (B4).

        A bot for what contains the word gets along with the bot of the word itself, which goes first (B2).
        """
        contains = Trigger.Match.CONTAINS
        return self.rule.word_key == trigger.key and (self.rule.match == contains) == (trigger.match == contains)


def holder(trigger: DraftTrigger, rivals: Iterable[Rival]) -> Rival | None:
    """Which bot has the word already."""
    return next((rival for rival in rivals if rival.holds(trigger)), None)


def rivals(account: Account, draft: Draft, bot: Bot | None) -> list[Rival]:
    """All words of the other active bots that a text could fit beside the draft's (two queries)."""
    others = account.bots.listening()
    if bot:
        others = others.exclude(pk=bot.pk)
    if draft.numbers is not None:
        others = others.filter(Q(on_all_numbers=True) | Q(numbers__in=draft.numbers))
    chosen: dict[int, set[int]] = {}
    for bot_id, number_id in BotNumber.objects.filter(bot__in=others).values_list("bot_id", "number_id"):
        chosen.setdefault(bot_id, set()).add(number_id)
    return [
        Rival(Rule(own.bot_id, own.word_key, own.match, _listens_on(own.bot, chosen)), own.word, own.bot.name)
        for own in account.triggers.filter(bot__in=others).select_related("bot")
    ]


def _listens_on(bot: Bot, chosen: dict[int, set[int]]) -> frozenset[int] | None:
    return None if bot.on_all_numbers else frozenset(chosen.get(bot.pk, ()))
