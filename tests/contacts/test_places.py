"""Where a recipient is: which evidence counts, and whether the tables agree with the world."""

import subprocess
import sys
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import phonenumbers
import pytest
from hypothesis import given
from hypothesis import strategies as st
from phonenumbers import timezone

from contacts import places

FLORIDA, NEW_YORK, LONDON = "+13055550123", "+12125550123", "+442079460000"
AREA_CODES = {line["code"]: line["place"] for line in places.table("area_codes")}
WINTER, SUMMER = datetime(2027, 1, 15, 12, tzinfo=UTC), datetime(2027, 7, 15, 12, tzinfo=UTC)


def clocks(zones: tuple[str, ...]) -> set[tuple[timedelta | None, ...]]:
    """What the clocks of some zones show over the year."""
    return {tuple(at.astimezone(ZoneInfo(zone)).utcoffset() for at in (WINTER, SUMMER)) for zone in zones}


@pytest.mark.parametrize(
    ("phone", "place"),
    [
        (FLORIDA, "US-FL"),
        (NEW_YORK, "US-NY"),
        ("+12025550123", "US-DC"),
        ("+17875550123", "US-PR"),
        ("+16715550123", "US-GU"),
        ("+14655550123", "US-NY"),
        ("+14165550123", "CA"),
        ("+18765550123", "JM"),
        ("+18095550123", "DO"),
        (LONDON, "GB"),
        ("+4915112345678", "DE"),
        ("+77011234567", "KZ"),
        ("+15005550006", "US"),
        ("+15215550123", "US"),
        ("+18885550123", "US"),
        ("+15555550123", "US"),
        ("+80012345678", ""),
        ("+9991234567", ""),
        ("+1415555012", ""),
        ("+11155550123", ""),
        ("12345", ""),
        ("nonsense", ""),
        ("", ""),
    ],
)
def test_a_number_alone_tells_the_place_by_its_area_code_or_country(phone: str, place: str) -> None:
    assert places.place_of(phone) == place


def test_what_the_business_knows_counts_before_what_the_carrier_says_and_both_before_the_area_code() -> None:
    found = [
        places.place_of(NEW_YORK, postal_code="33101", carrier_zip="73301", carrier_state="CA"),
        places.place_of(NEW_YORK, carrier_zip="73301", carrier_state="CA"),
        places.place_of(NEW_YORK, carrier_state="CA"),
        places.place_of(NEW_YORK),
    ]
    assert found == ["US-FL", "US-TX", "US-CA", "US-NY"]


@pytest.mark.parametrize(
    "postal_code", ["", "3310", "331011", "SW1A 1AA", "M5V 2T6", "00000", "09012", "٣٣١٠١", "33 101"]
)
def test_a_code_that_is_no_zip_of_a_known_place_is_skipped(postal_code: str) -> None:
    assert places.place_of(NEW_YORK, postal_code=postal_code, carrier_zip="33101") == "US-FL"


@pytest.mark.parametrize("state", ["", "ON", "Ontario", "XX", "AE", "Flor", "US-FL"])
def test_a_state_that_is_none_of_ours_is_skipped(state: str) -> None:
    assert places.place_of(NEW_YORK, carrier_state=state) == "US-NY"


@pytest.mark.parametrize("state", ["FL", "fl", " Fl ", "Florida", "FLORIDA"])
def test_a_state_counts_by_its_letters_or_its_name_in_any_case(state: str) -> None:
    assert places.place_of(NEW_YORK, carrier_state=state) == "US-FL"


@pytest.mark.parametrize("phone", ["+18885550123", "+14165550123", "12345", ""])
def test_a_zip_counts_for_somebody_with_a_toll_free_a_canadian_or_no_number(phone: str) -> None:
    assert places.place_of(phone, postal_code="33101-0042") == "US-FL"


@pytest.mark.parametrize(
    ("phone", "place"), [("+493012345678", "DE"), ("+18095550123", "DO"), ("+5511912345678", "BR")]
)
def test_a_postal_code_or_state_abroad_is_not_taken_for_an_american_one(phone: str, place: str) -> None:
    assert places.place_of(phone, postal_code="10115", carrier_zip="10101", carrier_state="AL") == place


@pytest.mark.parametrize(
    ("state", "zips"),
    [
        ("AK", "99501 99950"),
        ("AL", "35203 36925"),
        ("AR", "72201 71601"),
        ("AS", "96799"),
        ("AZ", "85001 86515"),
        ("CA", "90001 96161"),
        ("CO", "80201 81658"),
        ("CT", "06101 06928"),
        ("DC", "20001 20500"),
        ("DE", "19701 19980"),
        ("FL", "32003 34997 33101"),
        ("GA", "30301 39901"),
        ("GU", "96910"),
        ("HI", "96813 96701"),
        ("IA", "50301 52809"),
        ("ID", "83701 83876"),
        ("IL", "60601 62999"),
        ("IN", "46201 47997"),
        ("KS", "66101 67954"),
        ("KY", "40202 42788"),
        ("LA", "70112 71497"),
        ("MA", "02108 01001 05501"),
        ("MD", "21201 20601"),
        ("ME", "04101 03901"),
        ("MI", "48201 49971"),
        ("MN", "55401 56763"),
        ("MO", "63101 65899"),
        ("MP", "96950"),
        ("MS", "39201 38601"),
        ("MT", "59101 59937"),
        ("NC", "27601 28909"),
        ("ND", "58102 58856"),
        ("NE", "68102 69367"),
        ("NH", "03101 03897"),
        ("NJ", "07101 08989"),
        ("NM", "87101 88439"),
        ("NV", "89101 89883"),
        ("NY", "10001 14925 00501 06390"),
        ("OH", "43215 45999"),
        ("OK", "73101 74966"),
        ("OR", "97201 97920"),
        ("PA", "19103 15001"),
        ("PR", "00901 00602"),
        ("RI", "02903 02801"),
        ("SC", "29201 29945"),
        ("SD", "57101 57799"),
        ("TN", "37201 38589"),
        ("TX", "75201 79999 88510 73301 73949"),
        ("UT", "84101 84791"),
        ("VA", "23219 20101 24658"),
        ("VI", "00802"),
        ("VT", "05401 05907"),
        ("WA", "98101 99403"),
        ("WI", "53202 54990"),
        ("WV", "25301 26886"),
        ("WY", "82001 83128 83414"),
    ],
)
def test_the_zips_of_a_state_lead_to_it(state: str, zips: str) -> None:
    assert {places.place_of("", postal_code=code) for code in zips.split()} == {f"US-{state}"}


def test_every_state_has_area_codes_zips_and_zones() -> None:
    zips = {line["place"] for line in places.table("zip_prefixes")}
    assert len(places.STATES) == 50 + 1 + 5
    assert set(AREA_CODES.values()) & zips >= places.STATES
    assert all(clocks(places.zones(state)) for state in places.STATES)


def test_no_zip_is_in_two_places() -> None:
    ranges = [(line["first"], line["last"]) for line in places.table("zip_prefixes")]
    for length in (3, 5):
        ordered = sorted(each for each in ranges if len(each[0]) == len(each[1]) == length)
        assert all(first <= last for first, last in ordered)
        assert all(earlier[1] < later[0] for earlier, later in pairwise(ordered))
    assert {len(each) for pair in ranges for each in pair} == {3, 5}


@pytest.mark.parametrize("code", [code for code, place in AREA_CODES.items() if place in places.STATES])
def test_the_clocks_of_an_area_code_are_clocks_of_its_state(code: str) -> None:
    known = timezone.time_zones_for_geographical_number(phonenumbers.PhoneNumber(1, int(code)))
    everywhere = timezone.time_zones_for_geographical_number(phonenumbers.PhoneNumber(1, 0))
    state = AREA_CODES[code]
    # The library does not know the newest codes yet, and gives the few finer zones of a state by their exchanges only.
    assert known == everywhere or clocks(known) <= clocks(places.zones(state)), state


def test_every_geographic_area_code_that_the_library_knows_is_in_the_table() -> None:
    missing = []
    for code in range(200, 1000):
        number = phonenumbers.PhoneNumber(1, int(f"{code}2345678"))
        kind = phonenumbers.number_type(number)
        if kind == phonenumbers.PhoneNumberType.FIXED_LINE_OR_MOBILE and str(code) not in AREA_CODES:
            missing.append(code)
    assert missing == []


def test_a_state_that_a_border_of_zones_splits_has_them_all() -> None:
    assert places.zones("US-FL", FLORIDA) == ("America/New_York", "America/Chicago")
    assert set(places.zones("US-TX")) == {"America/Chicago", "America/Denver"}
    assert places.zones("US-HI") == ("Pacific/Honolulu",)


@pytest.mark.parametrize("place", ["US", "", "US-ZZ", "XX", "PR", "001"])
def test_an_unknown_place_has_the_zones_of_all_states(place: str) -> None:
    fifty = places.STATES - {"US-AS", "US-GU", "US-MP", "US-PR", "US-VI"}
    assert clocks(places.zones(place)) == clocks(tuple(zone for state in fifty for zone in places.zones(state)))


def test_the_zones_abroad_are_the_numbers_own_or_all_of_the_countrys() -> None:
    assert places.zones("GB", LONDON) == ("Europe/London",)
    assert places.zones("CA", "+14165550123") == ("America/Toronto",)
    assert {"America/Vancouver", "America/Toronto", "America/St_Johns"} <= set(places.zones("CA"))
    assert places.zones("CA", "+16005550123") == places.zones("CA") == places.zones("CA", LONDON)
    assert "Pacific/Honolulu" not in places.zones("CA")
    assert places.zones("DO") == ("America/Santo_Domingo",)
    assert len(places.zones("AU", "+61412345678")) > 3


def test_every_country_has_zones_of_its_own() -> None:
    countries = [place for place in phonenumbers.SUPPORTED_REGIONS if places.is_country(place)]
    assert len(countries) > 200
    for country in countries:
        assert clocks(places.zones(country))
        assert places.zones(country) != places.zones("US"), country


@given(st.text(max_size=12), st.text(max_size=8), st.text(max_size=8), st.text(max_size=8))
def test_nothing_that_arrives_makes_it_fail(phone: str, known: str, zip_code: str, state: str) -> None:
    place = places.place_of(phone, postal_code=known, carrier_zip=zip_code, carrier_state=state)
    assert place in ("", "US") or place in places.STATES or places.is_country(place)
    assert places.zones(place, phone)


@given(st.from_regex(r"\A\+[1-9]\d{6,14}\Z"))
def test_every_number_there_can_be_has_a_place_and_zones(phone: str) -> None:
    place = places.place_of(phone)
    assert place in ("", "US") or place in places.STATES or places.is_country(place)
    assert clocks(places.zones(place, phone))


def test_the_geocoder_of_the_library_is_never_loaded() -> None:
    look = "import sys, contacts.places; sys.exit(any('geocod' in name or 'geodata' in name for name in sys.modules))"
    assert subprocess.run([sys.executable, "-c", look], check=False).returncode == 0
