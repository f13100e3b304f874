"""Bots in words: the only place that says what a step does, and in what two versions of a bot differ. Pure."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from difflib import SequenceMatcher

from bots.drafts import Draft, DraftAction
from bots.drafts.draft import GROUP_KINDS, TAG_KINDS
from bots.engine import ASK_MINUTES
from bots.models import Action

Kind = Action.Kind
KINDS = {
    Kind.ASSIGN_GROUP: "Assign Group",
    Kind.REMOVE_FROM_GROUP: "Remove from Group",
    Kind.ADD_TAG: "Add Tag",
    Kind.REMOVE_TAG: "Remove Tag",
    Kind.REPLY: "Reply",
    Kind.ASK: "Ask a Question",
    Kind.SET_FIELD: "Set a Field",
    Kind.WAIT: "Wait",
    Kind.NOTIFY: "Notify the Team",
    Kind.CALL: "Call a Webhook",
    Kind.HAND_OVER: "Hand over to the Inbox",
}
UNITS = {1440: "day", 60: "hour", 1: "minute"}
_NAMES_LEFT_OUT = "one that is no longer there"
_SPEAKING = (Kind.NOTIFY, Kind.HAND_OVER)


@dataclass(frozen=True, kw_only=True)
class StepInWords:
    """One step for people: `group` or `tag` is a name, `said` a text as it was written, `note` the rest."""

    kind: str
    label: str
    group: str = ""
    tag: str = ""
    said: str = ""
    media: tuple[str, ...] = ()
    note: str = ""


def step(action: DraftAction, *, groups: Mapping[int, str], tags: Mapping[int, str]) -> StepInWords:
    """What a step does; `groups` and `tags` are names by id."""
    kind = Kind(action.kind)
    return StepInWords(
        kind=kind.value,
        label=KINDS[kind],
        group=_name(action, action.group, groups) if kind in GROUP_KINDS else "",
        tag=_name(action, action.tag, tags) if kind in TAG_KINDS else "",
        said=action.body,
        media=action.media,
        note=_lacking(action) or _note(action),
    )


def _name(action: DraftAction, pk: int | None, names: Mapping[int, str]) -> str:
    """What is chosen, or nothing yet."""
    return action.new_name or ("" if pk is None else names.get(pk, _NAMES_LEFT_OUT))


def _lacking(action: DraftAction) -> str:
    """What somebody who has only begun a step has to do before it does anything."""
    kind = Kind(action.kind)
    if kind in GROUP_KINDS | TAG_KINDS:
        noun, chosen = ("group", action.group) if kind in GROUP_KINDS else ("tag", action.tag)
        if chosen is None and not action.new_name:
            return f"Choose a {noun}." if action.new_name is None else f"Name the new {noun}."
    lacks = {
        Kind.SET_FIELD: (action.field, "Name the field."),
        Kind.WAIT: (action.minutes, "Choose how long."),
        Kind.CALL: (action.url, "Enter the address of the webhook."),
        **dict.fromkeys(_SPEAKING, (action.body, "Type what the team is told.")),
    }
    held, to_do = lacks.get(kind, (True, ""))
    return "" if held else to_do


def _note(action: DraftAction) -> str:
    match action.kind:
        case Kind.ASK:
            return _question(action)
        case Kind.SET_FIELD:
            return f"{action.field} becomes “{action.value}”." if action.value else f"{action.field} is emptied."
        case Kind.WAIT:
            return f"{span(action.minutes or 0).capitalize()}, then it goes on."
        case Kind.CALL:
            return f"Sends what is known to {action.url}"
    return ""


def _question(action: DraftAction) -> str:
    takes = Action.Answer(action.answer).label if action.answer in Action.Answer.values else action.answer
    again = f" An answer that does not fit gets: “{action.again}”" if action.again else ""
    return (
        f"Waits up to {span(action.minutes or ASK_MINUTES)} for an answer ({takes.lower()})"
        f" and saves it as {action.field or 'a field'}.{again}"
    )


def parts(minutes: int) -> tuple[int, int]:
    """A time as a number and its unit in minutes, the largest unit that leaves nothing over."""
    unit = next(unit for unit in UNITS if minutes % unit == 0)
    return minutes // unit, unit


def span(minutes: int) -> str:
    """A time in words, such as “2 days” or “90 minutes”."""
    amount, unit = parts(minutes) if minutes else (0, 1)
    return f"{amount} {UNITS[unit]}{'' if amount == 1 else 's'}"


def changes(before: Draft | None, after: Draft) -> list[str]:
    """What somebody changed, as short phrases; empty when nothing is different."""
    if before is None:
        return ["made the bot"]
    return [*_about(before, after), *_words(before, after), *_steps(before, after)]


def _about(before: Draft, after: Draft) -> Iterator[str]:
    if before.name != after.name:
        yield f"renamed it from “{before.name}”"
    if before.status != after.status:
        yield "paused it" if after.status == "paused" else "activated it"
    if before.numbers != after.numbers:
        yield "let it listen on all numbers" if after.numbers is None else "changed the numbers it listens on"


def _words(before: Draft, after: Draft) -> Iterator[str]:
    old, new = ({trigger.key: trigger for trigger in draft.triggers} for draft in (before, after))
    yield from (f"added the trigger word {each.word}" for key, each in new.items() if key not in old)
    yield from (f"removed the trigger word {each.word}" for key, each in old.items() if key not in new)
    for key in old.keys() & new.keys():
        if old[key].match != new[key].match:
            yield f"changed how a text has to hold {new[key].word}"
        elif old[key].word != new[key].word:
            yield f"wrote {old[key].word} as {new[key].word}"


def _steps(before: Draft, after: Draft) -> Iterator[str]:
    if before.actions != after.actions and sorted(map(repr, before.actions)) == sorted(map(repr, after.actions)):
        yield "put the actions in another order"
        return
    for how, a, b, c, d in SequenceMatcher(None, before.actions, after.actions, autojunk=False).get_opcodes():
        if how != "equal":
            yield from _replaced(before.actions[a:b], after.actions[c:d])


def _replaced(old: tuple[DraftAction, ...], new: tuple[DraftAction, ...]) -> Iterator[str]:
    left = list(old)
    for action in new:
        same = next((each for each in left if each.kind == action.kind), None)
        yield f"{'changed' if same else 'added'} “{KINDS[Kind(action.kind)]}”"
        if same:
            left.remove(same)
    yield from (f"removed “{KINDS[Kind(action.kind)]}”" for action in left)
