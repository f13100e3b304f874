"""What Shout answers to STOP, START and HELP on numbers whose carrier does not (P5, P6)."""

from contacts.models import Number
from contacts.words import Universal
from shout import phones


def text(number: Number, word: Universal) -> str:
    """The one answer to a universal keyword: no marketing, and the way back or out."""
    business = number.account.name
    if word == Universal.STOP:
        return f"{business}: You have stopped texts from {phones.show(number.e164)}. Reply START to get them again."
    if word == Universal.START:
        return f"{business}: You get texts from {phones.show(number.e164)} again. Reply HELP for help, STOP to stop."
    return number.help_text or help_text(number)


def help_text(number: Number) -> str:
    """The help text of a number for which none was written: who it is, where to ask, how to stop."""
    contact = number.account.contact_details or phones.show(number.e164)
    return f"{number.account.name}: For help contact {contact}. Msg & data rates may apply. Reply STOP to stop."
