"""What counts as an answer to a question, and the form in which it is kept. Pure, but for the year that it is."""

import re
from datetime import UTC, date, datetime

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.timezone import now

from bots.models import Action
from shout import text

# As in the United States: commas part thousands, a full stop comes before the fraction.
_NUMBER = re.compile(r"([-+]?)\$? ?(\d{1,3}(?:[, ]\d{3}){1,4}|\d{1,15}|(?=\.\d))(\.\d{1,6})?", re.ASCII)
_ZIP = re.compile(r"\d{5}(?:-\d{4})?", re.ASCII)
_DATES = ("%Y-%m-%d", "%m/%d/%Y", "%m-%d-%Y", "%d.%m.%Y", "%B %d %Y", "%b %d %Y", "%d %B %Y", "%d %b %Y")
_SHORT_DATES = ("%m/%d/%y", "%m-%d-%y")
_YEARS_AHEAD = 10
_ORDINAL = re.compile(r"(?<=\d)(?:st|nd|rd|th)\b")
_OUTER = r"[^\w+$.-]"
_AROUND = re.compile(rf"^(?:{_OUTER}|\.(?!\d))+|(?:{_OUTER}|\.)+$")
_LONGEST = 500


def read(kind: str, said: str) -> str | None:
    """The answer that a text gives to a question of this kind (Action.Answer), or None if it gives none.

    Any text is kept as it was written, up to 500 characters. For the other kinds quotes, emoji and punctuation around
    the answer do not count. Dates become 2030-01-31, numbers 1234.5; a year of two digits is the latest that is at
    most ten years ahead.
    """
    plain = text.plain(said)
    bare = _AROUND.sub("", plain)
    match kind:
        case Action.Answer.NUMBER:
            return _number(bare)
        case Action.Answer.DATE:
            day = _date(bare)
            return day.isoformat() if day else None
        case Action.Answer.EMAIL:
            return bare if _is_email(bare) else None
        case Action.Answer.ZIP:
            return bare if _ZIP.fullmatch(bare) else None
    return " ".join(text.unsigned(said).split())[:_LONGEST] if plain else None


def _number(bare: str) -> str | None:
    if not (found := _NUMBER.fullmatch(bare)):
        return None
    sign, whole, fraction = found.groups("")
    return f"{sign.strip('+')}{whole.replace(',', '').replace(' ', '') or '0'}{fraction}"


def _date(bare: str) -> date | None:
    words = re.sub(r"(?<=[a-z])\.|,|\b(?:the|of)\b", " ", _ORDINAL.sub("", bare.lower()))
    plain = re.sub(r"\bsept\b", "sep", " ".join(words.split()))
    for form in (*_DATES, *_SHORT_DATES):
        try:
            day = datetime.strptime(plain, form).replace(tzinfo=UTC).date()
            return _in_reach(day) if form in _SHORT_DATES else day
        except ValueError:
            continue
    return None


def _in_reach(day: date) -> date:
    latest = now().year + _YEARS_AHEAD
    return day.replace(year=latest - (latest - day.year) % 100)


def _is_email(said: str) -> bool:
    try:
        validate_email(said)
    except ValidationError:
        return False
    return len(said) <= 254
