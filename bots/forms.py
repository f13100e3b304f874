"""What the bot builder posts, read into a draft, and what its row buttons make of it."""

from dataclasses import replace
from typing import TypeVar

from django.http import QueryDict

from bots.drafts import Draft, DraftAction, DraftTrigger
from bots.drafts.draft import GROUP_KINDS, TAG_KINDS
from bots.models import Action
from bots.reading import UNITS
from shout import text

NEW = "new"
# What every row of an action posts, each once; the row's own controls, or hidden inputs in their place.
ACTION_FIELDS = (
    "kind", "target", "new_name", "body", "media", "field", "value", "answer", "again", "amount", "unit", "url",
)  # fmt: skip
_MOST_DIGITS = 8

Row = TypeVar("Row")


def read(post: QueryDict) -> Draft:
    """The draft a posted builder stands for; ValueError unless every row posts each of its fields once."""
    rows = zip(*(post.getlist(name) for name in ACTION_FIELDS), strict=True)
    return Draft(
        name=_text(post, "name"),
        status=_text(post, "status"),
        numbers=tuple(filter(None, map(_id, post.getlist("numbers")))) if post.get("listens") == "chosen" else None,
        triggers=tuple(
            DraftTrigger(word=text.clean(word).strip(), match=match)
            for word, match in zip(post.getlist("word"), post.getlist("match"), strict=True)
        ),
        actions=tuple(_action(dict(zip(ACTION_FIELDS, row, strict=True))) for row in rows),
    )


def _action(row: dict[str, str]) -> DraftAction:
    kind, target = Action.Kind(row["kind"]), row["target"]
    written = {name: text.clean(row[name]).replace("\r\n", "\n") for name in ("body", "again")}
    typed = {name: text.clean(row[name]).strip() for name in ("field", "value", "answer", "url")}
    return DraftAction(
        kind=kind,
        group=_id(target) if kind in GROUP_KINDS else None,
        tag=_id(target) if kind in TAG_KINDS else None,
        new_name=text.clean(row["new_name"]).strip() if target == NEW else None,
        media=tuple(filter(None, map(str.strip, text.clean(row["media"]).splitlines()))),
        minutes=_minutes(row["amount"].strip(), int(row["unit"])),
        **written,
        **typed,
    )


def _minutes(amount: str, unit: int) -> int | None:
    """None where nothing was typed; what is no number is no time either, which saving refuses."""
    if unit not in UNITS:
        raise ValueError(f"There is no unit of {unit} minutes")
    if not amount:
        return None
    return int(amount[:_MOST_DIGITS]) * unit if amount.isdecimal() else 0


def _text(post: QueryDict, name: str) -> str:
    return text.clean(post.get(name, "")).strip()


def _id(value: str) -> int | None:
    return int(value) if value.isdecimal() and len(value) < 19 else None


def edited(draft: Draft, command: str) -> tuple[Draft, str]:
    """The draft after one of the builder's row buttons, and the id of the control that has the focus then.

    `command` is add_trigger, remove_trigger:ROW, add_action:KIND, remove_action:ROW, up:ROW or down:ROW, rows from 0,
    or show, which only numbers the rows anew. Anything else, or a row that is not there, raises ValueError.
    """
    verb, _, what = command.partition(":")
    triggers, actions = draft.triggers, draft.actions
    match verb:
        case "show":
            return draft, ""
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
