"""An account's quiet hours as people read and set them: the only place that puts them in words (P17)."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import groupby
from zoneinfo import ZoneInfo

from django.db import transaction
from django.utils.formats import date_format, time_format
from django.utils.timezone import now

from contacts import clock, places
from contacts.models import Contact, QuietWindow
from contacts.quiet_hours import ELSEWHERE, HORIZON, SHIPPED, UNKNOWN, Table, Window
from shout.models import Account, User

STATES = "US"
GENERAL = {
    STATES: "Every other state and territory",
    UNKNOWN: "Place unknown",
    ELSEWHERE: "Every other country",
}
# Everything that can have a line of its own in the table.
NAMES = GENERAL | places.NAMES
_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_SHIPPED = Table()

# Days as the digits of a QuietWindow, opening and closing time; the same time twice is closed.
Hours = tuple[str, time, time]


@dataclass(frozen=True, slots=True)
class Lines:
    """What counts for a place from a day on: hours by days, and where they come from."""

    windows: Sequence[Window]
    own_id: int | None

    @property
    def since(self) -> date:
        """The first day."""
        return self.windows[0].since

    @property
    def hours(self) -> list[tuple[str, str]]:
        """Such as ("Mon to Sat", "8:00 AM to 8:00 PM")."""
        by_day = [(day, _hours(self.windows, day)) for day in range(7)]
        groups = [(hours, [day for day, _ in run]) for hours, run in groupby(by_day, key=lambda each: each[1])]
        return [(_days(days), hours) for hours, days in groups]

    @property
    def sources(self) -> list[str]:
        """The laws and lists, each once."""
        return list(dict.fromkeys(window.source for window in self.windows))

    @property
    def notes(self) -> list[str]:
        """What to know about them."""
        return list(dict.fromkeys(window.note for window in self.windows if window.note))


@dataclass(frozen=True, slots=True)
class Row:
    """One place of the table: what counts now (None: as for every other), what is to come, and what own lines beat."""

    key: str
    name: str
    current: Lines | None
    coming: Sequence[Lines]
    shipped: Lines | None
    wider_than: Sequence[Lines]
    right_now: str
    is_open: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """When one person may be sent marketing; `name` and `local_time` are empty where nobody knows the place."""

    contact: Contact | None
    phone: str
    postal_code: str
    name: str
    found_by: str
    lines: Lines
    local_time: str
    right_now: str
    is_open: bool


@dataclass(frozen=True, slots=True)
class _Clock:
    """A place's first time zone, and when marketing may be sent there (None: now)."""

    zone: str
    opens_at: datetime | None


def rows(account: Account, today: date) -> list[Row]:
    """The whole table, states first, each place with how it is there right now."""
    own = list(account.quiet_windows.order_by("id"))
    keys = {window.place for window in SHIPPED} | {window.place for window in own}
    table, clocks = clock.table(account.pk), _clocks(account)
    return [_row(key, table, own, clocks=clocks, today=today) for key in sorted(keys, key=_order)]


def name(key: str) -> str:
    """What one line of the table is about."""
    return NAMES.get(key, key)


def current(account: Account, key: str, today: date) -> Lines:
    """What counts now under a name of the table, be it that of all others."""
    return _lines(_counting(clock.table(account.pk), key, today), account.quiet_windows.filter(place=key))


def answer(account: Account, *, phone: str = "", postal_code: str = "") -> Answer:
    """When marketing may be sent to a phone, or to somebody with a ZIP code."""
    contact = account.contacts.filter(phone=phone).first() if phone else None
    place = contact.place if contact else places.place_of(phone, postal_code=postal_code)
    there = _clocks(account)[place]
    local = now().astimezone(ZoneInfo(there.zone))
    return Answer(
        contact=contact,
        phone=phone,
        postal_code=postal_code,
        name=places.NAMES.get(place, ""),
        found_by=_found_by(place, contact, phone=phone, postal_code=postal_code),
        lines=Lines(clock.table(account.pk).lines(place, local.date()), None),
        local_time=time_format(local.time(), "g:i A") if _has_one_clock(place, now()) else "",
        right_now=tell(place, there.opens_at, at=now(), zone=there.zone),
        is_open=there.opens_at is None,
    )


def wider(windows: Iterable[Window], place: str, since: date) -> list[Lines]:
    """The shipped lines, in force on a day or later, that own hours for a place reach beyond."""
    own = [window for window in windows if not window.is_closed]
    later = {window.since for window in SHIPPED if window.place == place and window.since > since}
    sets = [_counting(_SHIPPED, place, day) for day in sorted({since, *later})]
    return [Lines(laws, None) for laws in sets if any(_reaches_beyond(each, law) for each in own for law in laws)]


def tell(place: str, opens_at: datetime | None, *, at: datetime, zone: str) -> str:
    """When marketing may be sent to a place, for a person to read."""
    if opens_at is None:
        return "Open"
    if opens_at >= at + HORIZON - timedelta(minutes=1):
        return "Closed for the next two weeks"
    there, moment = at.astimezone(ZoneInfo(zone)), opens_at.astimezone(ZoneInfo(zone))
    days = (moment.date() - there.date()).days
    day = "" if days == 0 else "tomorrow " if days == 1 else f"{date_format(moment, 'l')} "
    whose = "their time" if _has_one_clock(place, opens_at) else f"in {zone.rpartition('/')[2].replace('_', ' ')}"
    oclock = time_format(moment.time(), "g:i A").replace(" ", "\N{NO-BREAK SPACE}")
    return f"Opens {day}at {oclock} {whose}"


def set_hours(*, account: Account, place: str, since: date, source: str, hours: Iterable[Hours], by: User) -> bool:
    """Have an account's own hours count for a place from a day on; False if they are what it has already."""
    mine = account.quiet_windows.filter(place=place, since=since)
    wanted = {(days, opens, closes, source) for days, opens, closes in hours}
    if set(mine.values_list("weekdays", "opens", "closes", "source")) == wanted:
        return False
    with transaction.atomic():
        mine.delete()
        QuietWindow.objects.bulk_create(
            QuietWindow(
                account=account, place=place, since=since, source=source, created_by=by,
                weekdays=days, opens=opens, closes=closes,
            )
            for days, opens, closes, _ in sorted(wanted)
        )  # fmt: skip
    return True


def _found_by(place: str, contact: Contact | None, *, phone: str, postal_code: str) -> str:
    known = contact.postal_code if contact else postal_code
    if place not in places.NAMES:
        return (
            "Nobody knows where that is, so it has to be allowed everywhere in America at once, by your own hours too"
        )
    if known and places.place_of("", postal_code=known) == place:
        return f"by the ZIP code {known}"
    if contact and contact.carrier_place == place:
        return "by what the carrier says of them"
    return f"by the area code {phone[2:5]}" if phone.startswith("+1") else "by the country code"


def _has_one_clock(place: str, at: datetime) -> bool:
    return len({at.astimezone(ZoneInfo(zone)).utcoffset() for zone in places.zones(place)}) == 1


def _order(key: str) -> tuple[int, str]:
    general = list(GENERAL)
    if key in GENERAL:
        return (1, 2, 4)[general.index(key)], ""
    return (0 if key in places.STATES else 3), name(key)


def _row(key: str, table: Table, own: Sequence[QuietWindow], *, clocks: dict[str, _Clock], today: date) -> Row:
    mine = [window for window in own if window.place == key]
    sinces = {row.since for row in mine} | {window.since for window in SHIPPED if window.place == key}
    sets = [_lines(table.under(key, day), mine) for day in sorted(d for d in sinces if d > today)]
    counting = table.under(key, today)
    current = _lines(counting, mine) if counting else None
    beaten = _SHIPPED.under(key, today) if current and current.own_id else ()
    right_now, is_open = _right_now(key, table, clocks, today=today)
    return Row(
        key=key,
        name=name(key),
        current=current,
        coming=[each for each in sets if current is None or each.windows != current.windows],
        shipped=_lines(beaten, ()) if beaten else None,
        wider_than=wider(current.windows, key, max(today, current.since)) if current and current.own_id else (),
        right_now=right_now,
        is_open=is_open,
    )


def _lines(windows: Sequence[Window], own: Iterable[QuietWindow]) -> Lines:
    ids = [row.pk for row in own if row.since == windows[0].since]
    return Lines(windows, min(ids, default=None))


def _counting(table: Table, place: str, day: date) -> tuple[Window, ...]:
    return table.under(place, day) if place in GENERAL else table.lines(place, day)


def _reaches_beyond(own: Window, law: Window) -> bool:
    if not own.weekdays & law.weekdays:
        return False
    return law.is_closed or own.opens < law.opens or own.closes > law.closes


def _right_now(key: str, table: Table, clocks: dict[str, _Clock], *, today: date) -> tuple[str, bool]:
    if key in (STATES, ELSEWHERE):
        is_ours = places.STATES.__contains__ if key == STATES else places.is_country
        members = [each for each in clocks if is_ours(each) and table.lines(each, today)[0].place == key]
        count = sum(clocks[each].opens_at is None for each in members)
        return f"Open in {count} of {len(members)}", count > 0
    place = "" if key == UNKNOWN else key
    there = clocks[place]
    return tell(place, there.opens_at, at=now(), zone=there.zone), there.opens_at is None


def _clocks(account: Account) -> dict[str, _Clock]:
    said = json.loads(clock.quiet(account.pk))
    return {
        each["place"]: _Clock(each["zone"], datetime.fromisoformat(each["opens_at"]) if each["opens_at"] else None)
        for each in said
    }


def _hours(windows: Iterable[Window], day: int) -> str:
    spans = sorted((each.opens, each.closes) for each in windows if day in each.weekdays and not each.is_closed)
    return ", ".join(f"{_time(opens)} to {_time(closes)}" for opens, closes in spans) or "Closed"


def _time(moment: time) -> str:
    return "midnight" if moment >= time(23, 59) else time_format(moment, "g:i A")


def _days(days: Sequence[int]) -> str:
    if len(days) == 7:
        return "Every day"
    return _DAYS[days[0]] if len(days) == 1 else f"{_DAYS[days[0]]} to {_DAYS[days[-1]]}"
