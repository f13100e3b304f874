"""Where a recipient is, as a place code, and which time zones that place has: the only place that knows geography.

A code is "US-FL" (ISO 3166-2) for a state, DC or a territory, "US" for an American number whose state nobody knows, the
ISO country code for any other country, and "" for nothing known. Pure, apart from the tables in `data/`.
"""

import csv
import re
from functools import lru_cache
from pathlib import Path

import phonenumbers
from phonenumbers import timezone

from shout import phones, text

_ZIP = re.compile(r"(\d{5})(?:-?\d{4})?", re.ASCII)
_PLUS_ONE = re.compile(r"\+1([2-9]\d\d)\d{7}", re.ASCII)
_OURS = frozenset({"US", "AS", "GU", "MP", "PR", "VI"})


def table(name: str) -> list[dict[str, str]]:
    """The lines of one of the tables in `data/`, by their column names."""
    with (Path(__file__).parent / "data" / f"{name}.csv").open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def _prefixes(first: str, last: str) -> list[str]:
    """Everything from `first` to `last`, with as many digits as these."""
    return [str(number).zfill(len(first)) for number in range(int(first), int(last) + 1)]


_AREA_CODES = {line["code"]: line["place"] for line in table("area_codes")}
# Mostly the first three digits; all five where a place differs from its neighbours.
_ZIPS = {prefix: line["place"] for line in table("zip_prefixes") for prefix in _prefixes(line["first"], line["last"])}
_STATES = table("states")
_CODES = {text.fold(name): line["place"] for line in _STATES for name in (line["name"], line["place"][3:])}
_ZONES = {line["place"]: tuple(line["zones"].split()) for line in _STATES}
# The zones of the fifty states, from east to west. The territories lie beyond them on both sides and do not count here.
_AMERICAN = (
    "America/New_York",
    "America/Chicago",
    "America/Denver",
    "America/Phoenix",
    "America/Los_Angeles",
    "America/Anchorage",
    "America/Adak",
    "Pacific/Honolulu",
)

_ALL_OF_PLUS_ONE = timezone.time_zones_for_geographical_number(phonenumbers.PhoneNumber(1, 0))
_NOTHING = (timezone.UNKNOWN_TIMEZONE,)

STATES = frozenset(_ZONES)
# The states and DC, without the territories.
FIFTY = STATES - {f"US-{territory}" for territory in _OURS}
# What states, territories and countries are called, by their codes.
NAMES = {line["place"]: line["name"] for line in (*_STATES, *table("countries"))}


def place_of(phone: str, *, postal_code: str = "", carrier_zip: str = "", carrier_state: str = "") -> str:
    """Where the owner of an E.164 number is, by the best evidence there is.

    The ZIP that the business knows counts before the carrier's ZIP, that before the carrier's state, and all before the
    area code; what is malformed or not American is skipped. A number from a country that is neither the USA nor Canada
    is there whatever the rest says: Germany and Mexico write postal codes like ours, and Brazil has states called AL
    and MS.
    """
    home = _home(phone)
    if home not in ("", "CA") and not home.startswith("US"):
        return home
    return _of_zip(postal_code) or _of_zip(carrier_zip) or _of_state(carrier_state) or home


def zones(place: str, phone: str = "") -> tuple[str, ...]:
    """The IANA time zones of a place, never none: all American ones for "US" and for a place that nobody knows.

    A state that a border of zones splits has several. `phone` narrows down the zones of a country other than the USA.
    """
    if place in _ZONES:
        return _ZONES[place]
    return _abroad(place, phone if _home(phone) == place else "") or _AMERICAN


def is_country(place: str) -> bool:
    """Whether the code is of a country other than the USA."""
    return place in phonenumbers.SUPPORTED_REGIONS and place not in _OURS


def _home(phone: str) -> str:
    """The place that a number belongs to by its digits."""
    if not phones.E164.fullmatch(phone):
        return ""
    if phone.startswith("+1"):
        plus_one = _PLUS_ONE.fullmatch(phone)
        return _AREA_CODES.get(plus_one[1], "US") if plus_one else ""
    try:
        number = phonenumbers.parse(phone)
    except phonenumbers.NumberParseException:
        return ""
    calling = number.country_code or 0
    region = phonenumbers.region_code_for_number(number) or phonenumbers.region_code_for_country_code(calling)
    return region if is_country(region) else ""


@lru_cache(maxsize=10_000)
def _of_zip(postal_code: str) -> str:
    """The place of a ZIP or ZIP+4, or "" if it is none or the armed forces'."""
    found = _ZIP.fullmatch(postal_code.strip())
    return (_ZIPS.get(found[1]) or _ZIPS.get(found[1][:3], "")) if found else ""


@lru_cache(maxsize=1000)
def _of_state(name: str) -> str:
    """The place of a state by its name or its two letters, or ""."""
    return _CODES.get(text.fold(name), "")


@lru_cache(maxsize=10_000)
def _abroad(country: str, phone: str) -> tuple[str, ...]:
    """The zones of a number there, or all of the country's; none for what is no country."""
    if not is_country(country):
        return ()
    found = _known(timezone.time_zones_for_number(phonenumbers.parse(phone))) if phone else set()
    return tuple(sorted(found or set().union(*map(_zones_of_prefix, _prefixes_of(country)))))


def _prefixes_of(country: str) -> list[tuple[int, int]]:
    """The calling code of a country with the first digits that tell it from others of that code."""
    calling = phonenumbers.country_code_for_region(country)
    if calling == 1:
        return [(1, int(code)) for code, place in _AREA_CODES.items() if place == country]
    return [(calling, 0)]


def _zones_of_prefix(prefix: tuple[int, int]) -> set[str]:
    return _known(timezone.time_zones_for_geographical_number(phonenumbers.PhoneNumber(*prefix)))


def _known(found: tuple[str, ...]) -> set[str]:
    """What the library found, unless it names all of +1 or nothing for an area code that it does not know."""
    return set() if found in (_ALL_OF_PLUS_ONE, _NOTHING) else set(found)
