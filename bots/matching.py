"""Which bot answers a text (B2). Pure: rules in, a rule out."""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from shout import text

# What people and their phones put into a word or leave out of it, but not what parts two digits: 1.5 is not 15.
_JOINTS = re.compile(r"(?<!\d)[ '\".-]+|[ '\".-]+(?!\d)")


def unjointed(key: str) -> str:
    """A normalised text without what people and their phones put into a word or leave out of it."""
    return _JOINTS.sub("", key) or key


@dataclass(frozen=True, slots=True)
class Rule:
    """A trigger word of a bot; `numbers` are the ids it listens on, None for all."""

    bot_id: int
    word_key: str
    match: str
    numbers: frozenset[int] | None

    def listens_on(self, number_id: int) -> bool:
        """Whether a text to this number concerns it."""
        return self.numbers is None or number_id in self.numbers


class Matcher:
    """The rules of one account, arranged so that a text is compared with a handful of them, however many there are."""

    def __init__(self, rules: Iterable[Rule]) -> None:
        self._whole: dict[str, list[Rule]] = defaultdict(list)
        self._loose: dict[str, list[Rule]] = defaultdict(list)
        self._first, self._contains = _Rows(), _Rows()
        for rule in rules:
            if rule.match == "whole":
                self._whole[rule.word_key].append(rule)
                self._loose[unjointed(rule.word_key)].append(rule)
            else:
                (self._first if rule.match == "first" else self._contains).add(rule)

    def find(self, key: str, number_id: int) -> Rule | None:
        """The one rule that answers the normalised text `key` on this number, or None.

        Whole text before first word before contains; a bot on this very number before a bot on all; the longer word
        before the shorter; the older bot before the younger. A text that nothing fits is compared once more without
        spaces, apostrophes, hyphens and full stops inside: SUPER SUP is SUPERSUP, as long as only one bot comes of it.
        """
        if not key:
            return None
        words = text.words(key)
        return (
            _best(self._whole.get(key, ()), number_id)
            or _best(self._first.held_at(0, words), number_id)
            or _best((rule for at in range(len(words)) for rule in self._contains.held_at(at, words)), number_id)
            or self._only(key, number_id)
        )

    def _only(self, key: str, number_id: int) -> Rule | None:
        near = [rule for rule in self._loose.get(unjointed(key), ()) if rule.listens_on(number_id)]
        return _best(near, number_id) if len({rule.bot_id for rule in near}) == 1 else None


class _Rows:
    """Rules by their words in a row; of each first word is known how many words long its rows are."""

    def __init__(self) -> None:
        self._rules: dict[str, list[Rule]] = defaultdict(list)
        self._lengths: dict[str, set[int]] = defaultdict(set)

    def add(self, rule: Rule) -> None:
        words = text.words(rule.word_key)
        self._rules[" ".join(words)].append(rule)
        self._lengths[words[0]].add(len(words))

    def held_at(self, at: int, words: list[str]) -> Iterator[Rule]:
        """The rules whose words stand in `words` from the position `at` on."""
        for length in self._lengths.get(words[at], ()):
            if at + length <= len(words):
                yield from self._rules.get(" ".join(words[at : at + length]), ())


def _best(rules: Iterable[Rule], number_id: int) -> Rule | None:
    return min(
        (rule for rule in rules if rule.listens_on(number_id)),
        key=lambda rule: (rule.numbers is None, -len(rule.word_key), rule.bot_id),
        default=None,
    )
