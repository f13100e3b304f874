"""What o'clock it is where people are: an account's quiet hours, ready for the outbox (P17)."""

import json
from datetime import date, datetime, time
from functools import lru_cache

import phonenumbers
from django.utils.timezone import now

from contacts import places
from contacts.models import QuietWindow
from contacts.quiet_hours import Table, Window

_EVERYWHERE = ("", "US", *sorted(places.STATES), *sorted(filter(places.is_country, phonenumbers.SUPPORTED_REGIONS)))

# An account's own windows: place, weekdays, opens, closes, since, source.
_Own = tuple[tuple[str, str, time, time, date, str], ...]


def table(account_id: int) -> Table:
    """The quiet hours that count for an account: what Shout ships, and its own, which beat them."""
    return _table(_own(account_id))


def quiet(account_id: int) -> str:
    """Every place with its first zone and, while marketing may not be sent there, the moment when it may, as JSON.

    Exact to the minute in which it is asked.
    """
    return _quiet(_own(account_id), now().replace(second=0, microsecond=0))


def _own(account_id: int) -> _Own:
    rows = QuietWindow.objects.filter(account_id=account_id).order_by("id")
    return tuple(rows.values_list("place", "weekdays", "opens", "closes", "since", "source"))


@lru_cache(maxsize=100)
def _table(own: _Own) -> Table:
    return Table(
        Window(place=place, weekdays=frozenset(map(int, days)), opens=opens, closes=closes, since=since, source=source)
        for place, days, opens, closes, since, source in own
    )


# Accounts without windows of their own share one answer for the whole of a minute.
@lru_cache(maxsize=100)
def _quiet(own: _Own, minute: datetime) -> str:
    hours = _table(own)
    return json.dumps([_clock(hours, place, minute) for place in _EVERYWHERE])


def _clock(hours: Table, place: str, minute: datetime) -> dict[str, str | None]:
    opens_at = hours.next_open(place, minute)
    return {
        "place": place,
        "zone": places.zones(place)[0],
        "opens_at": opens_at.isoformat() if opens_at > minute else None,
    }
