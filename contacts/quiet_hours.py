"""Quiet hours: the only place that says when marketing may be sent to a place (P17). Pure."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from zoneinfo import ZoneInfo

from contacts import places

UNKNOWN = "*"
ELSEWHERE = "**"
# How far `next_open` looks before it gives up and says "not before then".
HORIZON = timedelta(days=14)

_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_CLOSED = "closed"
# The territories lie too far out for their hours to count for somebody who may be anywhere.
_ANYWHERE = places.FIFTY | {"US"}


@dataclass(frozen=True, slots=True)
class Window:
    """Hours of some weekdays (Monday is 0) in which a place may be sent marketing, in its local time.

    `closes` is exclusive, and a window that opens no earlier than it closes is closed all day. `since` is the first day
    of the law or, where that is not known, of the source. `place` is a place code, "*" for unknown places or "**" for
    countries without a line of their own.
    """

    place: str
    weekdays: frozenset[int]
    opens: time
    closes: time
    since: date
    source: str
    note: str = ""

    @property
    def is_closed(self) -> bool:
        """Whether the line says that nothing may be sent on its weekdays."""
        return self.opens >= self.closes


class Table:
    """The windows that count for an account: the shipped ones and its own, which beat the shipped of the same place."""

    def __init__(self, own: Iterable[Window] = ()) -> None:
        self._own = _by_place(own)

    def windows(self, place: str, day: date) -> tuple[Window, ...]:
        """The open windows of a place on a day; none if it is closed all day.

        Of a place's lines those with the latest `since` up to that day count, all together: a weekday that they do not
        name is closed.
        """
        return _open(self.lines(place, day), day)

    def is_open(self, place: str, at: datetime, *, phone: str = "") -> bool:
        """Whether marketing may be sent at an (aware) moment in every zone of the place."""
        moment = at.astimezone(UTC)
        return all(
            any(opens <= moment < closes for opens, closes in self._spans(names, moment.astimezone(zone).date(), zone))
            for names, zone in self._bounds(place, phone)
        )

    def next_open(self, place: str, at: datetime, *, phone: str = "") -> datetime:
        """The first moment from `at` (aware) on in UTC at which every zone of the place is open.

        Where none comes within fourteen days, the end of these, for the caller to ask again. `phone` is used only to
        find the zone of a number abroad.
        """
        moment, end = at.astimezone(UTC), at.astimezone(UTC) + HORIZON
        bounds = self._bounds(place, phone)
        while moment < end:
            latest = max(self._open_in(zone, names, moment) for names, zone in bounds)
            if latest == moment:
                return moment
            moment = latest
        return end

    def lines(self, place: str, day: date) -> tuple[Window, ...]:
        """The lines that count for a place on a day, of whatever weekday, closed ones too."""
        return self._first(_names(place), day)

    def under(self, key: str, day: date) -> tuple[Window, ...]:
        """The lines that count on a day under one name of the table: a place, "US", "*" or "**"."""
        own = _in_force(self._own.get(key, ()), day)
        return tuple(own or _in_force(_SHIPPED_BY_PLACE.get(key, ()), day))

    def _first(self, names: Iterable[str], day: date) -> tuple[Window, ...]:
        """The lines that count on a day under the first of these names that has any."""
        return next(filter(None, (self.under(name, day) for name in names)), ())

    def _bounds(self, place: str, phone: str) -> list[tuple[tuple[str, ...], ZoneInfo]]:
        """The zones that have to be open for a place, each with the names to look for its lines under.

        Who may be anywhere in America is bound by the account's own hours for any part of it as well: the shipped lines
        for unknown places are the strictest of the shipped ones only.
        """
        names = _names(place)
        bounds = [(names, zone) for zone in _zones(place, phone)]
        if names == (UNKNOWN,):
            bounds += [((own, UNKNOWN), zone) for own in self._own if own in _ANYWHERE for zone in _zones(own, "")]
        return bounds

    def _open_in(self, zone: ZoneInfo, names: tuple[str, ...], moment: datetime) -> datetime:
        """The first moment from `moment` on at which this zone is open, or one beyond the horizon."""
        today = moment.astimezone(zone).date()
        for ahead in range(HORIZON.days + 2):
            spans = self._spans(names, today + timedelta(days=ahead), zone)
            if starts := [max(opens, moment) for opens, closes in spans if max(opens, moment) < closes]:
                return min(starts)
        return moment + HORIZON

    def _spans(self, names: tuple[str, ...], day: date, zone: ZoneInfo) -> list[tuple[datetime, datetime]]:
        """The open hours of a local day as moments in UTC."""
        return [_span(window, day, zone) for window in _open(self._first(names, day), day)]


def _open(lines: Iterable[Window], day: date) -> tuple[Window, ...]:
    """Those of the lines that open on a day."""
    return tuple(window for window in lines if day.weekday() in window.weekdays and not window.is_closed)


def _names(place: str) -> tuple[str, ...]:
    """Under which names to look for a place's lines, the closest first."""
    if place in places.STATES:
        return (place, "US")
    return (place, ELSEWHERE) if places.is_country(place) else (UNKNOWN,)


def _in_force(windows: Iterable[Window], day: date) -> list[Window]:
    """The lines with the latest `since` that is not after the day."""
    begun = [window for window in windows if window.since <= day]
    latest = max((window.since for window in begun), default=None)
    return [window for window in begun if window.since == latest]


def _span(window: Window, day: date, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """The window on a day as moments in UTC.

    Local times that a change of clocks leaves out or repeats mean two moments. Opening takes the later and closing the
    earlier one, so that nothing is sent while it is doubtful.
    """
    opens = [datetime.combine(day, window.opens, zone).replace(fold=fold).astimezone(UTC) for fold in (0, 1)]
    closes = [datetime.combine(day, window.closes, zone).replace(fold=fold).astimezone(UTC) for fold in (0, 1)]
    return max(opens), min(closes)


def _zones(place: str, phone: str) -> list[ZoneInfo]:
    return [_zone(name) for name in places.zones(place, phone)]


# ZoneInfo's own cache holds on to eight zones only, and unknown places alone have as many.
@cache
def _zone(name: str) -> ZoneInfo:
    return ZoneInfo(name)


def _by_place(windows: Iterable[Window]) -> dict[str, list[Window]]:
    by_place: dict[str, list[Window]] = {}
    for window in windows:
        by_place.setdefault(window.place, []).append(window)
    return by_place


def _read() -> Iterator[Window]:
    for line in places.table("quiet_hours"):
        first, _, last = line["days"].partition("-")
        weekdays = range(_DAYS.index(first), _DAYS.index(last or first) + 1)
        yield Window(
            place=line["place"],
            weekdays=frozenset(weekdays),
            opens=_hour(line["opens"]),
            closes=_hour(line["closes"]),
            since=date.fromisoformat(line["since"]),
            source=line["source"],
            note=line["note"],
        )


def _hour(cell: str) -> time:
    return time() if cell == _CLOSED else time.fromisoformat(cell)


SHIPPED: tuple[Window, ...] = tuple(_read())
_SHIPPED_BY_PLACE = _by_place(SHIPPED)
