"""Phone numbers: the only place that reads, checks and shows them."""

import re

import phonenumbers

E164 = re.compile(r"\+[1-9]\d{6,14}", re.ASCII)
_NANP = re.compile(r"\+1[2-9]\d{2}[2-9]\d{6}", re.ASCII)
_AT_HOME = re.compile(r"(?:\+?1[-. ]?)?\(?([2-9]\d\d)\)?[-. ]?([2-9]\d\d)[-. ]?(\d{4})", re.ASCII)


class InvalidPhone(ValueError):
    """The text is not a phone number; the message says how to mend it."""


def parse(text: str, *, region: str = "US") -> str:
    """The E.164 form of a phone number as people write it; raises `InvalidPhone`."""
    text = text.strip().lstrip("'")
    if region == "US" and (plain := _AT_HOME.fullmatch(text)):  # the common case, forty times faster than the library
        return "+1" + "".join(plain.groups())
    try:
        number = phonenumbers.parse(text, region)
    except phonenumbers.NumberParseException:
        number = None
    # The library's is_possible_number also passes seven digits without an area code.
    if (
        number is not None
        and phonenumbers.is_possible_number_with_reason(number) == phonenumbers.ValidationResult.IS_POSSIBLE
    ):
        e164 = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
        # It also gives some countries more digits than E.164 has room for.
        if E164.fullmatch(e164):
            return e164
    raise InvalidPhone(f"“{text}” is not a phone number. Write it with its country code, like +1 415 555 0123.")


def is_toll_free(e164: str) -> bool:
    """Whether whoever calls or texts the number pays nothing; carriers treat such lines differently."""
    return bool(phonenumbers.number_type(phonenumbers.parse(e164)) == phonenumbers.PhoneNumberType.TOLL_FREE)


def show(e164: str) -> str:
    """The number as a person reads it: (415) 555-0123 at home, +44 20 7946 0000 abroad."""
    if _NANP.fullmatch(e164):
        return f"({e164[2:5]}) {e164[5:8]}-{e164[8:]}"
    try:
        number = phonenumbers.parse(e164)
    except phonenumbers.NumberParseException:
        return e164
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.INTERNATIONAL)
