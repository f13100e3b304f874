"""What the fragments of a contact's profile show: permission by number, lists, labels, and who it is."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from contacts import bulk, scopes, wording
from contacts.models import ConsentEvent, Contact, Group, Number, ScopePolicy
from shout.models import Account
from shout.templatetags.ui import brief_time

Kind = ConsentEvent.Kind

_STATES = {"opted_out": "stopped", "blocked": "blocked"}
_OPENING: dict[str, str] = {
    Kind.OPTED_IN: "Opted in",
    Kind.WITHDRAWN: "Opt-out taken back",
    Kind.RELEASED: "Released",
}
_SCOPES: dict[str, str] = {
    ScopePolicy.Scope.PURPOSE: "all numbers of that purpose",
    ScopePolicy.Scope.ACCOUNT: "all your numbers",
}


@dataclass(frozen=True, slots=True)
class Outlet:
    """One number of the account, whether it may text the contact, and why or since when."""

    number: Number
    state: str
    is_stopped: bool
    reason: str

    @property
    def may_text(self) -> bool:
        """Whether a person of the team may text from it; a hold is about marketing alone (P8)."""
        return self.state in ("open", "held")


@dataclass(frozen=True, slots=True)
class Listing:
    """A list the contact is on, or has left; `group` is None for one that is no more."""

    name: str
    group: Group | None
    line: ConsentEvent | None
    at: datetime

    @property
    def how(self) -> str:
        """By what and in which words they joined or left."""
        return wording.how(self.line) if self.line else ""


def profile_context(account: Account, contact: Contact) -> dict[str, Any]:
    """The context of contacts/_identity.html, _permission_panel.html, _lists.html and _tags.html, in eleven queries."""
    lines = _lines_about(contact)
    on, left = _listings(account, contact, lines)
    known = outlets(account, contact, lines=lines)
    tags = list(contact.tags.all())
    return {
        "contact": contact,
        "outlets": known,
        "open_count": sum(outlet.may_text for outlet in known),
        "held_count": sum(outlet.state == "held" for outlet in known),
        "blocking": account.blocks.filter(phone=contact.phone).select_related("blocked_by").first(),
        "lists": on,
        "left_lists": left,
        "other_groups": account.groups.exclude(pk__in=[listing.group.pk for listing in on if listing.group]),
        "tags": tags,
        "other_tags": account.tags.exclude(pk__in=[tag.pk for tag in tags]),
    }


def outlets(account: Account, contact: Contact, *, lines: Sequence[ConsentEvent] | None = None) -> list[Outlet]:
    """Each number of the account, with whether it may text this contact; `lines` are the ledger's, if known already."""
    numbers = list(account.numbers.all())
    said = bulk.standings((number.pk, contact.phone) for number in numbers)
    about = _About(contact, numbers, lines=_lines_about(contact) if lines is None else lines)
    return [about.outlet(number, said[number.pk, contact.phone]) for number in numbers]


def _lines_about(contact: Contact) -> list[ConsentEvent]:
    return list(contact.account.consent_events.filter(phone=contact.phone).order_by("seq"))


class _About:
    """What the ledger tells of one person, ready to be put into words for each number."""

    def __init__(self, contact: Contact, numbers: Iterable[Number], *, lines: Sequence[ConsentEvent]) -> None:
        self.account = contact.account
        self.lines = {line.seq: line for line in lines}
        self.labels = {number.pk: number.label for number in numbers}
        own = self.account.opt_outs.in_force().filter(phone=contact.phone)
        self.own = {opt_out.number_id: opt_out for opt_out in own}

    def outlet(self, number: Number, said: bulk.Standing) -> Outlet:
        state = _STATES.get(said.refusal or "", "held" if said.is_held else "open")
        return Outlet(number, state, said.is_stopped, self._reason(number, said))

    def _reason(self, number: Number, said: bulk.Standing) -> str:
        if said.is_stopped and (own := self.own.get(number.pk)):
            first = self._first_stop(number, own.event_seq)
            return _sentence(first, own.opted_out_at)
        if said.refusal == "blocked":
            return "Stopped through another of your numbers, too" if said.is_stopped else ""
        line = self._line(said.event_seq)
        if line is None:
            return self._opened(number)
        words = _sentence(line, line.at)
        if line.number_ref == number.pk:
            return words
        scope = _SCOPES.get(scopes.in_force(self.account), "that number only")
        asked = self.labels.get(line.number_ref or 0, line.number_e164)
        verb = "stopped" if said.is_stopped else "may have stopped"
        return f"They {verb} {asked}: {words[0].lower()}{words[1:]}. Your opt-out scope covers {scope}"

    def _first_stop(self, number: Number, seq: int) -> ConsentEvent | None:
        """The line by which they stopped it: a later STOP of theirs changes nothing, though the ledger has it."""
        first = None
        for line in self.lines.values():
            if line.number_ref == number.pk and line.kind in (Kind.OPTED_OUT, Kind.OPTED_IN, Kind.WITHDRAWN):
                first = (first or line) if line.kind == Kind.OPTED_OUT else None
        return first or self._line(seq)

    def _opened(self, number: Number) -> str:
        about_it = [line for line in self.lines.values() if line.number_ref == number.pk and line.kind in _OPENING]
        if not about_it:
            return ""
        last = about_it[-1]
        return f"{_OPENING[last.kind]}: {wording.how(last)}, {brief_time(last.at)}"

    def _line(self, seq: int | None) -> ConsentEvent | None:
        """The line of that number; one that an erasure has emptied is not among those about the phone."""
        if seq and seq not in self.lines:
            self.lines |= {line.seq: line for line in self.account.consent_events.filter(seq=seq)}
        return self.lines.get(seq or 0)


def _sentence(line: ConsentEvent | None, at: datetime) -> str:
    how = wording.how(line) if line else "stopped"
    asked = f", asked {brief_time(line.asked_at)}" if line and line.asked_at else ""
    return f"{how[0].upper()}{how[1:]}{asked}, {brief_time(at)}"


def _listings(account: Account, contact: Contact, lines: Iterable[ConsentEvent]) -> tuple[list[Listing], list[Listing]]:
    """The lists they are on, by name, and those they have left, the latest first."""
    last: dict[int, ConsentEvent] = {}
    for line in lines:
        if line.group_ref and line.kind in (Kind.JOINED, Kind.LEFT):
            last.pop(line.group_ref, None)
            last[line.group_ref] = line
    joined = contact.groupmembership_set.select_related("group").order_by("group__name_key")
    on = [Listing(each.group.name, each.group, last.pop(each.group_id, None), each.joined_at) for each in joined]
    known = {group.pk: group for group in account.groups.filter(pk__in=last)}
    gone = [(pk, line) for pk, line in reversed(last.items()) if line.kind == Kind.LEFT]
    return on, [Listing(line.group_name, known.get(pk), line, line.at) for pk, line in gone]
