"""The carrier's error codes: what each means, in words, and for the text that got it (M5)."""

from messaging.carriers import Verdict

OPTED_OUT = 21610

# Twilio's error dictionary; what to do with each is our choice and shown on the message.
MEANINGS: dict[int, str] = {
    20003: "The carrier refused the credentials. Check the number's account SID and auth token.",
    20429: "The carrier was too busy to take it. Shout tries again.",
    21211: "This is not a phone number the carrier knows.",
    21408: "The carrier account may not text this country.",
    21602: "The text was empty.",
    21606: "The carrier account does not own the sending number.",
    21610: "The carrier holds an opt-out of this person from this number.",
    21611: "The number's queue at the carrier was full.",
    21612: "The carrier cannot reach this phone from this number.",
    21614: "This is not a mobile number.",
    21617: "The text was longer than 1,600 characters.",
    30001: "The number's queue at the carrier was full.",
    30002: "The carrier account is suspended.",
    30003: "The phone was switched off or out of reach.",
    30004: "The phone's network blocked the text.",
    30005: "The phone number does not exist any more.",
    30006: "This is a landline, or its network cannot receive texts.",
    30007: "The carrier filtered the text as unwanted.",
    30008: "The phone's network gave no reason.",
    30032: "The toll-free number is not verified.",
    30034: "The number is not registered for business texting (A2P 10DLC).",
}

# "Never processed and always safe to retry" (20429), and a full queue (21611), which empties.
_RETRY = frozenset({20429, 21611})


def verdict_on(status: int, code: int | None) -> Verdict:
    """What an HTTP answer of the carrier means for the text. A 5xx may have been accepted (Twilio's error 20500)."""
    if status == 429 or code in _RETRY:
        return Verdict.RETRY
    return Verdict.FAILED if 400 <= status < 500 else Verdict.UNKNOWN


def meaning(code: int | None) -> str:
    """An error code in words."""
    if code is None:
        return ""
    return MEANINGS.get(code, f"The carrier reported error {code}.")
