"""What the bot builder's page shows of a draft, each problem at its field."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import ClassVar

from django.urls import reverse

from bots import forms, merging
from bots.drafts import Draft, DraftAction, DraftTrigger, Problem
from bots.drafts.draft import GROUP_KINDS, TAG_KINDS
from bots.forms import Removed
from bots.models import Action, Bot, BotVersion, Trigger
from bots.reading import KINDS, UNITS, parts
from contacts import bulk
from contacts.models import Number
from contacts.own_fields import OWN_FIELDS
from shout.models import Account

Kind = Action.Kind
_TARGET = ("target", "new_name")
# The controls that a row of each kind shows; what an action holds besides goes along unseen.
_SHOWN = {
    Kind.REPLY: ("body", "media"),
    Kind.ASK: ("body", "field", "answer", "again", "amount", "unit"),
    Kind.SET_FIELD: ("field", "value"),
    Kind.WAIT: ("amount", "unit"),
    Kind.NOTIFY: ("body",),
    Kind.CALL: ("url",),
    Kind.HAND_OVER: ("body",),
}
# The field of a problem that belongs to a row's first control; of all other kinds it is the text.
_FIRST = {Kind.SET_FIELD: "field", Kind.WAIT: "minutes", Kind.CALL: "url"}
# What each kind is for, said where one is chosen.
_FOR = {
    Kind.ASSIGN_GROUP: "They join a list.",
    Kind.REMOVE_FROM_GROUP: "They leave a list.",
    Kind.ADD_TAG: "A label only you see.",
    Kind.REMOVE_TAG: "Takes a label off.",
    Kind.REPLY: "They get a text back.",
    Kind.ASK: "Their answer is saved.",
    Kind.SET_FIELD: "Notes something about them.",
    Kind.WAIT: "The rest happens later.",
    Kind.NOTIFY: "You get a notice and a mail.",
    Kind.CALL: "Tells another program.",
    Kind.HAND_OVER: "One of you answers them.",
}
_SUCH_AS: dict[str, str] = {
    Action.Answer.NUMBER: ", such as 4",
    Action.Answer.DATE: ", such as 5/31/1990",
    Action.Answer.EMAIL: ", such as ana@example.com",
    Action.Answer.ZIP: ", such as 94110",
}
_TRIGGER_FIELDS = ("word", "match")
_OUTSIDE = ("name", "status", "numbers", "triggers", "actions")
_MOST_INSERTS = 8
_PLAIN = ("reply", "ask", "set_field", "wait", "notify", "call", "hand_over")

Said = dict[str, list[Problem]]


@dataclass(frozen=True)
class _Row:
    """A row on the page: `at` counts from 0, as buttons name it; `number` from 1, as people do."""

    at: int
    said: Said

    @property
    def number(self) -> str:
        """The row's number for people."""
        return str(self.at + 1)


@dataclass(frozen=True)
class TriggerRow(_Row):
    """A trigger word on the page."""

    trigger: DraftTrigger

    @property
    def problems(self) -> list[Problem]:
        """All that is said of the word and of how it is held."""
        return [problem for said in self.said.values() for problem in said]


@dataclass(frozen=True)
class ActionRow(_Row):
    """An action on the page; `choices` are the groups or tags it may name."""

    frame: ClassVar[str] = "bots/_action_row.html"
    action: DraftAction
    choices: Sequence[tuple[int, str]]
    is_last: bool

    @property
    def label(self) -> str:
        """What the action does."""
        return KINDS[Kind(self.action.kind)]

    @property
    def template(self) -> str:
        """The file with the controls of this kind."""
        return f"bots/_action_{self.action.kind if self.action.kind in _PLAIN else 'target'}.html"

    @property
    def path(self) -> str:
        """What the ids of its errors begin with."""
        return f"actions-{self.at}"

    @property
    def noun(self) -> str:
        """What has to be chosen for it."""
        return "group" if self.action.kind in GROUP_KINDS else "tag" if self.action.kind in TAG_KINDS else ""

    @property
    def chosen(self) -> int | str | None:
        """The value of its select; a new name is asked for at once where there is nothing to choose from."""
        return forms.NEW if self.action.new_name is not None or not self.choices else self._target

    @property
    def _target(self) -> int | None:
        return self.action.group or self.action.tag

    @property
    def amount(self) -> int | str:
        """How many units the action waits, or nothing yet."""
        return "" if self.action.minutes is None else self._time[0]

    @property
    def unit(self) -> int:
        """The unit of `amount`, in minutes."""
        return self._time[1]

    @property
    def _time(self) -> tuple[int, int]:
        return parts(self.action.minutes) if self.action.minutes else (0, 60)

    @property
    def hidden(self) -> list[tuple[str, object]]:
        """The fields that its controls do not show, with what they hold."""
        shown = _SHOWN.get(Kind(self.action.kind), _TARGET)
        return [(name, value) for name, value in self.held if name not in shown]

    @property
    def held(self) -> list[tuple[str, object]]:
        """All its fields but the kind."""
        held = {
            **{name: getattr(self.action, name) for name in ("body", "field", "value", "answer", "again", "url")},
            "target": forms.NEW if self.action.new_name is not None else self._target or "",
            "new_name": self.action.new_name or "",
            "media": "\n".join(self.action.media),
            "amount": self.amount,
            "unit": self.unit,
        }
        return list(held.items())


@dataclass(frozen=True)
class RemovedRow(ActionRow):
    """An action that was taken out, at its place on the page; `at` counts those taken out."""

    frame = "bots/_removed_row.html"

    @property
    def kind(self) -> str:
        """How the page posts that it was taken out."""
        return f"{forms.REMOVED}{self.action.kind}"


@dataclass(frozen=True, kw_only=True)
class Meanwhile:
    """What became of the bot while its page was open: `deleted`, or `changes` in words that made it `version`."""

    version: BotVersion | None = None
    changes: Sequence[str] = ()
    deleted: Bot | None = None


class Builder:
    """What the builder page shows of a draft; `seen` names the version of the bot that it was opened with."""

    kinds = [(kind.value, label, _FOR[kind]) for kind, label in KINDS.items()]
    matches = Trigger.Match.choices
    statuses = Bot.Status.choices
    answers = [(value, f"{label}{_SUCH_AS.get(value, '')}") for value, label in Action.Answer.choices]
    units = [(unit, f"{name}s") for unit, name in reversed(UNITS.items())]
    merge_example = '{{ first_name|default:"there" }}'

    def __init__(
        self,
        account: Account,
        draft: Draft,
        *,
        bot: Bot | None,
        removed: Sequence[Removed] = (),
        problems: Sequence[Problem] = (),
        focus: str = "",
        seen: str = "",
        meanwhile: Meanwhile | None = None,
    ) -> None:
        self.draft, self.bot, self.problems, self.focus = draft, bot, problems, focus
        self.seen, self.meanwhile, self.removed = seen, meanwhile, removed
        self._account = account

    @property
    def path(self) -> str:
        """Where the page posts to."""
        return reverse("bots:bot_edit", args=[self.bot.pk]) if self.bot else reverse("bots:bot_new")

    @property
    def problems_url(self) -> str:
        """Where the page asks what speaks against the draft while it is being written."""
        return reverse("bots:bot_problems", args=[self.bot.pk]) if self.bot else reverse("bots:bot_new_problems")

    @cached_property
    def numbers(self) -> list[tuple[Number, bool]]:
        """The account's numbers, and whether each is chosen."""
        return [(number, number.pk in (self.draft.numbers or ())) for number in self._account.numbers.all()]

    @cached_property
    def own_fields(self) -> list[str]:
        """The custom fields that contacts have, or that this bot gives them."""
        set_here = {action.field for action in self.draft.actions if action.kind in (Kind.ASK, Kind.SET_FIELD)}
        return sorted((bulk.custom_fields() | set_here) - {*merging.BUILT_IN, ""})

    @property
    def settable(self) -> list[str]:
        """The fields that a bot may set, to choose from while typing."""
        return [*OWN_FIELDS, *self.own_fields]

    @property
    def inserts(self) -> list[tuple[str, str]]:
        """The merge fields offered beside a text: what the button says, and what it writes."""
        own = [(name, f"{{{{ {name} }}}}") for name in self.own_fields[:_MOST_INSERTS]]
        return [("First name", self.merge_example), ("Last name", "{{ last_name }}"), *own]

    @cached_property
    def trigger_rows(self) -> list[TriggerRow]:
        """The trigger words in order."""
        return [
            TriggerRow(row, self._said(f"triggers.{row}.", _TRIGGER_FIELDS), trigger)
            for row, trigger in enumerate(self.draft.triggers)
        ]

    @cached_property
    def action_rows(self) -> list[ActionRow]:
        """The actions in order."""
        groups = list(self._account.groups.values_list("pk", "name"))
        tags = list(self._account.tags.values_list("pk", "name"))
        return [
            ActionRow(
                row,
                self._said(f"actions.{row}.", _places(Kind(action.kind))),
                action,
                groups if action.kind in GROUP_KINDS else tags,
                row == len(self.draft.actions) - 1,
            )
            for row, action in enumerate(self.draft.actions)
        ]

    @property
    def rows(self) -> list[ActionRow]:
        """The actions in order, and in between those that were taken out."""
        rows: list[ActionRow] = list(self.action_rows)
        for at, each in reversed(list(enumerate(self.removed))):
            rows.insert(min(each.at, len(self.action_rows)), RemovedRow(at, {}, each.action, (), is_last=False))
        return rows

    @cached_property
    def errors(self) -> Said:
        """What is said of fields outside the rows, by field."""
        return self._said("", _OUTSIDE)

    def all_errors(self) -> Iterator[tuple[str, list[Problem]]]:
        """Everything that may be said on the page: the id of its place, and the problems, mostly none."""
        yield from self.errors.items()
        for row in self.trigger_rows:
            yield f"word-{row.number}", row.problems
        for action_row in self.action_rows:
            yield from ((f"{action_row.path}-{field}", said) for field, said in action_row.said.items())

    def _said(self, path: str, fields: Sequence[str]) -> Said:
        return {field: [each for each in self.problems if each.field == f"{path}{field}"] for field in fields}


def _places(kind: Kind) -> list[str]:
    """The fields that a row of this kind has a place for errors of."""
    if kind not in _SHOWN:
        return ["group" if kind in GROUP_KINDS else "tag"]
    return ["minutes" if name == "amount" else name for name in _SHOWN[kind] if name != "unit"]


def first_wrong(draft: Draft, problems: Sequence[Problem]) -> str:
    """The id of the first control to mend."""
    field, _, rest = problems[0].field.partition(".")
    at, _, what = rest.partition(".")
    if field == "triggers" and at:
        return f"word-{int(at) + 1}"
    if at:
        first = (_FIRST.get(Kind(draft.actions[int(at)].kind), "body"), "group", "tag", "kind")
        return f"action-{int(at) + 1}" if what in first else f"action-{int(at) + 1}-{what}"
    return {"triggers": "add-trigger", "actions": "add-action"}.get(field, field)


def begun(draft: Draft, problem: Problem) -> bool:
    """Whether somebody has written something where the problem is; what is still empty is not wrong yet."""
    field, _, rest = problem.field.partition(".")
    at, _, what = rest.partition(".")
    if not at:
        return problem.severity == "warning" or bool(getattr(draft, field))
    if field == "triggers":
        return bool(draft.triggers[int(at)].word)
    action = draft.actions[int(at)]
    return bool(action.new_name) if what in ("group", "tag") and action.new_name is not None else _holds(action, what)


def _holds(action: DraftAction, what: str) -> bool:
    return getattr(action, what) not in ("", None, ())
