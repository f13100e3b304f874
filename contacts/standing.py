"""What the ledger says: the standing of one phone with one number at any moment, and the line that decided. Pure (P12).

It folds the lines about one phone in their order. The tables of opt-outs, blocks and reviews hold the same truth for
the present; a test holds the two together over random histories.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from contacts.models import ConsentEvent, ScopePolicy
from contacts.models.consent import ConsentEvent as Line

Kind = ConsentEvent.Kind
Scope = ScopePolicy.Scope
_OPENING = frozenset({Kind.OPTED_IN, Kind.WITHDRAWN, Kind.RELEASED})


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """Why the phone may not be texted from the number, or None; and the line that decided.

    Of an open number that is the line that opened it; None if no line has.
    """

    refusal: str | None = None
    is_stopped: bool = False
    is_held: bool = False
    line: Line | None = None


@dataclass(slots=True)
class _Said:
    """What has been asked so far, by the id of the number it was asked of."""

    stopped: dict[int, Line] = field(default_factory=dict)
    lifted: set[int] = field(default_factory=set)
    asked_for: dict[int, int] = field(default_factory=dict)
    held: dict[int, Line] = field(default_factory=dict)
    blocked: Line | None = None

    def take(self, line: Line) -> None:
        """Let one line have its effect."""
        number = line.number_ref or 0
        match line.kind:
            case Kind.OPTED_OUT:
                self.stopped[number] = line
                self.lifted.discard(number)
                self.held.pop(number, None)
            case Kind.OPTED_IN:
                self.lifted.add(number)
                self.asked_for[number] = line.seq
                self.held.pop(number, None)
            case Kind.WITHDRAWN:
                self.stopped.pop(number, None)
            case Kind.HELD:
                self.held[number] = line
            case Kind.RELEASED:
                self.held.pop(number, None)
            case Kind.BLOCKED:
                self.blocked = line
            case Kind.UNBLOCKED:
                self.blocked = None


@dataclass(slots=True, kw_only=True)
class _Reach:
    """Which lines about a phone close one number, and which open it."""

    number_id: int
    kinds: Mapping[int, str]
    scope: str
    said: _Said = field(default_factory=_Said)

    def closing(self, asked: Mapping[int, Line]) -> Line | None:
        """Of the lines that ask the same of several numbers, the one that closes this number."""
        closing = [(of == self.number_id, line.seq, line) for of, line in asked.items() if self._closes(of, line)]
        return max(closing, key=lambda found: found[:2])[2] if closing else None

    def _closes(self, asked_of: int, line: Line) -> bool:
        if asked_of == self.number_id:
            return line.kind != Kind.OPTED_OUT or asked_of not in self.said.lifted
        reaches = self.scope == Scope.ACCOUNT or (
            self.scope == Scope.PURPOSE
            and asked_of in self.kinds
            and self.kinds[asked_of] == self.kinds.get(self.number_id)
        )
        return reaches and line.seq > self.said.asked_for.get(self.number_id, 0)

    def is_closed(self) -> bool:
        """Whether anything closes the number by now, be it for marketing alone."""
        said = self.said
        return bool(said.blocked or self.closing(said.stopped) or self.closing(said.held))

    def opens(self, line: Line) -> bool:
        """Whether a line is there to open this very number."""
        return line.kind == Kind.UNBLOCKED or (line.kind in _OPENING and line.number_ref == self.number_id)


def standing(lines: Iterable[Line], *, number_id: int, kinds: Mapping[int, str], scope: str) -> Standing:
    """The standing of the phone that the lines are about, with one number.

    `lines` are in the ledger's order; `kinds` are the kinds of the account's numbers by id; `scope` is the reach of an
    opt-out at the moment in question (P15).
    """
    reach = _Reach(number_id=number_id, kinds=kinds, scope=scope)
    said, opened, was_closed = reach.said, None, False
    for line in lines:
        said.take(line)
        is_closed = reach.is_closed()
        if not is_closed and (was_closed or reach.opens(line)):
            opened = line
        was_closed = is_closed
    stopped, held = reach.closing(said.stopped), reach.closing(said.held)
    return Standing(
        refusal="blocked" if said.blocked else "opted_out" if stopped else None,
        is_stopped=stopped is not None,
        is_held=held is not None,
        line=said.blocked or stopped or held or opened,
    )
