"""Merge fields: the only place that puts what is known of a person into a text, as {{ first_name|default:"there" }}.

Pure.
"""

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

BUILT_IN = ("first_name", "last_name", "name", "email", "phone", "postal_code")

_FIELD = re.compile(r"\{\{(.*?)\}\}", re.DOTALL)
_INSIDE = re.compile(r"\s*([^|{}\"“”\s][^|{}\"“”]*?)\s*(?:\|\s*default\s*:\s*[\"“”](.*?)[\"“”]\s*)?", re.DOTALL)


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
    """The text for one person; a field that is empty gives its default. What is no merge field stays as it is."""

    def value(found: re.Match[str]) -> str:
        try:
            field = _read(found)
        except Unreadable:
            return found[0]
        return person.get(field.name, "").strip() or field.default

    return _FIELD.sub(value, body) if "{{" in body else body


def _read(found: re.Match[str]) -> Field:
    inside = _INSIDE.fullmatch(found[1])
    if not inside:
        raise Unreadable(f'“{found[0]}” is no merge field. Write it like {{{{ first_name|default:"there" }}}}.')
    return Field(inside[1], inside[2] or "")
