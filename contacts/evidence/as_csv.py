"""An evidence pack as CSV: one table whose first column says what a row is about."""

import csv
from collections.abc import Iterator
from datetime import datetime

from contacts.cells import harmless
from contacts.evidence.entries import Entry
from contacts.evidence.packs import About, Pack
from contacts.evidence.people import Person

COLUMNS = [
    "row", "phone", "name", "number", "list", "state", "what", "recorded_at", "asked_at", "source", "words",
    "reference", "actor", "rule", "rule_explained", "seq", "hash", "seal", "call_to_action", "shown_at", "shown_from",
    "kept_at",
]  # fmt: skip


class _Line:
    """A file that hands back what is written to it."""

    def write(self, text: str) -> str:
        return text


def stream(pack: Pack) -> Iterator[str]:
    """The file, piece by piece; its last row says that nothing is missing."""
    writer = csv.writer(_Line())
    yield "\ufeff"  # tells Excel that this is UTF-8
    yield writer.writerow(COLUMNS)
    for row in _rows(pack):
        yield writer.writerow(harmless(row.get(column, "")) for column in COLUMNS)


def _rows(pack: Pack) -> Iterator[dict[str, str]]:
    for what in _introduction(pack.about):
        yield {"row": "about", "what": what}
    for person in pack.people():
        yield from _person(person)
    yield {"row": "about", "what": f"End: {pack.about.size}."}


def _introduction(about: About) -> Iterator[str]:
    yield f"Evidence of consent: {about.business}"
    yield f"{about.selection}: {about.size}"
    yield f"Made by {about.made_by}, {_time(about.made_at)}"
    yield f"Ledger: {about.verification}"
    yield f"Head of the chain: line {about.head_seq}, {about.head_hash}"
    yield from (f"Opt-out scope: {scope}" for scope in about.scopes)


def _person(person: Person) -> Iterator[dict[str, str]]:
    who = {"phone": person.phone, "name": person.contact.name if person.contact else ""}
    for on in person.numbers:
        yield (
            who
            | _decided(on.entry)
            | {"row": "number", "number": _number(on.number.label, on.number.e164), "state": on.state}
        )
    for one in person.lists:
        state = {"row": "list", "list": one.name, "state": "on" if one.is_on else "off"}
        yield who | _decided(one.entry) | state
    for entry in person.entries:
        yield who | _entry(entry)
    if not person.entries:
        yield who | {"row": "line", "what": "No line of the ledger names this phone."}


def _decided(entry: Entry | None) -> dict[str, str]:
    return {"what": entry.sentence, "recorded_at": _time(entry.line.at), "seq": str(entry.line.seq)} if entry else {}


def _entry(entry: Entry) -> dict[str, str]:
    line, call = entry.line, entry.call
    return {
        "row": "line",
        "number": _number(entry.number, line.number_e164),
        "list": line.group_name,
        "state": line.kind,
        "what": entry.sentence,
        "recorded_at": _time(line.at),
        "asked_at": _time(line.asked_at),
        "source": line.source,
        "words": line.words,
        "reference": line.reference,
        "actor": line.actor,
        "rule": line.rule,
        "rule_explained": entry.explanation,
        "seq": str(line.seq),
        "hash": entry.hash,
        "seal": entry.seal,
        "call_to_action": call.wording if call else "",
        "shown_at": call.shown_at if call else "",
        "shown_from": _time(call.shown_from) if call else "",
        "kept_at": _time(call.created_at) if call else "",
    }


def _number(label: str, e164: str) -> str:
    return f"{label} ({e164})" if e164 else ""


def _time(at: datetime | None) -> str:
    return at.isoformat(timespec="seconds").replace("+00:00", "Z") if at else ""
