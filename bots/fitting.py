"""Which trigger words a text fits, and why one of them answers and the others do not: what a person asks afterwards."""

from dataclasses import dataclass, replace

from bots.matching import Matcher, Rule
from bots.models import Bot, BotNumber, Trigger
from contacts.models import Number
from shout import text
from shout.models import Account

_RANKS = ["whole", "first", "contains"]


@dataclass(frozen=True, slots=True)
class Fit:
    """A trigger word that a text fits; `why_not` is empty for the one that answers, and follows its bot's name."""

    rule: Rule
    word: str
    bot_id: int
    bot: str
    is_paused: bool
    why_not: str = ""

    @property
    def how(self) -> str:
        """In which way the text fits the word."""
        return {"whole": "the whole text is", "first": "the first word is", "contains": "the text contains"}[
            self.rule.match
        ]


def fits(account: Account, key: str, number: Number) -> list[Fit]:
    """The words, of paused bots too, that the normalised text `key` fits, the one that answers on `number` first."""
    found = [fit for fit in _candidates(account, key) if Matcher([replace(fit.rule, numbers=None)]).find(key, 0)]
    awake = {fit.rule for fit in found if not fit.is_paused}
    winner = Matcher(awake).find(key, number.pk)
    told = [fit if fit.rule == winner else replace(fit, why_not=_why_not(fit, winner, number)) for fit in found]
    return sorted(told, key=lambda fit: (bool(fit.why_not), fit.is_paused, fit.bot_id))


def _candidates(account: Account, key: str) -> list[Fit]:
    """The words that begin like one of the text's words."""
    beginnings = {word[:1] for word in text.words(key)}
    listening: dict[int, set[int]] = {}
    for bot_id, number_id in BotNumber.objects.filter(account=account).values_list("bot_id", "number_id"):
        listening.setdefault(bot_id, set()).add(number_id)
    bots = {bot.pk: bot for bot in account.bots.kept()}
    on = {pk: None if bot.on_all_numbers else frozenset(listening.get(pk, ())) for pk, bot in bots.items()}
    return [
        Fit(
            Rule(bot_id, word_key, match, on[bot_id]),
            word,
            bot_id,
            bots[bot_id].name,
            bots[bot_id].status == Bot.Status.PAUSED,
        )
        for bot_id, word, word_key, match in Trigger.objects.filter(account=account, bot__in=bots).values_list(
            "bot_id", "word", "word_key", "match"
        )
        if word_key[:1] in beginnings
    ]


def _why_not(fit: Fit, winner: Rule | None, number: Number) -> str:
    """Why it does not answer, by the first difference that decides (B2)."""
    rule = fit.rule
    if fit.is_paused:
        return "is paused"
    if not rule.listens_on(number.pk):
        return f"does not listen on {number.label}"
    if winner is None:
        return "is not the only one it nearly fits, so none answers"
    if winner.bot_id == rule.bot_id:
        return "answers already"
    if winner.match != rule.match:
        return "fits less exactly" if _RANKS.index(winner.match) < _RANKS.index(rule.match) else "fits only nearly"
    if (winner.numbers is None) != (rule.numbers is None):
        return f"listens on all numbers, the other on {number.label} itself"
    if len(winner.word_key) != len(rule.word_key):
        return "has the shorter word"
    return "is the younger bot"
