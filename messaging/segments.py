"""How many segments a text takes: the only place that counts as carriers do (M7). Pure."""

from dataclasses import dataclass

# The default alphabet of GSM 03.38, and the characters of its extension table, which are sent behind an escape.
_BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_EXTENSION = frozenset("\f^{}\\[~]|€")
_GSM_7 = _BASIC | _EXTENSION


@dataclass(frozen=True)
class Segments:
    """What a text takes: `units` are septets in GSM-7 and UTF-16 code units in UCS-2.

    `forcing` holds the characters that GSM-7 lacks, each once, in the order of the text.
    """

    encoding: str
    units: int
    segments: int
    per_segment: int
    forcing: tuple[str, ...]


def count(text: str) -> Segments:
    """Count `text`; a text without a word, such as one with only media, takes one segment."""
    forcing = tuple(dict.fromkeys(char for char in text if char not in _GSM_7))
    if forcing:
        encoding, alone, joined = "UCS-2", 70, 67
        widths = [1 if char <= "\uffff" else 2 for char in text]
    else:
        encoding, alone, joined = "GSM-7", 160, 153
        widths = [2 if char in _EXTENSION else 1 for char in text]
    units = sum(widths)
    if units <= alone:
        return Segments(encoding, units, 1, alone, forcing)
    return Segments(encoding, units, _fill(widths, joined), joined, forcing)


def _fill(widths: list[int], room: int) -> int:
    """How many segments of `room` units the characters fill, when none may lie across a boundary."""
    segments, left = 1, room
    for width in widths:
        if width > left:
            segments, left = segments + 1, room
        left -= width
    return segments
