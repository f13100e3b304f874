"""CSV files as people have them: the only place that guesses encoding, delimiter and which column holds what."""

import csv
import io
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from shout import phones, text

# What the columns are called by the programs people export from, without spaces and punctuation; better ones first.
_HEADINGS = {
    "phone": "mobile mobilephone mobilenumber mobilephonenumber cell cellphone cellnumber cellphonenumber phone"
    " phonenumber phoneno telephone telephonenumber tel number contactnumber primaryphone phone1value msisdn",
    "first_name": "firstname first givenname forename fname",
    "last_name": "lastname last surname familyname lname",
    "name": "name fullname contactname displayname customername customer",
    "email": "email emailaddress mail email1value",
    "postal_code": "zip zipcode zippostalcode postalcode postcode mailingzip mailingpostalcode mailingzippostalcode"
    " homepostalcode address1postalcode billingzip shippingzip",
}
# What the download of rows to mend adds to them; not to be taken for custom fields when they come back.
ADDED = ("What to mend", "Row in the file")
_SHORTENED_BY_EXCEL = re.compile(r"\+?\d+([.,]\d+)?[eE]\+?\d+")
_EXCEL = b"PK\x03\x04"


class Unreadable(ValueError):
    """The file cannot be read as a list of people; the message says how to mend it."""


@dataclass(frozen=True, slots=True)
class Columns:
    """Column names, where phone, first_name, last_name, name, email and postal_code are, and the custom fields."""

    names: list[str]
    at: dict[str, int]
    custom: dict[int, str]
    has_header: bool


def rows(data: bytes) -> Iterator[list[str]]:
    """The rows of a CSV file, blank ones too, cells legible and trimmed; raises `Unreadable` when a line is bad."""
    content = _decoded(data)
    # Strict, since a quotation mark that is never closed would silently swallow everybody after it.
    reader = csv.reader(io.StringIO(content, newline=""), delimiter=_delimiter(content), strict=True)
    line = 1
    try:
        for row in reader:
            yield [text.legible(cell).strip().removeprefix("'") for cell in row]
            line = reader.line_num + 1
    except csv.Error as error:
        raise Unreadable(
            f"Line {line} cannot be read: a quotation mark has no partner, or a cell is too long. "
            "Mend it, or save the file again as CSV UTF-8."
        ) from error


def columns(sample: Sequence[list[str]]) -> Columns:
    """Which column holds what, from the first rows; raises `Unreadable` when no column looks like phone numbers."""
    first = next(iter(sample), [])
    at = _named(first)
    phone_at = at.get("phone", _most_like_phones(sample))
    if phone_at is None:
        raise Unreadable("No column of phone numbers was found. Call it “Phone” in the first row of the file.")
    has_header = phone_at >= len(first) or not _is_phone(first[phone_at])
    at = {"phone": phone_at} | (at if has_header else _unnamed(first, phone_at))
    names = [cell[:60] if has_header and cell else f"Column {n}" for n, cell in enumerate(first, start=1)]
    custom = {n: name for n, name in enumerate(names) if n not in at.values() and name not in ADDED}
    return Columns(names, at, custom, has_header)


def phone(cell: str) -> str:
    """The phone number in a cell; raises ValueError with how to mend it."""
    if not cell:
        raise ValueError("There is no phone number in this row. Fill it in.")
    if _SHORTENED_BY_EXCEL.fullmatch(cell):
        raise ValueError("The spreadsheet has shortened this number. Format the column as text and save it again.")
    return phones.parse(cell.removesuffix(".0"))


def postal_code(cell: str, phone: str) -> str:
    """The postal code in a cell; an American or Canadian one of four digits has lost its zero to a spreadsheet."""
    code = cell.removesuffix(".0")
    return code.zfill(5) if phone.startswith("+1") and re.fullmatch("[0-9]{4}", code) else code


def _is_phone(cell: str) -> bool:
    try:
        return bool(phone(cell))
    except ValueError:
        return False


def _named(headings: list[str]) -> dict[str, int]:
    keys = ["".join(filter(str.isalnum, text.fold(heading))) for heading in headings]
    found = {role: [keys.index(key) for key in known.split() if key in keys] for role, known in _HEADINGS.items()}
    return {role: places[0] for role, places in found.items() if places}


def _unnamed(cells: list[str], phone_at: int) -> dict[str, int]:
    others = [n for n, cell in enumerate(cells) if n != phone_at and cell]
    email = next((n for n in others if "@" in cells[n]), None)
    name = next((n for n in others if n != email), None)
    return {role: n for role, n in (("email", email), ("name", name)) if n is not None}


def _most_like_phones(sample: Sequence[list[str]]) -> int | None:
    width = max(map(len, sample), default=0)
    hits = [sum(_is_phone(row[n]) for row in sample if n < len(row)) for n in range(width)]
    return hits.index(max(hits)) if any(hits) else None


def _delimiter(content: str) -> str:
    line = content.lstrip().partition("\n")[0]
    return max(",;\t", key=line.count)


def _decoded(data: bytes) -> str:
    if data.startswith(_EXCEL):
        raise Unreadable("This is an Excel workbook. In Excel, choose Save As, then CSV UTF-8, and import that file.")
    try:
        return data.decode(_unicode(data)).replace("\x00", "")
    except UnicodeDecodeError:
        # Windows' own; the five bytes it leaves undefined become a replacement character.
        return data.decode("cp1252", errors="replace").replace("\x00", "")


def _unicode(data: bytes) -> str:
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "utf-16"
    if b"\x00" in data[:2]:
        return "utf-16-be" if data.startswith(b"\x00") else "utf-16-le"
    return "utf-8-sig"
