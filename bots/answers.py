"""What counts as an answer to a question, and the form in which it is kept. Pure."""

import re
from datetime import UTC, date, datetime

from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from bots.models import Action

_NUMBER = re.compile(r"[-+]?\d{1,15}(?:[.,]\d{1,6})?", re.ASCII)
_ZIP = re.compile(r"\d{5}(?:-\d{4})?", re.ASCII)
_DATES = ("%Y-%m-%d", "%m/%d/%Y", "%m/%d/%y", "%m-%d-%Y", "%d.%m.%Y", "%B %d %Y", "%b %d %Y", "%d %B %Y", "%d %b %Y")
_LONGEST = 500


def read(kind: str, text: str) -> str | None:
    """The answer that a text gives to a question of this kind (Action.Answer), or None if it gives none.

    Dates become 2030-01-31; a number keeps its digits; any other text is kept up to 500 characters.
    """
    said = " ".join(text.split())
    match kind:
        case Action.Answer.NUMBER:
            found = said.replace(" ", "")
            return found.replace(",", ".") if _NUMBER.fullmatch(found) else None
        case Action.Answer.DATE:
            day = _date(said)
            return day.isoformat() if day else None
        case Action.Answer.EMAIL:
            return said if _is_email(said) else None
        case Action.Answer.ZIP:
            return said if _ZIP.fullmatch(said) else None
    return said[:_LONGEST] or None


def _date(said: str) -> date | None:
    plain = said.replace(",", " ").strip(" .")
    for form in _DATES:
        try:
            return datetime.strptime(" ".join(plain.split()), form).replace(tzinfo=UTC).date()
        except ValueError:
            continue
    return None


def _is_email(said: str) -> bool:
    try:
        validate_email(said)
    except ValidationError:
        return False
    return len(said) <= 254
