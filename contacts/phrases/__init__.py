"""Phrases: plain language that asks for silence, told by fixed rules in three languages (P8). Pure.

The words of the law and the carriers come first, in contacts.words; what is read here is everything else.
"""

from contacts.phrases import english, french, spanish
from contacts.phrases.engine import Band, Reading, Rule
from contacts.phrases.form import words

__all__ = ["RULES", "Band", "Reading", "Rule", "read", "rule"]

_LANGUAGES = (english.LANGUAGE, spanish.LANGUAGE, french.LANGUAGE)
RULES = tuple(rule for language in _LANGUAGES for rule in language.rules)
_BY_ID = {rule.id: rule for rule in RULES}


def read(body: str) -> Reading | None:
    """What a text asks for, or None for an ordinary one."""
    said = words(body)
    found = [_BY_ID[id] for language in _LANGUAGES if (id := language.read(said))]
    first = min(found, key=lambda rule: rule.band, default=None)
    return Reading(first.band, first.id) if first else None


def rule(id: str) -> Rule:
    """The rule of this id; KeyError if there is none."""
    return _BY_ID[id]
