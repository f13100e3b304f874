"""Text on paper: the only place that gives a PDF its letters, whatever their script and direction, and loses none."""

import unicodedata
from collections.abc import Iterator
from functools import cache, lru_cache
from pathlib import Path

from arabic_reshaper import ArabicReshaper
from bidi import get_display
from reportlab.pdfbase.pdfmetrics import registerFont, stringWidth
from reportlab.pdfbase.ttfonts import TTFont

_FOLDER = Path(__file__).parent / "fonts"
REGULAR, BOLD = "DejaVuSans", "DejaVuSans-Bold"
_FROM_RIGHT_TO_LEFT = frozenset({"R", "AL", "RLE", "RLO", "RLI"})
# The one joined form of its that the fonts do not have.
_ARABIC = ArabicReshaper(configuration={"ARABIC LIGATURE ALLAH": False})


@cache
def glyphs() -> frozenset[int]:
    """The characters that both fonts can write; the first call makes the fonts known."""
    fonts = [TTFont(name, str(_FOLDER / f"{name}.ttf")) for name in (REGULAR, BOLD)]
    for font in fonts:
        registerFont(font)
    # Beyond the basic plane the library writes the letter, and another one for whoever copies or searches it.
    return frozenset.intersection(*(frozenset(font.face.charToGlyph) for font in fonts)) & frozenset(range(0x10000))


def lines(text: str, font: str, size: float, *, width: float) -> Iterator[str]:
    """The text broken into lines of at most `width` points, each in the order in which it is drawn from the left."""
    space = stringWidth(" ", font, size)
    for paragraph in _writable(text).splitlines() or [""]:
        line: list[str] = []
        used = 0.0
        for word in _words(paragraph, font, size, width=width):
            needs = stringWidth(word, font, size)
            if line and used + space + needs > width:
                yield _drawn(" ".join(line))
                line, used = [], 0.0
            used += needs + (space if line else 0.0)
            line.append(word)
        yield _drawn(" ".join(line))


def _words(paragraph: str, font: str, size: float, *, width: float) -> Iterator[str]:
    """Words, and the pieces of those that are longer than a line."""
    for word in paragraph.split():
        while stringWidth(word, font, size) > width:
            fits = max(1, int(len(word) * width / stringWidth(word, font, size)))
            while fits > 1 and stringWidth(word[:fits], font, size) > width:
                fits -= 1
            yield word[:fits]
            word = word[fits:]
        yield word


def _writable(text: str) -> str:
    """The text in characters that the fonts have; others by their names in brackets."""
    if not text.isascii() and any("\u0600" <= char <= "\u06ff" for char in text):
        text = _ARABIC.reshape(text)
    return "".join(map(_letter, text))


@lru_cache(maxsize=5000)
def _letter(char: str) -> str:
    if char == "\n":
        return char
    if char.isspace():
        return " "
    # Joiners, marks of direction and variation selectors only change how their neighbours look.
    if unicodedata.category(char) == "Cf" or "\ufe00" <= char <= "\ufe0f":
        return ""
    if ord(char) in glyphs():
        return char
    name = unicodedata.name(char, "")
    has_name = name and not name.endswith(f"{ord(char):X}")
    return f"[{name.lower()}]" if has_name else f"[U+{ord(char):04X}]"


def _drawn(line: str) -> str:
    if any(unicodedata.bidirectional(char) in _FROM_RIGHT_TO_LEFT for char in line if char > "\u0590"):
        return str(get_display(line, base_dir="L"))
    return line
