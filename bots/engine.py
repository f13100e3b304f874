"""What a text makes happen: the only place that carries out a bot's actions. Pure: it changes a Person and says what
to write, to reply, to tell and to wait for; nothing is sent from here."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from bots import answers, merging
from bots.models import Action
from contacts.own_fields import fits
from shout.text import legible

Kind = Action.Kind
MOST_TRIES = 3
ASK_MINUTES = 24 * 60
_AGAIN = "Sorry, that was not what we can read. Please try again."


@dataclass(frozen=True, slots=True)
class Step:
    """One action of a bot; the fields are those of Action."""

    kind: str
    group_id: int | None = None
    tag_id: int | None = None
    body: str = ""
    media: tuple[str, ...] = ()
    field: str = ""
    value: str = ""
    answer: str = Action.Answer.ANY
    again: str = ""
    minutes: int | None = None
    url: str = ""

    def as_json(self) -> dict[str, Any]:
        """The step as it is kept with a run that waits."""
        return asdict(self)

    @classmethod
    def from_json(cls, kept: dict[str, Any]) -> "Step":
        """The step that was kept."""
        return cls(**kept | {"media": tuple(kept["media"])})


@dataclass(slots=True)
class Person:
    """Who texts: lists and labels by id, and fields by name, as the texts before this one left them."""

    groups: set[int] = field(default_factory=set)
    tags: set[int] = field(default_factory=set)
    fields: dict[str, str] = field(default_factory=dict)

    @property
    def known(self) -> dict[str, str]:
        """What merge fields may say of them."""
        name = f"{self.fields.get('first_name', '')} {self.fields.get('last_name', '')}".strip()
        return {**self.fields, "name": name}


@dataclass(frozen=True, slots=True)
class Change:
    """Something that became different: `kind` is joined, left, tagged, untagged or set.

    `id` is the group's or the tag's; of a field that was set, `field` is its name and `value` what it is now.
    """

    kind: str
    id: int = 0
    field: str = ""
    value: str = ""


@dataclass(frozen=True, slots=True)
class Said:
    """One text to send."""

    body: str
    media: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Told:
    """Something for the team; `kind` is notify or hand_over."""

    kind: str
    body: str


@dataclass(frozen=True, slots=True)
class Pause:
    """The steps that are left, and for how many minutes they wait: for the time itself, or for an answer to the first.

    `tries` is how often the answer was none.
    """

    rest: tuple[Step, ...]
    minutes: int
    is_question: bool
    tries: int = 0


@dataclass(slots=True)
class Response:
    """What one text, or the end of a wait, did, in the listed order; `was_read` when the text was an answer.

    `joins` and `leaves` are the groups that it put them on and took them off, also where that changed nothing.
    """

    changes: list[Change] = field(default_factory=list)
    replies: list[Said] = field(default_factory=list)
    told: list[Told] = field(default_factory=list)
    calls: list[str] = field(default_factory=list)
    pause: Pause | None = None
    was_read: bool = False
    joins: set[int] = field(default_factory=set)
    leaves: set[int] = field(default_factory=set)

    @property
    def leaves_unlisted(self) -> set[int]:
        """The groups that it took them off though they were not in them."""
        return self.leaves - {change.id for change in self.changes if change.kind in ("joined", "left")}


LeaveTags = dict[int, frozenset[int]]


def respond(steps: Sequence[Step], person: Person, leave_tags: LeaveTags) -> Response:
    """Carry out steps on a person in order, up to the first that waits.

    `leave_tags` are, for each list, the labels that bots put on those they take off it: who comes back loses them
    (P10), unless these steps add them.
    """
    done = Response()
    added_here = {step.tag_id for step in steps if step.kind == Kind.ADD_TAG}
    for at, step in enumerate(steps):
        if step.kind == Kind.WAIT:
            done.pause = Pause(tuple(steps[at + 1 :]), step.minutes or 1, is_question=False)
            break
        if step.kind == Kind.ASK:
            done.replies.append(_said(step, person))
            done.pause = Pause(tuple(steps[at:]), step.minutes or ASK_MINUTES, is_question=True)
            break
        _carry_out(step, person, done, leave_tags=leave_tags, added_here=added_here)
    return done


def answer(pause: Pause, text: str, person: Person, *, leave_tags: LeaveTags) -> Response:
    """Take a text for the answer to an open question: save it and go on, or ask again, or give up after three."""
    question, rest = pause.rest[0], pause.rest[1:]
    value = answers.read(question.answer, text)
    if value is None or not fits(question.field, value):
        tries = pause.tries + 1
        if tries >= MOST_TRIES:
            return Response()
        again = Said(merging.render(question.again or _AGAIN, person.known))
        return Response(replies=[again], pause=Pause(pause.rest, pause.minutes, is_question=True, tries=tries))
    saved = _set(person, question.field, value)
    done = respond(rest, person, leave_tags)
    done.changes[:0], done.was_read = saved, True
    return done


def _carry_out(
    step: Step, person: Person, done: Response, *, leave_tags: LeaveTags, added_here: set[int | None]
) -> None:
    match step.kind:
        case Kind.REPLY:
            done.replies.append(_said(step, person))
        case Kind.SET_FIELD:
            done.changes += _set(person, step.field, merging.render(step.value, person.known))
        case Kind.NOTIFY | Kind.HAND_OVER:
            done.told.append(Told(step.kind, merging.render(step.body, person.known)))
        case Kind.CALL:
            done.calls.append(step.url)
        case _:
            done.joins |= groups([step], Kind.ASSIGN_GROUP)
            done.leaves |= groups([step], Kind.REMOVE_FROM_GROUP)
            done.changes += _list_or_label(step, person, leave_tags, added_here=added_here)


def _list_or_label(
    step: Step, person: Person, leave_tags: LeaveTags, *, added_here: set[int | None]
) -> Iterable[Change]:
    if step.kind == Kind.ASSIGN_GROUP and step.group_id:
        left = leave_tags.get(step.group_id, frozenset()) - added_here
        return _add(person.groups, step.group_id, "joined") + [
            change for tag_id in sorted(left) for change in _remove(person.tags, tag_id, "untagged")
        ]
    if step.kind == Kind.REMOVE_FROM_GROUP and step.group_id:
        return _remove(person.groups, step.group_id, "left")
    if step.kind == Kind.ADD_TAG and step.tag_id:
        return _add(person.tags, step.tag_id, "tagged")
    if step.kind == Kind.REMOVE_TAG and step.tag_id:
        return _remove(person.tags, step.tag_id, "untagged")
    return []


def groups(steps: Iterable[Step], kind: Kind) -> set[int]:
    """The groups that steps of a kind name."""
    return {step.group_id for step in steps if step.kind == kind and step.group_id}


def _said(step: Step, person: Person) -> Said:
    return Said(merging.render(step.body, person.known), step.media)


def _set(person: Person, name: str, value: str) -> list[Change]:
    value = legible(value)
    if not name or person.fields.get(name, "") == value or not fits(name, value):
        return []
    if value:
        person.fields[name] = value
    else:
        person.fields.pop(name)
    return [Change("set", field=name, value=value)]


def _add(held: set[int], item: int, kind: str) -> list[Change]:
    if item in held:
        return []
    held.add(item)
    return [Change(kind, item)]


def _remove(held: set[int], item: int, kind: str) -> list[Change]:
    if item not in held:
        return []
    held.remove(item)
    return [Change(kind, item)]
