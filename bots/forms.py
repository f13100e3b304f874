"""The bot builder between browser and draft: what was posted, and what the page shows of it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TypeVar

from django.http import QueryDict

from bots.drafts import Draft, DraftAction, DraftTrigger, Problem
from bots.drafts.draft import GROUP_KINDS, TAG_KINDS
from bots.models import Action, Bot, Trigger
from contacts.models import Number
from shout import text
from shout.models import Account

KINDS = {
    Action.Kind.ASSIGN_GROUP: "Assign Group",
    Action.Kind.REMOVE_FROM_GROUP: "Remove from Group",
    Action.Kind.ADD_TAG: "Add Tag",
    Action.Kind.REMOVE_TAG: "Remove Tag",
    Action.Kind.REPLY: "Reply",
}
NEW = "new"

Row = TypeVar("Row")


def read(post: QueryDict) -> Draft:
    """The draft a posted builder stands for; ValueError unless every row posts each of its fields once."""
    return Draft(
        name=_text(post, "name"),
        status=_text(post, "status"),
        numbers=tuple(filter(None, map(_id, post.getlist("numbers")))) if post.get("listens") == "chosen" else None,
        triggers=tuple(
            DraftTrigger(word=text.clean(word).strip(), match=match)
            for word, match in zip(post.getlist("word"), post.getlist("match"), strict=True)
        ),
        actions=tuple(
            _action(kind, target, new_name, body=body)
            for kind, target, new_name, body in zip(
                *(post.getlist(name) for name in ("kind", "target", "new_name", "body")), strict=True
            )
        ),
    )


def _action(kind: str, target: str, new_name: str, *, body: str) -> DraftAction:
    return DraftAction(
        kind=Action.Kind(kind),
        group=_id(target) if kind in GROUP_KINDS else None,
        tag=_id(target) if kind in TAG_KINDS else None,
        new_name=text.clean(new_name).strip() if target == NEW else None,
        body=text.clean(body).replace("\r\n", "\n"),
    )


def _text(post: QueryDict, name: str) -> str:
    return text.clean(post.get(name, "")).strip()


def _id(value: str) -> int | None:
    return int(value) if value.isdecimal() and len(value) < 19 else None


def edited(draft: Draft, command: str) -> tuple[Draft, str]:
    """The draft after one of the builder's row buttons, and the id of the control that has the focus then.

    `command` is add_trigger, remove_trigger:ROW, add_action:KIND, remove_action:ROW, up:ROW or down:ROW, rows from 0.
    Anything else, or a row that is not there, raises ValueError.
    """
    verb, _, what = command.partition(":")
    triggers, actions = draft.triggers, draft.actions
    match verb:
        case "add_trigger":
            return replace(draft, triggers=(*triggers, DraftTrigger())), f"word-{len(triggers) + 1}"
        case "add_action":
            return replace(draft, actions=(*actions, DraftAction(kind=Action.Kind(what)))), f"action-{len(actions) + 1}"
        case "remove_trigger":
            return replace(draft, triggers=_without(triggers, int(what))), "add-trigger"
        case "remove_action":
            return replace(draft, actions=_without(actions, int(what))), "add-action"
        case "up" | "down":
            return _moved(draft, verb, int(what))
    raise ValueError(f"The builder has no button {command}")


def _without(rows: tuple[Row, ...], row: int) -> tuple[Row, ...]:
    if not 0 <= row < len(rows):
        raise ValueError(f"There is no row {row}")
    return rows[:row] + rows[row + 1 :]


def _moved(draft: Draft, verb: str, row: int) -> tuple[Draft, str]:
    others, last = list(_without(draft.actions, row)), len(draft.actions) - 1
    to = min(max(row + (1 if verb == "down" else -1), 0), last)
    others.insert(to, draft.actions[row])
    # At either end the button just pressed goes dead, and the focus has to live on.
    focus = "down" if to == 0 else "up" if to == last else verb
    return replace(draft, actions=tuple(others)), f"{focus}-{to + 1}"


@dataclass(frozen=True)
class _Row:
    """A row on the page: `at` counts from 0, as buttons name it; `number` from 1, as people do."""

    at: int
    errors: list[str]

    @property
    def number(self) -> str:
        """The row's number for people."""
        return str(self.at + 1)


@dataclass(frozen=True)
class TriggerRow(_Row):
    """A trigger word on the page."""

    trigger: DraftTrigger


@dataclass(frozen=True)
class ActionRow(_Row):
    """An action on the page; `choices` are the groups or tags it may name."""

    action: DraftAction
    choices: Sequence[tuple[int, str]]
    is_last: bool

    @property
    def label(self) -> str:
        """What the action does."""
        return KINDS[Action.Kind(self.action.kind)]

    @property
    def noun(self) -> str:
        """What has to be chosen for it."""
        return "group" if self.action.kind in GROUP_KINDS else "tag" if self.action.kind in TAG_KINDS else ""

    @property
    def chosen(self) -> int | str | None:
        """The value of its select; a new name is asked for at once where there is nothing to choose from."""
        return NEW if self.action.new_name is not None or not self.choices else self.action.group or self.action.tag


class Builder:
    """What the builder page shows of a draft."""

    kinds = [(kind.value, label) for kind, label in KINDS.items()]
    matches = Trigger.Match.choices
    statuses = Bot.Status.choices

    def __init__(
        self, account: Account, draft: Draft, *, bot: Bot | None, problems: Sequence[Problem] = (), focus: str = ""
    ) -> None:
        self.draft, self.bot, self.problems, self.focus = draft, bot, problems, focus
        self._account = account

    @cached_property
    def numbers(self) -> list[tuple[Number, bool]]:
        """The account's numbers, and whether each is chosen."""
        return [(number, number.pk in (self.draft.numbers or ())) for number in self._account.numbers.all()]

    def trigger_rows(self) -> list[TriggerRow]:
        """The trigger words in order."""
        return [
            TriggerRow(row, self._errors(f"triggers.{row}."), trigger)
            for row, trigger in enumerate(self.draft.triggers)
        ]

    def action_rows(self) -> list[ActionRow]:
        """The actions in order."""
        groups = list(self._account.groups.values_list("pk", "name"))
        tags = list(self._account.tags.values_list("pk", "name"))
        return [
            ActionRow(
                row,
                self._errors(f"actions.{row}."),
                action,
                groups if action.kind in GROUP_KINDS else tags,
                row == len(self.draft.actions) - 1,
            )
            for row, action in enumerate(self.draft.actions)
        ]

    def errors(self) -> dict[str, list[str]]:
        """What is wrong outside the rows, by field."""
        return {field: self._errors(field) for field in ("name", "status", "numbers", "triggers", "actions")}

    def _errors(self, field: str) -> list[str]:
        in_row = field.endswith(".")
        return [
            each.sentence for each in self.problems if each.field.startswith(field) and (in_row or each.field == field)
        ]


def first_wrong(problems: Sequence[Problem]) -> str:
    """The id of the first control to mend."""
    field, _, rest = problems[0].field.partition(".")
    if rest:
        return f"{'word' if field == 'triggers' else 'action'}-{int(rest.partition('.')[0]) + 1}"
    return {"triggers": "add-trigger", "actions": "add-action"}.get(field, field)
