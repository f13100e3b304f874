"""What the bot builder posts, read into a draft, and what its row buttons make of it."""

from dataclasses import dataclass, replace
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
# What stands before the kind of an action that was taken out.
REMOVED = "removed:"
_MOST_DIGITS = 8

Row = TypeVar("Row")


@dataclass(frozen=True)
class Removed:
    """An action that was taken out and can be put back; `at` counts those that stand before its place."""

    at: int
    action: DraftAction


@dataclass(frozen=True, kw_only=True)
class Written:
    """What the builder's page holds: the draft, and in the order of the page what was taken out of it."""

    draft: Draft
    removed: tuple[Removed, ...] = ()


def read(post: QueryDict) -> Draft:
    """The draft a posted builder stands for; ValueError unless every row posts each of its fields once."""
    return written(post).draft


def written(post: QueryDict) -> Written:
    """All that a posted builder holds; ValueError unless every row posts each of its fields once."""
    removed: list[Removed] = []
    actions: list[DraftAction] = []
    for values in zip(*(post.getlist(name) for name in ACTION_FIELDS), strict=True):
        row = dict(zip(ACTION_FIELDS, values, strict=True))
        if row["kind"].startswith(REMOVED):
            removed.append(Removed(len(actions), _action(row | {"kind": row["kind"].removeprefix(REMOVED)})))
        else:
            actions.append(_action(row))
    draft = Draft(
        name=_text(post, "name"),
        status=_text(post, "status"),
        numbers=tuple(filter(None, map(_id, post.getlist("numbers")))) if post.get("listens") == "chosen" else None,
        triggers=tuple(
            DraftTrigger(word=text.clean(word).strip(), match=match)
            for word, match in zip(post.getlist("word"), post.getlist("match"), strict=True)
        ),
        actions=tuple(actions),
    )
    return Written(draft=draft, removed=tuple(removed))


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


def edited(page: Written, command: str) -> tuple[Written, str]:
    """The page after one of the builder's row buttons, and the id of the control that has the focus then.

    `command` is add_trigger, remove_trigger:ROW, add_action:KIND, remove_action:ROW, put_back:ROW (of those taken out),
    up:ROW or down:ROW, rows from 0, or show, which only numbers the rows anew. Anything else, or a row that is not
    there, raises ValueError.
    """
    verb, _, what = command.partition(":")
    triggers, actions = page.draft.triggers, page.draft.actions
    match verb:
        case "show":
            return page, ""
        case "add_trigger":
            more = replace(page.draft, triggers=(*triggers, DraftTrigger()))
            return replace(page, draft=more), f"word-{len(triggers) + 1}"
        case "add_action":
            return _with(page, (*actions, DraftAction(kind=Action.Kind(what)))), f"action-{len(actions) + 1}"
        case "remove_trigger":
            return replace(page, draft=replace(page.draft, triggers=_without(triggers, int(what)))), "add-trigger"
        case "remove_action":
            return _taken_out(page, int(what))
        case "put_back":
            return _put_back(page, int(what))
        case "up" | "down":
            draft, focus = _moved(page.draft, verb, int(what))
            return replace(page, draft=draft), focus
    raise ValueError(f"The builder has no button {command}")


def _with(page: Written, actions: tuple[DraftAction, ...]) -> Written:
    return replace(page, draft=replace(page.draft, actions=actions))


def _taken_out(page: Written, row: int) -> tuple[Written, str]:
    left = _without(page.draft.actions, row)
    before = [each for each in page.removed if each.at <= row]
    after = [replace(each, at=each.at - 1) for each in page.removed if each.at > row]
    removed = (*before, Removed(row, page.draft.actions[row]), *after)
    return replace(_with(page, left), removed=removed), f"put-back-{len(before) + 1}"


def _put_back(page: Written, row: int) -> tuple[Written, str]:
    _without(page.removed, row)
    back, actions = page.removed[row], page.draft.actions
    after = [replace(each, at=each.at + 1) for each in page.removed[row + 1 :]]
    whole = (*actions[: back.at], back.action, *actions[back.at :])
    return replace(_with(page, whole), removed=(*page.removed[:row], *after)), f"action-{back.at + 1}"


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
