"""How rules are applied: the only place that weighs a phrase by the words before and after it."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property

from contacts.phrases.form import whole_words, word_set

_UNSURE = ".unsure"
# A text of so few words may be one word that was torn apart.
_FEW = 2
# No shorter word is several that were run together, and no longer one is said by a person.
_LONG, _TOO_LONG = 8, 60


class Band(StrEnum):
    """What follows from a reading: an opt-out at once, or a person who decides."""

    AUTOMATIC = "automatic"
    REVIEW = "review"


@dataclass(frozen=True, slots=True)
class Rule:
    """A reason to take a text for a request; `explanation` is what an owner reads."""

    id: str
    language: str
    band: Band
    explanation: str


@dataclass(frozen=True, slots=True)
class Reading:
    """What a text was read as, and by which rule."""

    band: Band
    rule: str


@dataclass(frozen=True, slots=True)
class Phrase:
    """Words that ask for something, as a pattern over a line of words.

    A strict phrase counts only where nothing but courtesy and anger shares its clause; any other one is left to a
    person there. Next to a word of `before` or `after` it means something else; an unguarded one may follow a "not".
    """

    rule: str
    pattern: re.Pattern[str]
    strict: bool = False
    guarded: bool = True
    before: frozenset[str] = frozenset()
    after: frozenset[str] = frozenset()


@dataclass(frozen=True, kw_only=True)
class Language:
    """One language's rules and what they are written in.

    A text is ordinary if it has none of the `triggers` and no word that begins with one of the `stems`. A long word
    that is made of `joined` ones is taken apart.
    """

    rules: Sequence[Rule]
    triggers: frozenset[str]
    spellings: Mapping[str, str]
    idioms: Sequence[tuple[re.Pattern[str], str]]
    courtesy: frozenset[str]
    openers: frozenset[str]
    guards: Mapping[str, int]
    doubts: frozenset[str]
    whole: Mapping[str, str]
    phrases: Sequence[Phrase]
    stems: tuple[str, ...] = ()
    joined: re.Pattern[str] | None = None

    def read(self, words: Sequence[str]) -> str | None:
        """The id of the rule that takes the words for a request: an automatic one before one for a person."""
        words = [self.spellings.get(word, word) for said in words for word in self._apart(said)]
        if len(words) > _FEW and self.triggers.isdisjoint(words) and not self._has_stem(words):
            return None
        line = f" {' '.join(words)} "
        for idiom, plain in self.idioms:
            line = idiom.sub(plain, line).replace("  ", " ")
        return self._whole(line) or self._first(line)

    def _apart(self, word: str) -> Sequence[str]:
        """The words that were run together in this one, or itself."""
        if self.joined is None or len(word) < _LONG or len(word) > _TOO_LONG:
            return (word,)
        pieces = self.joined.findall(word)
        return pieces if "".join(pieces) == word else (word,)

    def _has_stem(self, words: Sequence[str]) -> bool:
        return bool(self.stems) and any(word.startswith(self.stems) for word in words)

    def _whole(self, line: str) -> str | None:
        """The rule for a text that is nothing but its words, courtesy and anger aside."""
        kept = [word for word in line.split() if word not in self.courtesy]
        return self.whole.get(" ".join(kept)) or (self.whole.get("".join(kept)) if len(kept) <= _FEW else None)

    def _first(self, line: str) -> str | None:
        """The rule of the first phrase that asks plainly, or else of the first that may be asking."""
        doubtful = None
        for phrase in self.phrases:
            for match in phrase.pattern.finditer(line):
                before, after = _clause(line[: match.start()]), line[match.end() :].split()
                if self._means_otherwise(phrase, before, after):
                    continue
                if self._opens(before) and self._closes(after):
                    around = line[: match.start()].split() + after
                    return phrase.rule if self.doubts.isdisjoint(around) else self._doubted(phrase.rule)
                if not phrase.strict:
                    doubtful = doubtful or self._doubted(phrase.rule)
        return doubtful

    def _means_otherwise(self, phrase: Phrase, before: Sequence[str], after: Sequence[str]) -> bool:
        if (before and before[-1] in phrase.before) or (after and after[0] in phrase.after):
            return True
        turned = (self.guards.get(word, 0) >= distance for distance, word in enumerate(reversed(before), 1))
        return phrase.guarded and any(turned)

    def _opens(self, before: Sequence[str]) -> bool:
        """Whether a plain request may follow these words of its clause."""
        return not before or before[-1] in ("please", ",") or self.courtesy.issuperset(before)

    def _closes(self, after: Sequence[str]) -> bool:
        """Whether a plain request may end before these words: courtesy, and then the end of it or a new thought."""
        for word in after:
            if word in (".", ",") or word in self.openers:
                return True
            if word not in self.courtesy:
                return False
        return True

    def _doubted(self, rule: str) -> str:
        """The rule's twin for people to decide on, or itself if they do anyway."""
        return self.twins.get(rule, rule)

    @cached_property
    def twins(self) -> Mapping[str, str]:
        """The automatic rules, each with its twin."""
        return {rule.id: rule.id + _UNSURE for rule in self.rules if rule.band == Band.AUTOMATIC}


def phrase(
    rule: str, pattern: str, *, strict: bool = False, guarded: bool = True, before: str = "", after: str = ""
) -> Phrase:
    """A phrase whose pattern is about whole words; `before` and `after` are words separated by spaces."""
    return Phrase(
        rule,
        whole_words(pattern),
        strict=strict,
        guarded=guarded,
        before=word_set(before),
        after=word_set(after),
    )


def rules(language: str, *, automatic: Mapping[str, str], review: Mapping[str, str]) -> list[Rule]:
    """The rules of a language by their names and explanations; each automatic one gets a twin for doubtful texts."""
    found = []
    for name, explanation in automatic.items():
        rule = Rule(f"{language}.{name}", language, Band.AUTOMATIC, explanation)
        doubt = f"{explanation.removesuffix('.')}, among words that may change what is meant."
        found += [rule, Rule(rule.id + _UNSURE, language, Band.REVIEW, doubt)]
    return found + [Rule(f"{language}.{name}", language, Band.REVIEW, says) for name, says in review.items()]


def table(language: str, rows: Mapping[str, str]) -> dict[str, str]:
    """Every whole text (they are separated by |) with the rule it belongs to."""
    return {text: f"{language}.{rule}" for rule, texts in rows.items() for text in texts.split("|")}


def _clause(before: str) -> list[str]:
    """The words since the last sentence or clause ended, with the comma that ended it."""
    words = before.rpartition(" . ")[2].split()
    return words[len(words) - words[::-1].index(",") - 1 :] if "," in words else words
