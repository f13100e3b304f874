"""The shape of a bot that is not saved yet, and of what speaks against it."""

import json
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any

from bots.models import Action, Bot, Trigger
from shout import text

GROUP_KINDS = frozenset({Action.Kind.ASSIGN_GROUP, Action.Kind.REMOVE_FROM_GROUP})
TAG_KINDS = frozenset({Action.Kind.ADD_TAG, Action.Kind.REMOVE_TAG})
# What a draft's action and a bot's have in common, as it is.
PLAIN_FIELDS = ("body", "field", "value", "answer", "again", "minutes", "url")


@dataclass(frozen=True, kw_only=True)
class DraftTrigger:
    """A word and how a text has to hold it (a value of Trigger.Match)."""

    word: str = ""
    match: str = Trigger.Match.WHOLE

    @property
    def key(self) -> str:
        """The word as texts are compared with it."""
        return text.normalise(self.word)

    @property
    def heard_as(self) -> str:
        """The key, where emoji or punctuation around the letters of the word do not count; else an empty text."""
        # Between letters everything counts, so that what is missing without them stood around the word.
        counts_all = text.normalise(f"x{self.word.strip()}x") == f"x{self.key}x"
        return "" if counts_all or not any(map(str.isalnum, self.key)) else self.key


@dataclass(frozen=True, kw_only=True)
class DraftAction:
    """One step: `group` or `tag` by id, else `new_name` of the one to find or to make when the bot is saved.

    The other fields are those of Action.
    """

    kind: str
    group: int | None = None
    tag: int | None = None
    new_name: str | None = None
    body: str = ""
    media: tuple[str, ...] = ()
    field: str = ""
    value: str = ""
    answer: str = Action.Answer.ANY
    again: str = ""
    minutes: int | None = None
    url: str = ""


@dataclass(frozen=True, kw_only=True)
class Draft:
    """A bot as somebody wants it; `numbers` are the ids it listens on, None for all."""

    name: str = ""
    status: str = Bot.Status.ACTIVE
    numbers: tuple[int, ...] | None = None
    triggers: tuple[DraftTrigger, ...] = ()
    actions: tuple[DraftAction, ...] = ()


class Severity(StrEnum):
    """Whether a problem keeps the bot from being saved."""

    REFUSAL = "refusal"
    WARNING = "warning"


@dataclass(frozen=True, kw_only=True)
class Problem:
    """What speaks against a draft; `field` is a path such as `name` or `triggers.0.word`."""

    severity: Severity
    field: str
    sentence: str


def refuse(field: str, sentence: str) -> Problem:
    """A problem that keeps the bot from being saved."""
    return Problem(severity=Severity.REFUSAL, field=field, sentence=sentence)


def warn(field: str, sentence: str) -> Problem:
    """A problem worth knowing; the bot is saved all the same."""
    return Problem(severity=Severity.WARNING, field=field, sentence=sentence)


def draft_of(bot: Bot) -> Draft:
    """The draft that saving would turn into `bot` as it is."""
    return Draft(
        name=bot.name,
        status=bot.status,
        numbers=None if bot.on_all_numbers else tuple(number.pk for number in bot.numbers.all()),
        triggers=tuple(DraftTrigger(word=trigger.word, match=trigger.match) for trigger in bot.triggers.all()),
        actions=tuple(
            DraftAction(
                kind=action.kind,
                group=action.group_id,
                tag=action.tag_id,
                media=tuple(action.media),
                **{name: getattr(action, name) for name in PLAIN_FIELDS},
            )
            for action in bot.actions.all()
        ),
    )


def as_json(draft: Draft) -> dict[str, Any]:
    """The draft as a version of the bot keeps it."""
    kept: dict[str, Any] = json.loads(json.dumps(asdict(draft)))
    return kept


def from_json(kept: dict[str, Any]) -> Draft:
    """The draft that a version kept."""
    numbers = kept["numbers"]
    return Draft(
        name=kept["name"],
        status=kept["status"],
        numbers=None if numbers is None else tuple(numbers),
        triggers=tuple(DraftTrigger(**trigger) for trigger in kept["triggers"]),
        actions=tuple(DraftAction(**action | {"media": tuple(action["media"])}) for action in kept["actions"]),
    )
