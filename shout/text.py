"""What people type, made comparable: the only place that normalises text (B3)."""

import re
import unicodedata

_QUOTES = str.maketrans(
    dict.fromkeys("\u2018\u2019\u201a\u201b\u2032\u2035\u02b9\u02bb\u02bc\u02bd\u00b4`\uff07\uff40", "'")
    | dict.fromkeys("\u201c\u201d\u201e\u201f\u2033\u2036\u00ab\u00bb\uff02", '"')
)
_SIGNATURE = re.compile(r"\s*(sent from my|sent from the|get outlook for) ", re.IGNORECASE)
# The invisible characters that are not of category Cf: variation selectors, grapheme joiner, Hangul and Khmer fillers.
_INVISIBLE = re.compile("[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180d\u3164\ufe00-\ufe0f\uffa0\U000e0100-\U000e01ef]")

_UNSEEN = frozenset({"Cf", "Cc", "Co", "Cs"})
_OUTER_OF_EMOJI = frozenset({"Pc", "Pd", "Pe", "Pf", "Pi", "Po", "Ps", "Zl", "Zp", "Zs"})
# Unassigned code points count as symbols: they are emoji younger than Python's tables.
_OUTER = _OUTER_OF_EMOJI | {"Sc", "Sk", "Sm", "So", "Cn"}


def normalise(text: str) -> str:
    """The comparable form of a text or a trigger word; idempotent.

    Unicode NFKC, invisible characters removed, quotes and dashes unified, casefolded, outer punctuation and symbols
    stripped, spaces collapsed, a trailing "Sent from my …" line ignored. A text of emoji alone keeps its emoji.
    """
    # Quotes first, since NFKC takes the acute accent that people type for an apostrophe apart; and again, since it
    # makes some.
    text = _folded(_unsigned(text).translate(_QUOTES)).translate(_QUOTES)
    text = "".join("-" if unicodedata.category(char) == "Pd" else char for char in text)
    text = " ".join(text.split())
    return _strip(text, _OUTER) or _strip(text, _OUTER_OF_EMOJI).replace(" ", "")


def fold(name: str) -> str:
    """The form in which two names of groups or tags count as the same: spaces and case do not matter."""
    return " ".join(_folded(name).split())


def clean(text: str) -> str:
    """A text fit for PostgreSQL and for a carrier: without NUL and lone surrogates, otherwise as it was."""
    return text.replace("\x00", "").encode("utf-8", "ignore").decode()


def words(normalised: str) -> list[str]:
    """The words of a normalised text, each without the punctuation around it."""
    return [_strip(word, _OUTER) or word for word in normalised.split(" ")]


def _unsigned(text: str) -> str:
    """The text without the last line, if that was put there by a telephone."""
    lines = text.rstrip().splitlines()
    return "\n".join(lines[:-1]) if len(lines) > 1 and _SIGNATURE.match(lines[-1]) else text


def _folded(text: str) -> str:
    """The visible characters in one form whatever their case and width."""
    text = _visible(unicodedata.normalize("NFKC", text))
    # Casefolding can undo the composition (U+0345), and composing again can yield something to fold.
    text = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text.casefold()).casefold())
    return _visible(text)


def _visible(text: str) -> str:
    text = _INVISIBLE.sub("", text)
    return "".join(char for char in text if char.isspace() or unicodedata.category(char) not in _UNSEEN)


def _strip(text: str, outer: frozenset[str]) -> str:
    start, end = 0, len(text)
    while start < end and unicodedata.category(text[start]) in outer:
        start += 1
    while end > start and unicodedata.category(text[end - 1]) in outer:
        end -= 1
    return text[start:end]
