"""What people type, made comparable: the only place that normalises text (B3)."""

import re
import unicodedata
from functools import lru_cache

_QUOTES = str.maketrans(
    dict.fromkeys("\u2018\u2019\u201a\u201b\u2032\u2035\u02b9\u02bb\u02bc\u02bd\u00b4`\uff07\uff40", "'")
    | dict.fromkeys("\u201c\u201d\u201e\u201f\u2033\u2036\u00ab\u00bb\uff02", '"')
)
_SIGNATURE = re.compile(
    r"\s*(?:sent (?:from (?:my|the|yahoo|mail)|via|with|using)|get outlook for|envoyé (?:de mon|depuis|à partir)"
    r"|enviado desde (?:mi|el)) |[\s_-]*-[\s_-]*$",
    re.IGNORECASE,
)
# The invisible characters that are not of category Cf: variation selectors, grapheme joiner, Hangul and Khmer fillers.
_INVISIBLE = re.compile("[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180d\u3164\ufe00-\ufe0f\uffa0\U000e0100-\U000e01ef]")

_UNSEEN = frozenset({"Cf", "Cc", "Co", "Cs"})
_MARKS = frozenset({"Mn", "Me"})
_OUTER_OF_EMOJI = frozenset({"Pc", "Pd", "Pe", "Pf", "Pi", "Po", "Ps", "Zl", "Zp", "Zs"})
# Unassigned code points count as symbols: they are emoji younger than Python's tables.
_OUTER = _OUTER_OF_EMOJI | {"Sc", "Sk", "Sm", "So", "Cn"}

# Letters of other scripts that look like a Latin one, in the case in which they do: Greek's capital nu is an N, its
# small one a v. Cyrillic, Greek, Armenian, Cherokee, Lisu.
_LOOKALIKES = {
    ord(alike): latin
    for alikes, latins in (
        ("АВСԀЕНІӀКОРԚЅТѴУҮҺХаеоруүхсԁіӏкԛѕтѵнһ", "abcdehilkopqstvyyhxaeopyyxcdilkqstvhh"),
        ("ΑΒΕΗΙΚΝΟΡΤΥϹαεικνορτυηϲ", "abehiknoptycaeikvoptunc"),
        ("ՍՏՕԼՈՀԶՌսոօհզռ", "usolnhqnunohqn"),
        ("ᎠᎡᎢᎥᎪᎬᎻᎽᏏᎡᏢᏒᏚᏞᏟᏦᏙᏴꭰꭱꭲꭵꭺꭼꮋꮍꮟꮲꮢꮪꮮꮯꮶꮩ", "drtiaehybrprslckvbdrtiaehybprslckv"),
        ("ꓐꓑꓓꓔꓗꓚꓝꓠꓡꓢꓣꓦꓧꓬꓮꓰꓲꓴꓳ", "bpdtkcfnlsrvhyaeiuo"),
    )
    for alike, latin in zip(alikes, latins, strict=True)
}
# ꜱᴛᴏᴘ, 🅂🅃🄾🄿, 🅢🅣🅞🅟, 🆂🆃🅾🅿, 🇸🇹🇴🇵 and ŧ, by what Unicode calls them.
_NAMED_FOR_A_LETTER = re.compile(
    r"(?:LATIN (?:SMALL|CAPITAL) LETTER|LATIN LETTER SMALL CAPITAL|(?:CIRCLED|SQUARED) LATIN CAPITAL LETTER"
    r"|INDICATOR SYMBOL LETTER) (?:DOTLESS )?([A-Z])(?: WITH [A-Z -]+)?$"
)
_PARTS = re.compile(r"[^\W_]+")
# The accents that European letters take; the marks of other scripts tell their letters apart.
_ACCENTS = re.compile("[\u0300-\u036f]")
# The colours that telephones give to the people and hands among emoji.
_SKINS = re.compile("[\U0001f3fb-\U0001f3ff]")
_CONTROLS = re.compile("[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f]+")

# What turns the direction of writing, also of what stands after it on a page.
_TURNS = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")


def normalise(text: str) -> str:
    """The comparable form of a text or a trigger word; idempotent.

    Unicode NFKC, invisible characters removed, quotes and dashes unified, casefolded, outer punctuation and symbols
    stripped, spaces collapsed, a trailing "Sent from my …" line ignored. A text of emoji alone keeps its emoji, without
    the colour of their skin, unless there is nothing but colours.
    """
    return _key(_SKINS.sub("", text)) or _key(text)


def _key(text: str) -> str:
    # Quotes first, since NFKC takes the acute accent that people type for an apostrophe apart; and again, since it
    # makes some.
    text = unsigned(text).translate(_QUOTES)
    if text.isascii():
        text = _CONTROLS.sub("", text).lower()
    else:
        text = _folded(text).translate(_QUOTES)
        text = "".join("-" if unicodedata.category(char) == "Pd" else char for char in text)
    text = " ".join(text.split())
    return _strip(text, _OUTER) or _strip(text, _OUTER_OF_EMOJI).replace(" ", "")


def skeleton(text: str, *, drop_symbols: bool = False) -> list[str]:
    """The words that a text looks like to somebody who reads Latin letters: what a keyword in disguise is told by.

    Lower case, without accents, whatever script, circle or flag a letter was taken from, split at everything that is
    neither letter nor digit. Symbols that hold a letter count as it, unless they are dropped as decoration. Never
    compare people's own words by it, since it takes words of other scripts apart.
    """
    text = _CONTROLS.sub("", unsigned(text))
    if text.isascii():
        return _PARTS.findall(text.lower())
    if drop_symbols:
        text = "".join(" " if unicodedata.category(char) == "So" or char == "ℹ" else char for char in text)
    return _PARTS.findall("".join(_latin(char) for char in text).lower())


@lru_cache(maxsize=4096)
def _latin(char: str) -> str:
    """The Latin letters that a character looks like, or itself; nothing for what cannot be seen or stands on others."""
    if char.isspace():
        return " "
    if (plain := char.translate(_LOOKALIKES)) != char:
        return plain
    kept = [part for part in unicodedata.normalize("NFKD", char) if unicodedata.category(part) not in _UNSEEN | _MARKS]
    return "".join(
        named[1]
        if (named := _NAMED_FOR_A_LETTER.search(unicodedata.name(part.lower()[0], "")))
        else part.translate(_LOOKALIKES)
        for part in kept
        if not _INVISIBLE.match(part)
    )


def plain(text: str) -> str:
    """A text in plain characters and one line, for what is read exactly, like a number: NFKC, without what cannot be
    seen and the lines that a telephone adds, quotes and dashes unified. Case and punctuation stay.
    """
    text = _visible(unicodedata.normalize("NFKC", unsigned(text).translate(_QUOTES))).translate(_QUOTES)
    return " ".join(
        "".join("-" if char == "\u2212" or unicodedata.category(char) == "Pd" else char for char in text).split()
    )


def fold(name: str) -> str:
    """The form in which two names of groups or tags count as the same: spaces and case do not matter."""
    return " ".join(_folded(name).split())


def unaccented(text: str) -> str:
    """The text without the accents on its letters."""
    if text.isascii():
        return text
    return unicodedata.normalize("NFC", _ACCENTS.sub("", unicodedata.normalize("NFKD", text)))


def clean(text: str) -> str:
    """A text fit for PostgreSQL and for a carrier: without NUL and lone surrogates, otherwise as it was."""
    return text.replace("\x00", "").encode("utf-8", "ignore").decode()


def legible(text: str) -> str:
    """What somebody says of a person, fit for any page: clean, without control characters, and without those that turn
    the direction of writing. Line breaks stay."""
    return clean(_TURNS.sub("", _CONTROLS.sub("", text)))


def words(normalised: str) -> list[str]:
    """The words of a normalised text, each without the punctuation around it."""
    return [_strip(word, _OUTER) or word for word in normalised.split(" ")]


def unsigned(text: str) -> str:
    """The text without the last lines that a telephone put there."""
    lines = text.rstrip().splitlines()
    count = len(lines)
    while count > 1 and (not lines[count - 1].strip() or _SIGNATURE.match(lines[count - 1])):
        count -= 1
    return text if count == len(lines) else "\n".join(lines[:count])


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
