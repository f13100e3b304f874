"""Merge fields: the only place that puts what is known of a person into a text, as {{ first_name|default:"there" }}.

Pure.
"""

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

# What a carrier takes in one text, in characters.
LONGEST = 1600
BUILT_IN = ("first_name", "last_name", "name", "email", "phone", "postal_code")

_FIELD = re.compile(r"\{\{(.*?)\}\}", re.DOTALL)
_INSIDE = re.compile(r"\s*([^|{}\"“”\s][^|{}\"“”]*?)\s*(?:\|\s*default\s*:\s*[\"“”](.*?)[\"“”]\s*)?", re.DOTALL)

# What belongs to the character before it: marks, joiners, selectors, skin tones.
_BELONGS = re.compile("[\u0300-\u036f\u200d\u20e3\ufe00-\ufe0f\U0001f3fb-\U0001f3ff]")


class Unreadable(ValueError):
    """What stands between the braces is no merge field; its words say how to write one."""


@dataclass(frozen=True, slots=True)
class Field:
    """One merge field of a text: what it names, and what stands in when that is empty."""

    name: str
    default: str


def fields(body: str) -> Iterator[Field]:
    """The merge fields of a text in order; raises `Unreadable`."""
    for found in _FIELD.finditer(body):
        yield _read(found)
    if "{{" in _FIELD.sub("", body):
        raise Unreadable('Close each merge field with two braces, like {{ first_name|default:"there" }}.')


def unknown(body: str, known: Collection[str]) -> list[str]:
    """The names of merge fields that no contact has; raises `Unreadable`."""
    return [field.name for field in fields(body) if field.name not in known]


def render(body: str, person: Mapping[str, str]) -> str:
    """The text for one person; a field that is empty gives its default. What is no merge field stays as it is.

    Where the whole would be longer than a carrier takes, what is merged is cut, so that the end of the text, which may
    say how to stop, is always there.
    """
    room = LONGEST - len(_FIELD.sub("", body))

    def value(found: re.Match[str]) -> str:
        nonlocal room
        try:
            field = _read(found)
        except Unreadable:
            return found[0]
        said = _cut(person.get(field.name, "").strip() or field.default, room)
        room -= len(said)
        return said

    return _FIELD.sub(value, body) if "{{" in body else body


def _cut(said: str, room: int) -> str:
    """As much of a value as there is room for, in whole characters."""
    end = max(0, min(room, len(said)))
    while 0 < end < len(said) and (_BELONGS.match(said[end]) or said[end - 1] == "\u200d"):
        end -= 1
    return said[:end]


def _read(found: re.Match[str]) -> Field:
    inside = _INSIDE.fullmatch(found[1])
    if not inside:
        raise Unreadable(f'“{found[0]}” is no merge field. Write it like {{{{ first_name|default:"there" }}}}.')
    return Field(inside[1], inside[2] or "")
