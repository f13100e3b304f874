"""An evidence pack as JSON, for programs; docs/evidence.md says what each field means."""

import json
from collections.abc import Iterator
from dataclasses import asdict
from datetime import datetime
from typing import Any

from contacts.evidence.entries import Entry
from contacts.evidence.packs import Pack
from contacts.evidence.people import OnList, OnNumber, Person


def stream(pack: Pack) -> Iterator[str]:
    """The document, piece by piece; one that was cut off is no JSON."""
    about = asdict(pack.about) | {"account_id": pack.account.pk, "verification": pack.about.verification, "format": 1}
    yield f'{{"about": {_text(about)},\n"people": ['
    before = "\n"
    for person in pack.people():
        yield before + _text(_person(person))
        before = ",\n"
    yield "\n]}\n"


def _text(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, default=_time)


def _time(at: datetime) -> str:
    return at.isoformat().replace("+00:00", "Z")


def _person(person: Person) -> dict[str, Any]:
    return {
        "phone": person.phone,
        "contact": {"id": person.contact.pk, "name": person.contact.name} if person.contact else None,
        "numbers": [_on_number(on) for on in person.numbers],
        "lists": [_on_list(on) for on in person.lists],
        "lines": [_line(entry) for entry in person.entries],
    }


def _on_number(on: OnNumber) -> dict[str, Any]:
    number = {"label": on.number.label, "phone": on.number.e164, "kind": on.number.kind}
    return {"number": number, "state": on.state} | _decided(on.entry)


def _on_list(on: OnList) -> dict[str, Any]:
    return {"list": on.name, "is_on": on.is_on, "joined_at": on.since if on.is_on else None} | _decided(on.entry)


def _decided(entry: Entry | None) -> dict[str, Any]:
    if not entry:
        return {"since": None, "seq": None, "what": ""}
    return {"since": entry.line.at, "seq": entry.line.seq, "what": entry.sentence}


def _line(entry: Entry) -> dict[str, Any]:
    line, call = entry.line, entry.call
    return {
        "seq": line.seq,
        "kind": line.kind,
        "what": entry.sentence,
        "recorded_at": line.at,
        "asked_at": line.asked_at,
        "number": line.number_ref and {"id": line.number_ref, "label": entry.number, "phone": line.number_e164},
        "list": line.group_ref and {"id": line.group_ref, "name": line.group_name},
        "source": line.source,
        "words": line.words,
        "reference": line.reference,
        "actor": line.actor,
        "rule": {"id": line.rule, "explanation": entry.explanation} if line.rule else None,
        "is_emptied": entry.is_emptied,
        "hash": entry.hash,
        "seal": entry.seal,
        "salt": bytes(line.salt).hex(),
        "call_to_action": call
        and {
            "wording": call.wording,
            "shown_at": call.shown_at,
            "shown_from": call.shown_from,
            "kept_at": call.created_at,
        },
    }
