"""Lists of phone numbers as people have them: the only place that reads one that was pasted or uploaded for a pack."""

import re
from collections.abc import Iterable, Iterator

from contacts import sheets

LONGEST = 10_000
_BETWEEN = re.compile(r"[,;\t|]+")
_NAMED = 10


class NotPhones(ValueError):
    """Some rows are no phone numbers; the message names them."""


def pasted(text: str) -> list[str]:
    """The phone numbers of a text with some in each row, once each, in order; raises `NotPhones`."""
    return _numbers((row, part) for row, line in enumerate(text.splitlines(), start=1) for part in _parts(line))


def uploaded(data: bytes) -> list[str]:
    """The phone numbers of a CSV or text file, once each, in order; raises `NotPhones` or `sheets.Unreadable`."""
    rows = list(sheets.rows(data))
    columns = sheets.columns([row for row in rows if any(row)][:50])
    at, header = columns.at["phone"], columns.has_header
    filled = [(number, row) for number, row in enumerate(rows, start=1) if any(row)]
    return _numbers((number, row[at] if at < len(row) else "") for number, row in filled[header:])


def _parts(line: str) -> Iterator[str]:
    """The row as a whole if it is a number, else its pieces; names beside numbers are passed over."""
    parts = [part for piece in _BETWEEN.split(line) if (part := piece.strip())]
    with_digits = [part for part in parts if any(map(str.isdigit, part))]
    yield from with_digits or parts


def _numbers(cells: Iterable[tuple[int, str]]) -> list[str]:
    found: dict[str, None] = {}
    wrong = []
    for row, cell in cells:
        try:
            found[sheets.phone(cell)] = None
        except ValueError:
            wrong.append(f"row {row} (“{cell[:40]}”)" if cell else f"row {row} (empty)")
    if wrong:
        named = ", ".join(wrong[:_NAMED]) + (f" and {len(wrong) - _NAMED:,} more" if len(wrong) > _NAMED else "")
        raise NotPhones(f"No phone number: {named}. Mend or remove them; +1 415 555 0123 is how to write one.")
    if len(found) > LONGEST:
        raise NotPhones(f"These are {len(found):,} numbers. A pack is about {LONGEST:,} at most: split the list.")
    return list(found)
