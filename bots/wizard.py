"""The permission list wizard: the only place that makes a list people join and leave by texting, whole or not at all
(B10).
"""

from collections.abc import Iterator
from dataclasses import dataclass

from django.db import transaction
from django.utils.timezone import now

from bots import drafts, matching
from bots.clauses import Facts
from bots.drafts import Draft, DraftAction, DraftTrigger, Problem, Severity
from bots.models import Action, Bot
from contacts import words
from contacts.evidence import asked
from contacts.models import Group
from shout import text
from shout.models import Account, User

# What a list is called by that is no word to text.
_COMMON = frozenset({"a", "an", "and", "club", "for", "list", "my", "of", "our", "the", "your"})
# What people answer to anything, without the spaces inside: nobody means a list by it.
_NO = frozenset({"n", "no", "nah", "nope", "nothanks", "nothankyou"})
_ANSWERS = _NO | {"y", "yes", "yeah", "yep", "yup", "ok", "okay", "k", "sure", "thanks", "thankyou"}


@dataclass(frozen=True, kw_only=True)
class Wish:
    """A list as somebody wants it: its facts, the ids of the numbers it lives on, and its texts."""

    facts: Facts
    numbers: tuple[int, ...]
    welcome: str
    goodbye: str
    call: str
    shown_at: str

    @property
    def tag(self) -> str:
        """What those are labelled with who have left."""
        return self.facts.leave_word.upper()


@dataclass(frozen=True)
class Made:
    """What came of a wish."""

    group: Group
    join: Bot
    leave: Bot


def join_word(name: str) -> str:
    """A word to join a list of this name by, or an empty text."""
    said = (word for word in text.words(text.normalise(name)) if word and word not in _COMMON)
    word = next(said, "").replace("'", "").upper()
    return f"JOIN{word}" if words.may_be_universal(word) or _bare(word) in _ANSWERS else word


def leave_word(join: str) -> str:
    """A word to leave a list by that is joined by this one, or an empty text."""
    word = f"NO{''.join(_as_heard(join).split())}".upper() if join.strip() else ""
    return "" if _bare(word) in _ANSWERS else _as_heard(word)


def misheard(facts: Facts) -> Iterator[tuple[str, str]]:
    """What people would not mean by the two words, though a bot may have them: join_word or leave_word, and why."""
    for field, word in (("join_word", facts.join_word), ("leave_word", facts.leave_word)):
        if heard := DraftTrigger(word=word).heard_as:
            yield field, f"This is heard as “{heard}”. Leave out what stands around the letters, or type emoji alone."
    join, leave = _bare(facts.join_word), _bare(facts.leave_word)
    if join in _NO:
        yield "join_word", f"“{facts.join_word}” means no, so nobody agrees to a list by it. Choose another word."
    if leave in _ANSWERS:
        yield "leave_word", f"“{facts.leave_word}” is an answer to anything. Choose a word that means this list alone."
    if join and join == leave:
        yield "leave_word", "People have to leave by another word than the one they join by, not just spaced otherwise."


def problems(account: Account, wish: Wish) -> dict[str, list[Problem]]:
    """What keeps the two bots from being saved, by `join` and `leave`."""
    found = {
        name: [each for each in drafts.problems(account=account, draft=draft) if each.severity == Severity.REFUSAL]
        for name, draft in (("join", _join(wish, None)), ("leave", _leave(wish, None)))
    }
    return {name: refusals for name, refusals in found.items() if refusals}


def make(*, account: Account, wish: Wish, by: User) -> Made:
    """Make the list, the bots by which people join and leave it, and the record of how they were asked.

    Raises `drafts.Refused`, or IntegrityError for a list whose name is taken.
    """
    facts = wish.facts
    with transaction.atomic():
        group = account.groups.create(name=facts.name, description=f"{facts.what}, {facts.often}"[:200])
        join = drafts.save(account=account, draft=_join(wish, group), by=by.email)
        leave = drafts.save(account=account, draft=_leave(wish, group), by=by.email)
        asked.record(group=group, wording=wish.call, shown_at=wish.shown_at, shown_from=now(), by=by)
    return Made(group, join, leave)


def _as_heard(word: str) -> str:
    return DraftTrigger(word=word).heard_as.upper() or word


def _bare(word: str) -> str:
    return matching.unjointed(text.normalise(word))


def _join(wish: Wish, group: Group | None) -> Draft:
    onto = _about_group(Action.Kind.ASSIGN_GROUP, wish, group)
    # Who comes back has not left any more (P10).
    unmark = DraftAction(kind=Action.Kind.REMOVE_TAG, new_name=wish.tag)
    welcome = DraftAction(kind=Action.Kind.REPLY, body=wish.welcome)
    return _draft(f"Join {wish.facts.name}", wish, wish.facts.join_word, onto, unmark, welcome)


def _leave(wish: Wish, group: Group | None) -> Draft:
    off = _about_group(Action.Kind.REMOVE_FROM_GROUP, wish, group)
    mark = DraftAction(kind=Action.Kind.ADD_TAG, new_name=wish.tag)
    goodbye = DraftAction(kind=Action.Kind.REPLY, body=wish.goodbye)
    return _draft(f"Leave {wish.facts.name}", wish, wish.facts.leave_word, off, mark, goodbye)


def _about_group(kind: Action.Kind, wish: Wish, group: Group | None) -> DraftAction:
    return DraftAction(kind=kind, group=group.pk) if group else DraftAction(kind=kind, new_name=wish.facts.name)


def _draft(name: str, wish: Wish, word: str, *actions: DraftAction) -> Draft:
    return Draft(name=name, numbers=wish.numbers, triggers=(DraftTrigger(word=word),), actions=actions)
