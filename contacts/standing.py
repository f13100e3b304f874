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


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """Why the phone may not be texted from the number, or None; and the line that decided, if any."""

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


def standing(lines: Iterable[Line], *, number_id: int, kinds: Mapping[int, str], scope: str) -> Standing:
    """The standing of the phone that the lines are about, with one number.

    `lines` are in the ledger's order; `kinds` are the kinds of the account's numbers by id; `scope` is the reach of an
    opt-out at the moment in question (P15).
    """
    said = _Said()
    for line in lines:
        said.take(line)

    def closes(asked_of: int, line: Line) -> bool:
        if asked_of == number_id:
            return line.kind != Kind.OPTED_OUT or asked_of not in said.lifted
        reaches = scope == Scope.ACCOUNT or (
            scope == Scope.PURPOSE and asked_of in kinds and kinds[asked_of] == kinds.get(number_id)
        )
        return reaches and line.seq > said.asked_for.get(number_id, 0)

    def deciding(asked: Mapping[int, Line]) -> Line | None:
        closing = [(of == number_id, line.seq, line) for of, line in asked.items() if closes(of, line)]
        return max(closing, key=lambda found: found[:2])[2] if closing else None

    stopped, held = deciding(said.stopped), deciding(said.held)
    return Standing(
        refusal="blocked" if said.blocked else "opted_out" if stopped else None,
        is_stopped=stopped is not None,
        is_held=held is not None,
        line=said.blocked or stopped or held,
    )
