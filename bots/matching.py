"""Which bot answers a text (B2). Pure: rules in, a rule out."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from shout import text


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
        self._first: dict[str, list[Rule]] = defaultdict(list)
        self._contains: dict[str, list[Rule]] = defaultdict(list)
        for rule in rules:
            if rule.match == "whole":
                self._whole[rule.word_key].append(rule)
            else:
                by_first_word = self._first if rule.match == "first" else self._contains
                by_first_word[text.words(rule.word_key)[0]].append(rule)

    def find(self, key: str, number_id: int) -> Rule | None:
        """The one rule that answers the normalised text `key` on this number, or None.

        Whole text before first word before contains; a bot on this very number before a bot on all; the longer word
        before the shorter; the older bot before the younger.
        """
        if not key:
            return None
        words = text.words(key)
        return (
            _best(self._whole.get(key, ()), number_id)
            or _best(_held(self._first, words, 0), number_id)
            or _best((rule for at in range(len(words)) for rule in _held(self._contains, words, at)), number_id)
        )


def _held(by_first_word: dict[str, list[Rule]], words: list[str], at: int) -> Iterable[Rule]:
    for rule in by_first_word.get(words[at], ()):
        wanted = text.words(rule.word_key)
        if words[at : at + len(wanted)] == wanted:
            yield rule


def _best(rules: Iterable[Rule], number_id: int) -> Rule | None:
    return min(
        (rule for rule in rules if rule.listens_on(number_id)),
        key=lambda rule: (rule.numbers is None, -len(rule.word_key), rule.bot_id),
        default=None,
    )
