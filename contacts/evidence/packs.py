"""An evidence pack: the only place that chooses whom it is about, and goes through them without holding them all."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta

from django.db.models import QuerySet
from django.utils.timezone import now

from contacts import bulk
from contacts.evidence import entries, people
from contacts.evidence.people import Person
from contacts.models import ConsentEvent
from shout.models import Account, User
from shout.tenancy import tenant

_CHUNK = 200


@dataclass(frozen=True, slots=True)
class About:
    """What an auditor reads first. `head_hash` is in hexadecimal; `broken_seq` is the first line that is not whole."""

    business: str
    selection: str
    people: int
    lines: int
    made_at: datetime
    made_by: str
    head_seq: int
    head_hash: str
    broken_seq: int | None
    scopes: list[str]

    @property
    def size(self) -> str:
        """How much it is, in words."""
        people = "1 person" if self.people == 1 else f"{self.people:,} people"
        return f"{people}, {self.lines:,} {'line' if self.lines == 1 else 'lines'} of the ledger"

    @property
    def verification(self) -> str:
        """Whether the chain holds, in words."""
        if self.broken_seq is not None:
            return f"BROKEN at line {self.broken_seq}: from there on, lines are not as they were written."
        return f"Whole: all {self.head_seq:,} lines are as they were written."


@dataclass(frozen=True, kw_only=True)
class Pack:
    """The proof about some phones, or about all that was recorded from `since` up to, not including, `until`."""

    account: Account
    about: About
    phones: Sequence[str] | None
    since: datetime
    until: datetime

    def people(self) -> Iterator[Person]:
        """Each person, as of the pack's newest line; it enters the account for some hundred at a time.

        A pack is written to the browser after the request's own transaction, and must not hold one open for long.
        """
        nameless, phones = 0, self._next("", 0)
        while self.phones is None and (lines := self._nameless(nameless)):
            yield Person("", None, [], [], lines)
            nameless = lines[-1].line.seq
        done = 0
        while phones:
            with tenant(self.account.pk):
                found = people.people(self.account, phones, until_seq=self.about.head_seq)
            for person in found:
                yield replace(person, entries=[entry for entry in person.entries if self._holds(entry.line)])
            done += len(phones)
            phones = self._next(phones[-1], done)

    def _next(self, last: str, done: int) -> Sequence[str]:
        if self.phones is not None:
            return self.phones[done : done + _CHUNK]
        with tenant(self.account.pk):
            return list(_phones(_lines(self)).filter(phone__gt=last)[:_CHUNK])

    def _nameless(self, last: int) -> list[entries.Entry]:
        with tenant(self.account.pk):
            rows = _lines(self).filter(phone="", seq__gt=last).order_by("seq")[:_CHUNK]
            return entries.tell(self.account, list(rows))

    def _holds(self, line: ConsentEvent) -> bool:
        return self.phones is not None or self.since <= line.at < self.until


def about_phones(account: Account, phones: Sequence[str], *, by: User) -> Pack:
    """All that is known of these phones."""
    lines = account.consent_events.filter(phone__in=phones).count()
    selection = "One phone number" if len(phones) == 1 else f"A list of {len(phones):,} phone numbers"
    about = _about(account, selection, by=by, people=len(phones), lines=lines)
    return Pack(account=account, about=about, phones=phones, since=datetime.min.replace(tzinfo=UTC), until=now())


def about_period(account: Account, since: date, until: date, *, by: User) -> Pack:
    """All that was recorded from one day to another, both included, in UTC."""
    start, end = (datetime.combine(day, time.min, UTC) for day in (since, until + timedelta(days=1)))
    recorded = account.consent_events.filter(at__gte=start, at__lt=end)
    selection = f"Everything recorded from {since} to {until} (UTC)"
    about = _about(account, selection, by=by, people=_phones(recorded).count(), lines=recorded.count())
    return Pack(account=account, about=about, phones=None, since=start, until=end)


def _lines(pack: Pack) -> QuerySet[ConsentEvent]:
    upto = pack.about.head_seq
    return pack.account.consent_events.filter(at__gte=pack.since, at__lt=pack.until, seq__lte=upto)


def _phones(lines: QuerySet[ConsentEvent]) -> "QuerySet[ConsentEvent, str]":
    return lines.exclude(phone="").order_by("phone").values_list("phone", flat=True).distinct()


def _about(account: Account, selection: str, *, by: User, people: int, lines: int) -> About:
    newest = account.consent_events.order_by("-seq").first()
    return About(
        business=account.name,
        selection=selection,
        people=people,
        lines=lines,
        made_at=now(),
        made_by=by.email,
        head_seq=newest.seq if newest else 0,
        head_hash=bytes(newest.hash).hex() if newest else "",
        broken_seq=bulk.broken_ledger_line(),
        scopes=[
            f"{policy.get_scope_display()}, from {policy.starts_at:%Y-%m-%d %H:%M} UTC"
            + (f" (taken back {policy.canceled_at:%Y-%m-%d %H:%M} UTC)" if policy.canceled_at else "")
            for policy in account.scope_policies.order_by("starts_at", "id")
        ],
    )
