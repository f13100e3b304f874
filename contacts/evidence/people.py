"""What permission says of each person in a pack: the numbers and lists of one phone, with the lines that decided."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import product

from django.utils.timezone import now

from contacts import bulk, ledger, scopes
from contacts.evidence import entries
from contacts.evidence.bulk import buried
from contacts.evidence.entries import Entry
from contacts.models import ConsentEvent, Contact, Number
from contacts.standing import standing
from shout.models import Account

Kind = ConsentEvent.Kind
_STATES = {None: "open", "opted_out": "stopped", "blocked": "blocked"}


@dataclass(frozen=True, slots=True)
class OnNumber:
    """Whether one number may text the person now; `entry` decided it, if anything did."""

    number: Number
    state: str
    entry: Entry | None


@dataclass(frozen=True, slots=True)
class OnList:
    """Whether the person is on a list now, since when, and the last line about it."""

    name: str
    is_on: bool
    since: datetime | None
    entry: Entry | None


@dataclass(frozen=True, slots=True)
class Person:
    """All that a pack says of one phone; an empty phone stands for the lines that name nobody."""

    phone: str
    contact: Contact | None
    numbers: list[OnNumber]
    lists: list[OnList]
    entries: list[Entry]


def people(account: Account, phones: Sequence[str], *, until_seq: int) -> list[Person]:
    """What is known of these phones, in their order, in a dozen queries however many they are."""
    lines = list(account.consent_events.filter(phone__in=phones).order_by("seq"))
    numbers = list(account.numbers.all())
    said = bulk.standings(product([number.pk for number in numbers], phones))
    opened = _opening(account, numbers, lines)
    erased = buried(phones)
    buried_phones = {phone for _, phone in erased}
    lines += _emptied(account, lines, {one.event_seq for one in said.values()} | set(erased.values()))
    told = {entry.line.seq: entry for entry in entries.tell(account, lines)}
    about = defaultdict(list)
    for seq, entry in told.items():
        if seq <= until_seq:
            about[entry.line.phone].append(entry)
    contacts = {contact.phone: contact for contact in account.contacts.filter(phone__in=phones)}
    joined = _memberships(account, contacts.values())

    def on_number(number: Number, phone: str) -> OnNumber:
        if phone in buried_phones:
            # What they had asked for holds when they come back, which the tables of the present do not know.
            then = ledger.state_on(number, phone, now())
            return OnNumber(number, _STATES[then.refusal], told.get(then.line.seq if then.line else 0))
        one = said[number.pk, phone]
        state = "held" if one.is_held and not one.refusal else _STATES[one.refusal]
        return OnNumber(number, state, told.get(one.event_seq or opened.get((number.pk, phone), 0)))

    return [
        Person(
            phone=phone,
            contact=contacts.get(phone),
            numbers=[on_number(number, phone) for number in numbers],
            lists=_lists(about[phone], joined.get(phone, {})),
            entries=about[phone],
        )
        for phone in phones
    ]


def _opening(account: Account, numbers: Sequence[Number], lines: Iterable[ConsentEvent]) -> dict[tuple[int, str], int]:
    """By number and phone, the line that opened the one to the other, where one has."""
    scope, kinds = scopes.in_force(account), {number.pk: number.kind for number in numbers}
    about = defaultdict(list)
    for line in lines:
        about[line.phone].append(line)
    found = {
        (pk, phone): standing(hers, number_id=pk, kinds=kinds, scope=scope)
        for pk in kinds
        for phone, hers in about.items()
    }
    return {pair: said.line.seq for pair, said in found.items() if said.line and not said.refusal and not said.is_held}


def _emptied(account: Account, lines: Iterable[ConsentEvent], deciding: Iterable[int | None]) -> list[ConsentEvent]:
    """The lines that still decide, though they name nobody any more, because the person was erased."""
    missing = {seq for seq in deciding if seq} - {line.seq for line in lines}
    return list(account.consent_events.filter(seq__in=missing).order_by("seq")) if missing else []


def _memberships(account: Account, contacts: Iterable[Contact]) -> dict[str, dict[int, tuple[str, datetime]]]:
    """By phone, the lists they are on: name and since when, by the list's id."""
    found: dict[str, dict[int, tuple[str, datetime]]] = defaultdict(dict)
    rows = account.group_memberships.filter(contact__in=contacts)
    for phone, pk, name, at in rows.values_list("contact__phone", "group_id", "group__name", "joined_at"):
        found[phone][pk] = (name, at)
    return found


def _lists(about: Iterable[Entry], joined: dict[int, tuple[str, datetime]]) -> list[OnList]:
    last = {entry.line.group_ref: entry for entry in about if entry.line.kind in (Kind.JOINED, Kind.LEFT)}
    on = [OnList(name, True, at, last.get(pk)) for pk, (name, at) in joined.items()]
    off = [
        OnList(entry.line.group_name, False, entry.line.at if entry.line.kind == Kind.LEFT else None, entry)
        for pk, entry in last.items()
        if pk not in joined
    ]
    return sorted([*on, *off], key=lambda one: (not one.is_on, one.name))
