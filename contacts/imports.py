"""Files of contacts: the only place that turns what people export from elsewhere into contacts."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from itertools import chain, islice
from operator import attrgetter
from typing import NamedTuple

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction

from contacts import bulk, places, sheets
from contacts.models import Group, Import
from contacts.sheets import Columns, Unreadable
from shout.models import Account, User

MAX_BYTES = 10 * 1024 * 1024
MAX_ROWS = 100_000
_SAMPLE = 20
_LIMITS = {
    "first_name": ("first name", 100),
    "last_name": ("last name", 100),
    "email": ("e-mail address", 254),
    "postal_code": ("postal code", 12),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """A row that can be imported; `row` counts from 1 as a spreadsheet does. Empty means that the file does not say."""

    row: int
    phone: str
    first_name: str = ""
    last_name: str = ""
    email: str = ""
    postal_code: str = ""
    fields: dict[str, str] = field(default_factory=dict)

    def updated_by(self, later: "Person") -> "Person":
        """This person with what a later row for the same phone number says."""
        return replace(
            later,
            first_name=later.first_name or self.first_name,
            last_name=later.last_name or self.last_name,
            email=later.email or self.email,
            postal_code=later.postal_code or self.postal_code,
            fields=self.fields | later.fields,
        )


class RowError(NamedTuple):
    """A row that somebody has to look at: why, and its cells, each after the name of its column."""

    row: int
    error: str
    cells: list[tuple[str, str]]


@dataclass(slots=True)
class Reading:
    """What a file says: people by phone number, how many rows it has, and the rows to look at."""

    people: dict[str, Person] = field(default_factory=dict)
    rows: int = 0
    errors: list[RowError] = field(default_factory=list)


def bring_in(
    *, account: Account, by: User, file_name: str, data: bytes, consent_source: str, group: Group | None = None
) -> Import:
    """Add and update the people in a CSV file, and put them on `group`; raises `Unreadable` with nothing written.

    Lifts no opt-out and no block, moves no earlier joining date, empties no field, and puts nobody back on a list that
    they have left. Importing the same file again changes nothing.
    """
    reading = read(data)
    joined = 0
    with transaction.atomic():
        with bulk.staged(_staging(reading.people.values())):
            created, updated = bulk.upsert_staged(account.pk)
            if group:
                reading.errors += _not_put_back(reading, bulk.unstage_who_left(group), group)
                joined = bulk.join_staged(group, words=consent_source, reference=file_name, actor=by.email)
        return Import.objects.create(
            account=account,
            imported_by=by,
            file_name=file_name,
            consent_source=consent_source,
            group=group,
            rows=reading.rows,
            created=created,
            updated=updated,
            joined=joined,
            errors=[error._asdict() for error in sorted(reading.errors, key=attrgetter("row"))],
        )


def read(data: bytes) -> Reading:
    """Read a CSV file; rows for one phone number become one person, the later row winning where they differ."""
    rows = sheets.rows(data)
    sample = list(islice(rows, _SAMPLE))
    columns = sheets.columns(sample)
    reading = Reading()
    for number, cells in enumerate(chain(sample, rows), start=1):
        if any(cells) and not (number == 1 and columns.has_header):
            reading.rows += 1
            _take(reading, number, cells, columns=columns)
        if reading.rows > MAX_ROWS:
            raise Unreadable(f"This file has more than {MAX_ROWS:,} rows. Split it, and import one part after another.")
    if not reading.rows:
        raise Unreadable("There is nobody in this file. Choose one with a row for each person.")
    return reading


def _take(reading: Reading, number: int, cells: list[str], *, columns: Columns) -> None:
    try:
        person = _person(number, cells, columns)
    except ValueError as error:
        reading.errors.append(RowError(number, str(error), list(zip(columns.names, cells, strict=False))))
        return
    known = reading.people.get(person.phone)
    reading.people[person.phone] = known.updated_by(person) if known else person


def _person(number: int, cells: list[str], columns: Columns) -> Person:
    said = {role: cells[at] for role, at in columns.at.items() if at < len(cells)}
    first, last = _split(said.get("name", ""))
    phone = sheets.phone(said.get("phone", ""))
    person = Person(
        row=number,
        phone=phone,
        first_name=said.get("first_name") or first,
        last_name=said.get("last_name") or last,
        email=said.get("email", ""),
        postal_code=sheets.postal_code(said.get("postal_code", ""), phone),
        fields={name: cells[at] for at, name in columns.custom.items() if at < len(cells) and cells[at]},
    )
    for role, (words, limit) in _LIMITS.items():
        if len(getattr(person, role)) > limit:
            raise ValueError(f"The {words} is longer than {limit} characters. Shorten it.")
    _check_email(person.email)
    return person


def _check_email(email: str) -> None:
    try:
        if email:
            validate_email(email)
    except ValidationError:
        raise ValueError(f"“{email}” is not an e-mail address. Write it like ana@example.com, or clear it.") from None


def _split(name: str) -> tuple[str, str]:
    if "," in name:
        last, _, first = name.partition(",")
    else:
        first, _, last = name.partition(" ")
    return first.strip(), last.strip()


def _staging(people: Iterable[Person]) -> Iterator[tuple[object, ...]]:
    for person in people:
        fields = json.dumps(person.fields, ensure_ascii=False)
        place, is_sure = _place(person)
        names = person.first_name, person.last_name, person.email
        yield person.row, person.phone, person.postal_code, place, is_sure, *names, fields


def _place(person: Person) -> tuple[str, bool]:
    """Where the file says that a person is, and whether it says so against what the carrier may have said."""
    if not person.postal_code:
        return places.place_of(person.phone), False
    ignored, also_ignored = (
        places.place_of(person.phone, postal_code=person.postal_code, carrier_state=state) for state in ("AK", "HI")
    )
    return places.place_of(person.phone, postal_code=person.postal_code), ignored == also_ignored


def _not_put_back(reading: Reading, phones: Iterable[str], group: Group) -> Iterator[RowError]:
    why = f"Imported, but not put on {group}: they have left it. Have they agreed again? Add them on their own page."
    for person in map(reading.people.__getitem__, phones):
        cells = [("Phone", person.phone), ("First name", person.first_name), ("Last name", person.last_name)]
        yield RowError(person.row, why, cells)
