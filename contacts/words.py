"""Universal keywords: the words that belong to the carrier and the law, never to a bot (P3-P5). Pure."""

from collections.abc import Collection
from enum import StrEnum

from shout import text


class Universal(StrEnum):
    """What a universal keyword asks for."""

    STOP = "stop"
    START = "start"
    HELP = "help"


# 47 CFR 64.1200(a)(10) names stop, quit, end, revoke, opt out, cancel and unsubscribe; the rest are the carriers'.
STOP_WORDS = frozenset(
    [
        "stop",
        "stopall",
        "stop all",
        "unsubscribe",
        "cancel",
        "end",
        "quit",
        "revoke",
        "optout",
        "opt out",
        "opt-out",
        "stop-all",
    ],
)
START_WORDS = frozenset({"start", "unstop"})
# Carriers take YES for START on local lines, and only from somebody who has stopped (P4); otherwise bots may own it.
YES = "yes"
HELP_WORDS = frozenset({"help", "info"})
RESERVED = STOP_WORDS | START_WORDS | HELP_WORDS


def classify(
    body: str, *, is_local_line: bool, has_stopped: bool, own_stop_words: Collection[str] = ()
) -> Universal | None:
    """The universal keyword that a text is, or None. The whole text has to be the word.

    `own_stop_words` are the account's, normalised; they come last, so that they cannot take START or HELP away.
    """
    key = text.normalise(body)
    if key in STOP_WORDS:
        return Universal.STOP
    if key in START_WORDS or (key == YES and is_local_line and has_stopped):
        return Universal.START
    if key in HELP_WORDS:
        return Universal.HELP
    return Universal.STOP if key in own_stop_words else None


def may_be_universal(body: str, own_stop_words: Collection[str] = ()) -> bool:
    """Whether a text could be a universal keyword on some line: tells if a lookup is worth while."""
    key = text.normalise(body)
    return key in RESERVED or key == YES or key in own_stop_words
