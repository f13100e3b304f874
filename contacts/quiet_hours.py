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
        return tuple(
            window for window in self.lines(place, day) if day.weekday() in window.weekdays and not window.is_closed
        )

    def is_open(self, place: str, at: datetime, *, phone: str = "") -> bool:
        """Whether marketing may be sent at an (aware) moment in every zone of the place."""
        moment = at.astimezone(UTC)
        return all(
            any(opens <= moment < closes for opens, closes in self._spans(place, moment.astimezone(zone).date(), zone))
            for zone in _zones(place, phone)
        )

    def next_open(self, place: str, at: datetime, *, phone: str = "") -> datetime:
        """The first moment from `at` (aware) on in UTC at which every zone of the place is open.

        Where none comes within fourteen days, the end of these, for the caller to ask again. `phone` is used only to
        find the zone of a number abroad.
        """
        moment, end = at.astimezone(UTC), at.astimezone(UTC) + HORIZON
        zones = _zones(place, phone)
        while moment < end:
            latest = max(self._open_in(zone, place, moment) for zone in zones)
            if latest == moment:
                return moment
            moment = latest
        return end

    def lines(self, place: str, day: date) -> tuple[Window, ...]:
        """The lines that count for a place on a day, of whatever weekday, closed ones too."""
        return next(filter(None, (self.under(key, day) for key in _keys(place))), ())

    def under(self, key: str, day: date) -> tuple[Window, ...]:
        """The lines that count on a day under one name of the table: a place, "US", "*" or "**"."""
        own = _in_force(self._own.get(key, ()), day)
        return tuple(own or _in_force(_SHIPPED_BY_PLACE.get(key, ()), day))

    def _open_in(self, zone: ZoneInfo, place: str, moment: datetime) -> datetime:
        """The first moment from `moment` on at which this zone is open, or one beyond the horizon."""
        today = moment.astimezone(zone).date()
        for ahead in range(HORIZON.days + 2):
            spans = self._spans(place, today + timedelta(days=ahead), zone)
            if starts := [max(opens, moment) for opens, closes in spans if max(opens, moment) < closes]:
                return min(starts)
        return moment + HORIZON

    def _spans(self, place: str, day: date, zone: ZoneInfo) -> list[tuple[datetime, datetime]]:
        """The open hours of a local day as moments in UTC."""
        return [_span(window, day, zone) for window in self.windows(place, day)]


def _keys(place: str) -> tuple[str, ...]:
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
