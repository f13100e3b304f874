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
