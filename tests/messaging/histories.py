"""What permission ought to be after anything people may say and do: a model as plain as the rules themselves."""

from collections.abc import Callable
from dataclasses import dataclass, field

NEVER = -1


@dataclass
class Ought:
    """What has been said in one account; positions in the history stand for time.

    `kinds` is the kind of each number, by its index.
    """

    kinds: dict[int, str]
    scope: str = "number"
    time: int = 0
    stops: dict[tuple[int, int], int] = field(default_factory=dict)
    starts: dict[tuple[int, int], int] = field(default_factory=dict)
    reviews: dict[tuple[int, int], int] = field(default_factory=dict)
    blocked: set[int] = field(default_factory=set)
    members: set[int] = field(default_factory=set)
    left: set[int] = field(default_factory=set)

    def _reaches(self, asked_of: int, number: int) -> bool:
        if asked_of == number or self.scope == "account":
            return True
        return self.scope == "purpose" and self.kinds[asked_of] == self.kinds[number]

    def is_stopped(self, number: int, phone: int) -> bool:
        """Somewhere in reach they said STOP, and have not said START to this number since (P1, P4, P15)."""
        start = self.starts.get((number, phone), NEVER)
        return any(
            who == phone and self._reaches(asked_of, number) and stop > start
            for (asked_of, who), stop in self.stops.items()
        )

    def is_held(self, number: int, phone: int) -> bool:
        """Something they said may have been a STOP, and nobody has decided (P8)."""
        start = self.starts.get((number, phone), NEVER)
        return any(
            who == phone and self._reaches(asked_of, number) and opened > start
            for (asked_of, who), opened in self.reviews.items()
        )

    def refusal(self, number: int, phone: int) -> str | None:
        """Why the number may not text the phone (P9 before P1)."""
        if phone in self.blocked:
            return "blocked"
        return "opted_out" if self.is_stopped(number, phone) else None

    def turn(self, number: int, kind: str) -> str:
        """A number gets another purpose: nothing is to be said, or whom it closes, and what opens anything is not done
        (P4, P15)."""
        was, stopped, held = self.kinds[number], self._all(self.is_stopped), self._all(self.is_held)
        self.kinds[number] = kind
        if stopped - self._all(self.is_stopped) or held - self._all(self.is_held):
            self.kinds[number] = was
            return "opens"
        return "closes" if self._all(self.is_stopped) - stopped else ""

    def _all(self, is_closed: Callable[[int, int], bool]) -> set[tuple[int, int]]:
        asked = {who for _, who in (*self.stops, *self.reviews)}
        return {(number, who) for number in self.kinds for who in asked if is_closed(number, who)}

    def has_stopped_this(self, number: int, phone: int) -> bool:
        """Whether they stopped this very number."""
        return self.stops.get((number, phone), NEVER) > self.starts.get((number, phone), NEVER)

    def has_stopped_all_in_reach(self, number: int, phone: int) -> bool:
        """Whether a STOP to this number would close none (P15)."""
        return all(self.is_stopped(other, phone) for other in self.kinds if self._reaches(number, other))

    def stop(self, number: int, phone: int) -> None:
        """They said STOP."""
        self.stops[number, phone] = self.time
        self.reviews.pop((number, phone), None)

    def start(self, number: int, phone: int) -> None:
        """They said START."""
        self.starts[number, phone] = self.time
        self.reviews.pop((number, phone), None)

    def doubt(self, number: int, phone: int) -> None:
        """They said something that may have been a STOP."""
        if not self.has_stopped_this(number, phone):
            self.reviews.setdefault((number, phone), self.time)

    def join(self, phone: int) -> None:
        """They are on the list."""
        self.members.add(phone)
        self.left.discard(phone)

    def leave(self, phone: int, *, by_own_word: bool) -> None:
        """They are off the list; who says so has left it also where they were not on it, and no import undoes it
        (P10)."""
        if by_own_word or phone in self.members:
            self.left.add(phone)
        self.members.discard(phone)
