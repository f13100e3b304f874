"""A text as the rules read it: plain lower-case words, with clauses told apart. The only place that shapes one."""

import re
from collections.abc import Iterable

from shout import text

_ELISION = re.compile(r"\b([cdjlmnst]|qu)'(?=\w)")
_MASKED = re.compile(r"(?<=\w)['*]+(?=\w)|\*+")
_CLAUSE_END = re.compile(r"(?<!\d)[.!?;:…](?!\d)|[.!?;:…](?=\s)|\s[-–—|]+\s")
# What a telephone adds to a text on its last line; "the texts sent from my iPhone" are no such thing.
_SIGNATURE = re.compile(
    r"(?:(?<=[.!?|-] )|(?<!text)(?<!message)(?<!was)(?<!is)(?<!are)(?<!it)(?<!that)(?<! i)(?<!texts)(?<!messages)\s)"
    r"[-|_\s]*(?:(?:sent|envoye|enviado) (?:from|via|de|depuis|desde) (?:my |mon |mi |the |yahoo )?"
    r"(?:iphone|ipad|galaxy|samsung|android|verizon|at&t|t-mobile|mobile|phone|cell|smartphone|telephone|telefono"
    r"|celular|movil|outlook|mail|pixel|motorola|moto|lg|htc|huawei|xiaomi|blackberry|windows phone)|get outlook for)"
    r"\b.{0,40}$"
)
_NUMBER_SIGN = re.compile(r"(?<![\w#])#(?!\w)")
_STOP_SIGN = "🛑"
_STOP_SIGNS = re.compile("[🛑⛔🚫📵]{2,}")
# Shift let go too early: "Stop!1!", "STOP!!1one".
_SHOUTED = re.compile(r"![!1]*1(?:one|eleven)*(?!\w)")
_SPELT_STOP = re.compile(r"\bs\.t\.o\.p\b\.?(?!\w)|\bs[ .*_-]+t[ .*_-]+o[ .*_-]+p\b")
# "Non-stop" is one word; "non - stop" may be two, as "non stop" may.
_NON_STOP = re.compile(r"\b(non?)-stop\b")
_OPEN_NON_STOP = re.compile(r"\bnon ?- ?stop\b")
_OTHER = re.compile(r"[^\w\s.,\"]|_")
_MARK = re.compile(r'([,"]|(?<=\s)\.(?=\s))')
_STRETCHED = re.compile(r"([^\W\d_])\1\1")
_LETTER_RUN = re.compile(r"(.)\1+")
_LETTERS = "abcdefghijklmnopqrstuvwxyz"


def words(body: str) -> list[str]:
    """The words of a text without accents and apostrophes; "." ends a sentence, "," a clause, '"' opens a quotation.

    A French elision is a word of its own ("n envoyez"), an English contraction is one word ("dont"), and nothing is
    stretched, or spelt if it is STOP. A "#" by itself is a number, a row of stop signs is one, and a telephone's
    signature is nobody's words.
    """
    plain = text.unaccented(text.normalise(body))
    if _STOP_SIGNS.fullmatch(plain):
        return [_STOP_SIGN]
    plain = _spoken(_SIGNATURE.sub("", plain))
    if not plain.replace(" ", "").isalnum():
        plain = _NUMBER_SIGN.sub(" number ", _SHOUTED.sub("!", plain))
        plain = _MASKED.sub("", _ELISION.sub(r"\1 ", plain)).replace("&", " and ").replace(" + ", " mas ")
        plain = _MARK.sub(r" \1 ", _OTHER.sub(" ", _CLAUSE_END.sub(" . ", plain)))
    return [_squeezed(word) for word in plain.split()] if _STRETCHED.search(plain) else plain.split()


def misspellings(word: str, *, real_words: Iterable[str] = ()) -> set[str]:
    """What a slip of the finger makes of a word: a letter swapped, lost or doubled, or a wrong one in a long word."""
    cuts = [(word[:at], word[at:]) for at in range(len(word) + 1)]
    found = {head + tail[1] + tail[0] + tail[2:] for head, tail in cuts if len(tail) > 1}
    found |= {head + head[-1] + tail for head, tail in cuts if head}
    found |= {head + tail[1:] for head, tail in cuts if head and tail}
    if len(word) > 5:
        found |= {head + letter + tail[1:] for head, tail in cuts if tail for letter in _LETTERS}
        found |= {head + letter + tail for head, tail in cuts for letter in _LETTERS}
    return found - {word, *real_words}


def word_set(words: str) -> frozenset[str]:
    """The words, which are separated by spaces."""
    return frozenset(words.split())


def joined(words: str) -> re.Pattern[str]:
    """A pattern that finds the words, which are separated by spaces, where they are run together."""
    return re.compile("|".join(sorted(words.split(), key=len, reverse=True)))


def whole_words(pattern: str) -> re.Pattern[str]:
    """The pattern over whole words of a line whose words stand between single spaces."""
    return re.compile(f"(?<= )(?:{pattern})(?= )")


def _spoken(plain: str) -> str:
    """The text with STOP in one word, and with non-stop in as many as its writer made it."""
    return _OPEN_NON_STOP.sub("non stop", _NON_STOP.sub(r"\1stop", _SPELT_STOP.sub("stop", plain)))


def _squeezed(word: str) -> str:
    """A stretched word with every letter said once: stop for stooopp, but stoop for stoop."""
    return _LETTER_RUN.sub(r"\1", word) if _STRETCHED.search(word) else word
