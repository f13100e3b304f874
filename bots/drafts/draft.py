"""The shape of a bot that is not saved yet, and of what speaks against it."""

from dataclasses import dataclass
from enum import StrEnum

from bots.models import Action, Bot, Trigger
from shout import text

GROUP_KINDS = frozenset({Action.Kind.ASSIGN_GROUP, Action.Kind.REMOVE_FROM_GROUP})
TAG_KINDS = frozenset({Action.Kind.ADD_TAG, Action.Kind.REMOVE_TAG})


@dataclass(frozen=True, kw_only=True)
class DraftTrigger:
    """A word and how a text has to hold it (a value of Trigger.Match)."""

    word: str = ""
    match: str = Trigger.Match.WHOLE

    @property
    def key(self) -> str:
        """The word as texts are compared with it."""
        return text.normalise(self.word)


@dataclass(frozen=True, kw_only=True)
class DraftAction:
    """One step: `group` or `tag` by id, else `new_name` of the one to find or to make when the bot is saved."""

    kind: str
    group: int | None = None
    tag: int | None = None
    new_name: str | None = None
    body: str = ""


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
            DraftAction(kind=action.kind, group=action.group_id, tag=action.tag_id, body=action.body)
            for action in bot.actions.all()
        ),
    )
