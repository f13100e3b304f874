"""The figures of a bot, and the texts that fit no bot with the words they nearly are."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils.timezone import now

from bots.drafts import Draft
from bots.drafts.rivals import Rival, rivals
from bots.matching import Matcher
from bots.models import Bot, Trigger
from messaging.figures import bulk
from messaging.figures.bulk import Day, Unmatched
from messaging.figures.chart import Chart
from messaging.models import Message
from shout.models import Account
from shout.text import normalise

PERIODS = (7, 30, 90)
SHOWN = 100
# Of a word of two letters almost every other word of two is one edit away.
_SHORTEST = 3
_COUNTED = ("texts", "joined", "left", "delivered", "opted_out")
_CHARTED = {"texts": "Texts", "joined": "Joined", "left": "Left", "opted_out": "Opt-outs"}


@dataclass(frozen=True, slots=True)
class Figures:
    """What a bot brought about in a period."""

    days: Sequence[Day]
    people: int
    charts: Sequence[Chart]
    totals: Mapping[str, int]


def since(days: int) -> datetime:
    """The midnight in UTC with which a period of so many days, today included, begins."""
    return now().replace(hour=0, minute=0, second=0, microsecond=0) - timedelta(days=days - 1)


def figures(bot: Bot, *, days: int) -> Figures:
    """The figures of the last `days` days, today included."""
    start = since(days)
    counted = bulk.by_day(bot.pk, start)
    totals = {name: sum(getattr(day, name) for day in counted) for name in _COUNTED}
    charts = [
        Chart.of(label, [(day.day, getattr(day, name)) for day in counted])
        for name, label in _CHARTED.items()
        if totals[name]
    ]
    return Figures(counted, bulk.people(bot.pk, start), charts, totals)


@dataclass(frozen=True, slots=True)
class Missed:
    """What people texted in vain: the latest texts, the words it nearly is, and the word that answers it by now."""

    counted: Unmatched
    texts: Sequence[Message]
    near: Sequence[Trigger]
    answered: Rival | None

    @property
    def body(self) -> str:
        """As the latest of them wrote it."""
        return self.texts[0].body if self.texts else self.counted.key


def missed(account: Account, *, days: int) -> list[Missed]:
    """What people texted that fitted no bot, most often first, with the trigger words one edit away."""
    counted = bulk.unmatched(since(days), limit=SHOWN)
    wanted = [pk for each in counted for pk in each.text_ids]
    texts = account.messages.select_related("contact").in_bulk(wanted)
    near = _near(account, [each.key for each in counted])
    by_rule = {rival.rule: rival for rival in rivals(account, Draft(), None)}
    matcher, found = Matcher(by_rule), []
    for each in counted:
        latest = [texts[pk] for pk in each.text_ids if pk in texts]
        rule = matcher.find(normalise(each.key), latest[0].number_id) if latest else None
        found.append(Missed(each, latest, near.get(each.key, []), by_rule[rule] if rule else None))
    return found


def _near(account: Account, keys: Collection[str]) -> dict[str, list[Trigger]]:
    """By key, the trigger words that one slip of the thumb makes of it."""
    keys_of = defaultdict(set)
    for key in keys:
        for form in _with_one_left_out(key):
            keys_of[form].add(key)
    found: dict[str, list[Trigger]] = {}
    words = account.triggers.filter(bot__deleted_at=None).select_related("bot")
    for trigger in words if keys_of else ():
        if len(trigger.word_key) < _SHORTEST:
            continue
        for key in {key for form in _with_one_left_out(trigger.word_key) for key in keys_of.get(form, ())}:
            if is_one_edit(key, trigger.word_key):
                found.setdefault(key, []).append(trigger)
    return found


def _with_one_left_out(word: str) -> Iterable[str]:
    """The word, and it without each of its letters: two words one edit apart have one of these in common."""
    return {word, *(word[:at] + word[at + 1 :] for at in range(len(word)))} if len(word) <= 60 else ()


def is_one_edit(one: str, other: str) -> bool:
    """Whether one letter more, fewer or another, or two neighbours changed about, make the one word the other."""
    start = 0
    while start < min(len(one), len(other)) and one[start] == other[start]:
        start += 1
    a, b = one[start:], other[start:]
    return one != other and (a[1:] == b[1:] or a[1:] == b or a == b[1:] or (a[:2] == b[1::-1] and a[2:] == b[2:]))
