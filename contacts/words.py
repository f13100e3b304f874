"""Universal keywords: the words that belong to the carrier and the law, never to a bot (P3-P6). Pure."""

import re
import string
from collections.abc import Collection
from enum import StrEnum

from shout import text


class Universal(StrEnum):
    """What a universal keyword asks for."""

    STOP = "stop"
    START = "start"
    HELP = "help"


# 47 CFR 64.1200(a)(10) names stop, quit, end, revoke, opt out, cancel and unsubscribe; the rest are the carriers'.
STOP_WORDS = frozenset(
    [
        "stop",
        "stopall",
        "stop all",
        "unsubscribe",
        "cancel",
        "end",
        "quit",
        "revoke",
        "optout",
        "opt out",
        "opt-out",
        "stop-all",
    ],
)
START_WORDS = frozenset({"start", "unstop"})
# Carriers take YES for START on local lines, and only from somebody who has stopped (P4); otherwise bots may own it.
YES = "yes"
HELP_WORDS = frozenset({"help", "info"})
RESERVED = STOP_WORDS | START_WORDS | HELP_WORDS

_WORDS = (
    dict.fromkeys((word.replace("-", " ") for word in STOP_WORDS), Universal.STOP)
    | dict.fromkeys(START_WORDS, Universal.START)
    | dict.fromkeys(HELP_WORDS, Universal.HELP)
)
_LONGEST = max(map(len, _WORDS))
# Signs that stand for an S beside Latin letters; of Greek ones alone, ΣΤΟΡ is a window blind.
_LIKE_S = str.maketrans("$＄Σ", "sss")
_LATIN = re.compile("[a-z]", re.IGNORECASE | re.ASCII)
_DIGIT = re.compile(r"\d")

# What a carrier acts on by itself, by the line: only the bare word in the whole text, in any case.
_LONG_CODE = {
    Universal.STOP: frozenset({"stop", "stopall", "unsubscribe", "cancel", "end", "quit", "revoke", "optout"}),
    Universal.START: frozenset({"start", "yes", "unstop"}),
    Universal.HELP: HELP_WORDS,
}
_CARRIERS_WORDS = {
    "local": _LONG_CODE,
    "short_code": _LONG_CODE,
    "toll_free": {
        Universal.STOP: frozenset({"stop"}),
        Universal.START: frozenset({"start", "unstop"}),
        Universal.HELP: HELP_WORDS,
    },
}


def classify(
    body: str, *, is_local_line: bool, has_stopped: bool, own_stop_words: Collection[str] = ()
) -> Universal | None:
    """The universal keyword that a text is, or None. The whole text has to be the word, however it is dressed up.

    `own_stop_words` are the account's, normalised; they come last, so that they cannot take START or HELP away.
    """
    found = _find(body, own_stop_words)
    if found == YES:
        return Universal.START if is_local_line and has_stopped else None
    return None if found is None else Universal(found)


def may_be_universal(body: str, own_stop_words: Collection[str] = ()) -> bool:
    """Whether a text could be a universal keyword on some line: tells if a lookup is worth while."""
    return _find(body, own_stop_words) is not None


def carrier_knows(body: str, word: Universal, *, line: str) -> bool:
    """Whether the carrier itself takes this raw text for the word, and therefore confirms it.

    `line` is a value of Number.Line; no carrier stands behind an in-app line.
    """
    bare = body.strip(string.whitespace)
    return bare.isascii() and bare.lower() in _CARRIERS_WORDS.get(line, {}).get(word, ())


def _find(body: str, own_stop_words: Collection[str]) -> str | None:
    readings = [text.skeleton(body)]
    if not body.isascii():
        readings.append(text.skeleton(body, drop_symbols=True))
    for parts in readings:
        if parts == [YES]:
            return YES
        if (word := _WORDS.get(_once(parts))) is not None:
            return word
    if _stops_with_a_sign(body):
        return Universal.STOP
    if own_stop_words:
        own = {*own_stop_words, *map(text.unaccented, own_stop_words)}
        # The looks of a text count only where they are Latin: in other scripts the marks they leave out matter.
        looks = filter(str.isascii, map(_once, readings))
        return None if own.isdisjoint([*_own_forms(body), *looks]) else Universal.STOP
    return None


def _stops_with_a_sign(body: str) -> bool:
    """Whether it is a word for STOP written with a sign for its S: $TOP. No sign makes a START."""
    spelt = body.translate(_LIKE_S)
    if spelt == body or not _LATIN.search(body):
        return False
    return _WORDS.get(_once(text.skeleton(spelt, drop_symbols=True))) == Universal.STOP


def _own_forms(body: str) -> list[str]:
    """What a text may be compared as with an account's own words: as it is, without accents, and said once."""
    said = text.normalise(body)
    plain = text.unaccented(said)
    forms = [said, plain, _once(text.words(plain))]
    if plain.upper() == plain.lower() and not _DIGIT.search(plain):
        # Emoji, and scripts without capitals, which put no space between words.
        forms.append("".join(_unit(list(plain))))
    return forms


def _once(parts: list[str]) -> str:
    """What the parts say, said once: STOP for STOP STOP and for S T O P."""
    spelt = len(parts) > 1 and max(map(len, parts)) == 1
    return ("" if spelt else " ").join(_unit(parts))


def _unit(parts: list[str]) -> list[str]:
    """The shortest list that yields the parts when it is repeated."""
    for length in range(1, min(len(parts) // 2, _LONGEST) + 1):
        if parts == parts[:length] * (len(parts) // length):
            return parts[:length]
    return parts
