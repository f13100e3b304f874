"""Quiet hours: the hours that are open, and the first open moment from any other."""

from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import phonenumbers
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from contacts import places
from contacts.quiet_hours import ELSEWHERE, HORIZON, SHIPPED, UNKNOWN, Table, Window

TABLE = Table()
WEEK = frozenset(range(7))
PLACES = [*sorted(places.STATES), "US", "", "CA", "GB", "IN", "NP", "AU", "RU", "CL", "IE", "JP", "XX"]
# A Wednesday, and the Saturday and Sunday after it.
WEDNESDAY, SATURDAY, SUNDAY = date(2026, 11, 25), date(2026, 11, 28), date(2026, 11, 29)


def own(place: str, opens: str, closes: str, **more: object) -> Window:
    days = more.pop("days", WEEK)
    since = more.pop("since", date(2020, 1, 1))
    assert isinstance(days, frozenset)
    assert isinstance(since, date)
    return Window(place, days, time.fromisoformat(opens), time.fromisoformat(closes), since, "The owner")


def at(day: date, hour: str, zone: str = "America/New_York") -> datetime:
    return datetime.combine(day, time.fromisoformat(hour), ZoneInfo(zone))


def hours(place: str, day: date) -> str:
    return " ".join(f"{window.opens:%H}-{window.closes:%H}" for window in TABLE.windows(place, day))


def wall_clocks_allow(table: Table, place: str, moment: datetime, lines: Iterable[Window] = ()) -> bool:
    """Whether the clock on every wall of the place shows an open hour: the same question asked another way."""

    def shows(name: str, zone: str) -> bool:
        there = moment.astimezone(ZoneInfo(zone))
        counting = table.under(name, there.date()) or table.lines(place, there.date())
        return any(each.opens <= there.time() < each.closes for each in counting if there.weekday() in each.weekdays)

    ours = {line.place for line in lines if line.place in places.FIFTY | {"US"}} if place in ("", "US") else set()
    return all(shows(name, zone) for name in {"", *ours} for zone in places.zones(name or place))


@pytest.mark.parametrize(
    ("place", "weekday", "saturday", "sunday"),
    [
        ("US-NY", "08-21", "08-21", "08-21"),
        ("US-PR", "08-21", "08-21", "08-21"),
        ("US-FL", "08-20", "08-20", "08-20"),
        ("US-OK", "08-20", "08-20", "08-20"),
        ("US-MD", "08-20", "08-20", "08-20"),
        ("US-NJ", "08-20", "08-20", "08-20"),
        ("US-OR", "08-20", "08-20", "08-20"),
        ("US-MA", "08-20", "08-20", "08-20"),
        ("US-WA", "08-20", "08-20", "08-20"),
        ("US-CT", "09-20", "09-20", "09-20"),
        ("US-NV", "09-20", "09-20", "09-20"),
        ("US-KY", "10-21", "10-21", "10-21"),
        ("US-MI", "09-21", "09-21", "09-21"),
        ("US-MN", "09-21", "09-21", "09-21"),
        ("US-NM", "09-21", "09-21", "09-21"),
        ("US-TX", "09-21", "09-21", "12-21"),
        ("US-RI", "09-18", "10-17", "10-17"),
        ("US-AL", "08-20", "08-20", ""),
        ("US-LA", "08-20", "08-20", ""),
        ("US-MS", "08-20", "08-20", ""),
        ("US-PA", "09-19", "09-19", ""),
        ("US", "10-18", "10-17", ""),
        ("", "10-18", "10-17", ""),
        ("US-ZZ", "10-18", "10-17", ""),
        ("GB", "08-21", "08-21", "08-21"),
    ],
)
def test_a_place_is_open_in_the_hours_of_its_law(place: str, weekday: str, saturday: str, sunday: str) -> None:
    assert [hours(place, day) for day in (WEDNESDAY, SATURDAY, SUNDAY)] == [weekday, saturday, sunday]


def test_every_law_names_each_day_of_the_week_and_where_it_was_read() -> None:
    for place, since in {(window.place, window.since) for window in SHIPPED}:
        days = [day for window in SHIPPED if (window.place, window.since) == (place, since) for day in window.weekdays]
        assert set(days) == WEEK, place
        assert place in places.STATES | {"US", UNKNOWN, ELSEWHERE}
    assert all(window.source for window in SHIPPED)


def test_the_hours_of_an_unknown_place_are_open_in_every_state() -> None:
    for day in (WEDNESDAY, SATURDAY, SUNDAY):
        for window in TABLE.windows(UNKNOWN, day):
            for state in places.STATES:
                assert any(
                    each.opens <= window.opens and window.closes <= each.closes for each in TABLE.windows(state, day)
                ), state


@pytest.mark.parametrize(
    ("hour", "opens"),
    [
        ("07:59:59.999999", "2026-11-25 09:00"),
        ("08:00", "2026-11-25 09:00"),
        ("09:00", None),
        ("19:59:59.999999", None),
        ("20:00", "2026-11-26 09:00"),
        ("23:59", "2026-11-26 09:00"),
    ],
)
def test_florida_waits_for_both_of_its_zones_and_closes_on_the_minute(hour: str, opens: str | None) -> None:
    asked = at(WEDNESDAY, hour)
    expected = datetime.fromisoformat(opens).replace(tzinfo=ZoneInfo("America/New_York")) if opens else asked
    assert TABLE.next_open("US-FL", asked) == expected
    assert TABLE.is_open("US-FL", asked) == (opens is None)


def test_the_answer_is_in_utc() -> None:
    assert TABLE.next_open("US-NY", at(WEDNESDAY, "12:00")).tzinfo is UTC


def test_a_state_that_closes_on_sunday_opens_on_monday() -> None:
    assert TABLE.next_open("US-MS", at(SATURDAY, "20:00", "America/Chicago")) == at(
        SUNDAY + timedelta(days=1), "08:00", "America/Chicago"
    )


@pytest.mark.parametrize("place", ["US", ""])
def test_an_unknown_place_is_open_only_when_it_is_open_from_new_york_to_honolulu(place: str) -> None:
    opens = at(WEDNESDAY, "10:00", "Pacific/Honolulu")
    assert TABLE.next_open(place, at(WEDNESDAY, "10:00")) == opens
    assert TABLE.is_open(place, at(WEDNESDAY, "17:59"))
    assert TABLE.next_open(place, at(WEDNESDAY, "18:00")) == opens + timedelta(days=1)


def test_a_number_abroad_is_asked_in_its_own_zone() -> None:
    asked = at(WEDNESDAY, "06:00", "America/Vancouver")
    assert TABLE.next_open("CA", asked, phone="+16045550123") == at(WEDNESDAY, "08:00", "America/Vancouver")
    assert TABLE.next_open("CA", asked, phone="+14165550123") == asked


def test_an_accounts_own_lines_beat_the_shipped_ones_of_that_place_only() -> None:
    table = Table([own("US-FL", "10:00", "12:00"), own("US", "11:00", "12:00"), own("GB", "09:00", "17:00")])
    opens = {place: [f"{window.opens:%H}" for window in table.windows(place, WEDNESDAY)] for place in PLACES}
    assert opens["US-FL"] == ["10"]
    assert opens["US-NY"] == ["11"]
    assert opens["US-TX"] == ["09"]
    assert opens["GB"] == ["09"]
    assert opens["IN"] == ["08"]
    assert opens["US"] == ["10"]


def test_an_accounts_own_line_for_unknown_places_counts_for_them_and_nobody_else() -> None:
    table = Table([own(UNKNOWN, "13:00", "14:00"), own(ELSEWHERE, "15:00", "16:00")])
    opens = [[window.opens.hour for window in table.windows(place, SUNDAY)] for place in ("", "US", "US-NY", "GB")]
    assert opens == [[13], [13], [8], [15]]


@pytest.mark.parametrize("place", ["US", ""])
def test_an_accounts_own_stricter_hours_bind_whoever_may_be_there(place: str) -> None:
    table = Table([own("US-CA", "13:00", "15:00")])
    opens = at(WEDNESDAY, "13:00", "America/Los_Angeles")
    assert table.next_open(place, at(WEDNESDAY, "10:00")) == opens
    assert not table.is_open(place, opens - timedelta(minutes=1))
    assert table.next_open("US-NY", at(WEDNESDAY, "10:00")) == at(WEDNESDAY, "10:00")


def test_an_accounts_own_wider_hours_for_unknown_places_do_not_widen_its_own_for_a_state() -> None:
    table = Table([own(UNKNOWN, "00:00", "23:59:59"), own("US-CA", "10:00", "11:00")])
    assert table.next_open("", at(WEDNESDAY, "03:00")) == at(WEDNESDAY, "10:00", "America/Los_Angeles")
    assert not table.is_open("", at(WEDNESDAY, "11:00", "America/Los_Angeles"))


def test_own_hours_that_leave_an_unknown_place_no_common_hour_close_it() -> None:
    table = Table([own("US-CA", "10:00", "11:00")])
    assert table.next_open("", at(WEDNESDAY, "03:00")) == at(WEDNESDAY, "03:00") + HORIZON


def test_own_hours_for_every_other_state_bind_whoever_may_be_in_one() -> None:
    table = Table([own("US", "10:00", "16:00")])
    assert not table.is_open("", at(WEDNESDAY, "16:00"))
    assert table.is_open("", at(WEDNESDAY, "15:59"))


def test_own_hours_of_a_territory_do_not_bind_whoever_may_be_in_a_state() -> None:
    assert Table([own("US-GU", "10:00", "11:00")]).is_open("", at(WEDNESDAY, "16:00"))


def test_a_weekday_that_a_places_lines_do_not_name_is_closed() -> None:
    table = Table([own("US-NY", "09:00", "17:00", days=frozenset({2}))])
    assert table.next_open("US-NY", at(SATURDAY, "12:00")) == at(WEDNESDAY + timedelta(days=7), "09:00")


def test_a_place_may_open_twice_a_day() -> None:
    table = Table([own("US-NY", "14:00", "18:00"), own("US-NY", "09:00", "12:00")])
    assert table.next_open("US-NY", at(WEDNESDAY, "08:00")) == at(WEDNESDAY, "09:00")
    assert table.next_open("US-NY", at(WEDNESDAY, "12:00")) == at(WEDNESDAY, "14:00")
    assert table.is_open("US-NY", at(WEDNESDAY, "15:00"))


@pytest.mark.parametrize("closes", ["09:00", "08:00", "00:00"])
def test_a_place_that_never_opens_is_put_off_for_fourteen_days(closes: str) -> None:
    table = Table([own("US-NY", "09:00", closes)])
    asked = at(WEDNESDAY, "12:00")
    assert table.windows("US-NY", WEDNESDAY) == ()
    assert table.next_open("US-NY", asked) == asked + HORIZON
    assert not table.is_open("US-NY", asked)


def test_zones_whose_hours_never_meet_are_put_off_for_fourteen_days() -> None:
    table = Table([own(UNKNOWN, "09:00", "10:00")])
    assert table.next_open("", at(WEDNESDAY, "12:00")) == at(WEDNESDAY, "12:00") + HORIZON


def test_a_future_law_starts_by_itself_on_its_day() -> None:
    first = SATURDAY
    table = Table([own("US-NY", "08:00", "21:00"), own("US-NY", "11:00", "15:00", since=first)])
    assert table.is_open("US-NY", at(first - timedelta(days=1), "20:59"))
    assert not table.is_open("US-NY", at(first, "10:59"))
    assert table.next_open("US-NY", at(first - timedelta(days=1), "21:00")) == at(first, "11:00")


def test_a_law_of_the_accounts_own_that_is_yet_to_come_leaves_the_shipped_one_in_force() -> None:
    table = Table([own("US-FL", "11:00", "15:00", since=SUNDAY)])
    assert table.windows("US-FL", SATURDAY) == TABLE.windows("US-FL", SATURDAY)
    assert [window.opens.hour for window in table.windows("US-FL", SUNDAY)] == [11]


def test_a_shipped_law_leaves_the_days_before_it_as_they_were() -> None:
    assert hours("US-OR", date(2025, 12, 31)) == "08-21"
    assert hours("US-OR", date(2026, 1, 1)) == "08-20"
    assert hours("US-PA", date(2026, 10, 11)) == "08-21"
    assert hours("US-PA", date(2026, 10, 18)) == ""


@pytest.mark.parametrize(
    ("place", "zone"),
    [("IN", "Asia/Kolkata"), ("NP", "Asia/Kathmandu"), ("IR", "Asia/Tehran"), ("NZ", "Pacific/Chatham")],
)
def test_zones_off_the_full_hour_open_at_theirs(place: str, zone: str) -> None:
    opens = TABLE.next_open(place, at(WEDNESDAY, "03:00", zone))
    assert opens.astimezone(ZoneInfo(zone)).time() >= time(8)
    assert opens == at(WEDNESDAY, "08:00", zone) or place == "NZ"


SPRING, AUTUMN = date(2027, 3, 14), date(2027, 11, 7)


@pytest.mark.parametrize(
    ("opens", "closes", "day", "utc_opens", "utc_closes"),
    [
        ("08:00", "21:00", SPRING, "12:00", "01:00"),
        ("08:00", "21:00", AUTUMN, "13:00", "02:00"),
        # 2:30 does not exist in spring, and 1:30 comes twice in autumn.
        ("02:30", "05:00", SPRING, "07:30", "09:00"),
        ("01:00", "02:30", SPRING, "06:00", "06:30"),
        ("01:30", "05:00", AUTUMN, "06:30", "10:00"),
        ("00:30", "01:30", AUTUMN, "04:30", "05:30"),
    ],
)
def test_a_change_of_clocks_only_ever_shortens_the_open_hours(
    opens: str, closes: str, day: date, utc_opens: str, utc_closes: str
) -> None:
    table = Table([own("US-NY", opens, closes)])
    expected = datetime.combine(day, time.fromisoformat(utc_opens), UTC)
    assert table.next_open("US-NY", at(day, "00:00")) == expected
    lasts = datetime.combine(day, time.fromisoformat(utc_closes), UTC) - expected
    end = expected + lasts % timedelta(days=1)
    assert table.is_open("US-NY", end - timedelta(microseconds=1))
    assert not table.is_open("US-NY", end)


MOMENTS = st.datetimes(datetime(2026, 1, 1), datetime(2028, 12, 31), timezones=st.just(UTC))  # noqa: DTZ001
TIMES = st.times().map(lambda each: each.replace(microsecond=0))


@st.composite
def windows(draw: st.DrawFn) -> Window:
    return Window(
        place=draw(st.sampled_from(["US-FL", "US-NY", "US-GU", "US", "GB", UNKNOWN, ELSEWHERE])),
        weekdays=draw(st.frozensets(st.integers(0, 6))),
        opens=draw(TIMES),
        closes=draw(TIMES),
        since=draw(st.dates(date(2025, 12, 1), date(2029, 1, 1))),
        source="The owner",
    )


def grid(start: datetime, end: datetime) -> Iterable[datetime]:
    """The quarters of an hour from one moment to another, without the last."""
    return (start + timedelta(minutes=15) * step for step in range(-(-(end - start) // timedelta(minutes=15))))


@given(MOMENTS, st.sampled_from(PLACES), st.lists(windows(), max_size=4))
@example(datetime(2027, 3, 14, 6, 59, tzinfo=UTC), "US-NY", [own("US-NY", "01:59", "02:59")])
@example(datetime(2027, 11, 7, 5, 45, tzinfo=UTC), "US-FL", [own("US-FL", "00:15", "01:45")])
def test_the_next_open_moment_is_open_and_none_before_it_is(asked: datetime, place: str, lines: list[Window]) -> None:
    table = Table(lines)
    found = table.next_open(place, asked)
    assert asked <= found <= asked + HORIZON
    assert table.next_open(place, found) == found or found == asked + HORIZON
    assert not any(table.is_open(place, moment) for moment in grid(asked, found))
    assert table.is_open(place, found) or found == asked + HORIZON
    assert wall_clocks_allow(table, place, found, lines) or found == asked + HORIZON


@given(MOMENTS, st.sampled_from(PLACES), st.lists(windows(), max_size=4))
def test_a_moment_is_open_just_when_every_clock_of_the_place_shows_an_open_hour(
    asked: datetime, place: str, lines: list[Window]
) -> None:
    table = Table(lines)
    local = [asked.astimezone(ZoneInfo(zone)) for zone in places.zones(place)]
    days = [{(now + timedelta(days=days)).utcoffset() for days in (-1, 0, 1)} for now in local]
    is_open = table.is_open(place, asked)
    assert is_open == wall_clocks_allow(table, place, asked, lines) or (
        not is_open and any(len(each) > 1 for each in days)
    )


@given(st.datetimes(timezones=st.timezones(), min_value=datetime(2000, 1, 1), max_value=datetime(2100, 1, 1)))  # noqa: DTZ001
def test_every_country_is_given_a_moment_in_any_year(asked: datetime) -> None:
    for place in ("DE", "US-AK", "BR", ""):
        assert asked <= TABLE.next_open(place, asked) < asked + HORIZON


def test_every_place_opens_within_three_days() -> None:
    asked = at(SATURDAY, "17:00", "Pacific/Honolulu")
    countries = [place for place in phonenumbers.SUPPORTED_REGIONS if places.is_country(place)]
    late = [
        place for place in [*places.STATES, *countries, ""] if TABLE.next_open(place, asked) - asked > timedelta(days=3)
    ]
    assert late == []
