"""Phone numbers as people write them."""

import phonenumbers
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shout import phones


@pytest.mark.parametrize(
    "written",
    [
        "+14155550123",
        "(415) 555-0123",
        "415.555.0123",
        "1-415-555-0123",
        " '4155550123 ",
        "tel:+14155550123",
        "+1415555０123",
    ],
)
def test_a_number_is_read_however_people_write_it(written: str) -> None:
    assert phones.parse(written) == "+14155550123"


@pytest.mark.parametrize("written", ["", "call me", "555-0123", "12345", "+1 415 555 01234567", "4.15555E+09"])
def test_what_is_not_a_whole_phone_number_is_refused_with_an_example(written: str) -> None:
    with pytest.raises(phones.InvalidPhone, match="country code, like"):
        phones.parse(written)


@given(st.from_regex(r"(\+?1[-. ]?)?\(?[2-9][0-9]{2}\)?[-. ]?[2-9][0-9]{2}[-. ]?[0-9]{4}", fullmatch=True))
def test_the_short_cut_for_numbers_at_home_agrees_with_the_library(written: str) -> None:
    number = phonenumbers.parse(written, "US")
    assert phones.parse(written) == phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


@pytest.mark.parametrize(
    ("e164", "shown"),
    [
        ("+14155550123", "(415) 555-0123"),
        ("+442079460000", "+44 20 7946 0000"),
        ("+493012345678", "+49 30 12345678"),
        ("27000", "27000"),
    ],
)
def test_a_number_is_shown_as_people_know_it(e164: str, shown: str) -> None:
    assert phones.show(e164) == shown


@given(st.text(st.sampled_from("+0123456789 ()-.,;extEXT'０٣/*#\u200b\n")) | st.text(max_size=20))
def test_any_text_is_a_whole_number_or_refused(written: str) -> None:
    try:
        e164 = phones.parse(written)
    except phones.InvalidPhone:
        return
    assert phones.E164.fullmatch(e164)
    assert phones.parse(e164) == e164
    assert phones.parse(phones.show(e164)) == e164
