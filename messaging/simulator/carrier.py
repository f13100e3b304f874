"""The only place for the simulated carrier's memory and rules: accounts, numbers, texts and who stopped what."""

import re
import secrets
import time
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

Event = dict[str, Any]

E164 = re.compile(r"\+[1-9]\d{6,14}")
TOLL_FREE = re.compile(r"\+18(00|33|44|55|66|77|88)\d{7}")
SID = re.compile(r"[SM]M[0-9a-f]{32}")
MAX_BODY = 1600
STOP_WORDS = frozenset({"STOP", "STOPALL", "UNSUBSCRIBE", "CANCEL", "END", "QUIT", "REVOKE", "OPTOUT"})
START_WORDS = frozenset({"START", "UNSTOP", "YES"})
HELP_WORDS = frozenset({"HELP", "INFO"})
STOP_REPLY = "You are unsubscribed and will get no more texts from this number. Reply START to get them again."
START_REPLY = "You are subscribed to texts from this number again. Reply HELP for help, STOP to stop."
HELP_REPLY = "Reply STOP to get no more texts from this number. Message and data rates may apply."
DELIVERED: tuple[tuple[str, int | None], ...] = (("sent", None), ("delivered", None))
# What becomes of a text to a handset whose number ends so; every other handset gets its texts.
MAGIC_ENDINGS: dict[str, tuple[tuple[str, int | None], ...]] = {
    "0001": (("sent", None), ("undelivered", 30003)),
    "0002": (("failed", 30007),),
    "0003": (("sent", None),),
}


class RefusedError(Exception):
    """The carrier says no; `code` is Twilio's number for the reason."""

    def __init__(self, code: int) -> None:
        super().__init__(code)
        self.code = code


@dataclass
class Number:
    """A number an account may text from, and the addresses the carrier calls for it."""

    sid: str
    e164: str
    account_sid: str
    at: float
    sms_url: str = ""
    sms_fallback_url: str = ""
    status_callback: str = ""
    carrier_replies: bool = True

    @property
    def toll_free(self) -> bool:
        return TOLL_FREE.fullmatch(self.e164) is not None


@dataclass
class Text:
    """One text, out to a handset or in from it; `at` and `sent_at` are seconds since 1970."""

    seq: int
    at: float
    sid: str
    account_sid: str
    direction: str
    handset: str
    number: str
    body: str
    media: list[str]
    status: str
    status_callback: str = ""
    messaging_service_sid: str | None = None
    carrier_reply: bool = False
    error_code: int | None = None
    sent_at: float | None = None

    @property
    def inbound(self) -> bool:
        return self.direction == "inbound"

    @property
    def sender(self) -> str:
        return self.handset if self.inbound else self.number

    @property
    def recipient(self) -> str:
        return self.number if self.inbound else self.handset


@dataclass
class Order:
    """What an account asked the carrier to send."""

    account_sid: str
    to: str
    from_: str
    body: str
    media: list[str]
    status_callback: str = ""
    messaging_service_sid: str | None = None


@dataclass
class Attempt:
    """One create request: when it arrived (two clocks, in seconds), what it asked, how it ended."""

    at: float
    monotonic: float
    order: Order
    outcome: str = "unanswered"
    sid: str | None = None


class Carrier:
    """Everything the carrier knows. Every change is an event, given to `record` as it happens; `apply` repeats it."""

    def __init__(self, record: Callable[[Event], None]) -> None:
        self._record = record
        self.forget()

    def forget(self) -> None:
        self.attempts: list[Attempt] = []
        self.numbers: dict[str, Number] = {}
        self.texts: list[Text] = []
        self._tokens: dict[str, str] = {}
        self._stopped: set[tuple[str, str]] = set()
        self._by_sid: dict[str, Text] = {}
        self._by_handset: dict[str, list[Text]] = defaultdict(list)
        self._by_route: dict[tuple[str, str], list[Text]] = defaultdict(list)

    def apply(self, event: Event) -> None:
        """Change the state by one event; raises ValueError for an event it does not know."""
        match event:
            case {"text": fields}:
                self._keep(Text(**fields))
            case {"settled": sid, "status": status, "error_code": error_code, "sent_at": sent_at}:
                text = self._by_sid[sid]
                text.status, text.error_code, text.sent_at = status, error_code, sent_at
            case {"account": sid, "token": token}:
                self._tokens[sid] = token
            case {"number": fields}:
                self.numbers[fields["e164"]] = Number(**fields)
            case {"stopped": [number, handset]}:
                self._stopped.add((number, handset))
            case {"started": [number, handset]}:
                self._stopped.discard((number, handset))
            case _:
                raise ValueError("not an event of the carrier")

    def _happen(self, event: Event) -> None:
        self.apply(event)
        self._record(event)

    def _keep(self, text: Text) -> None:
        self.texts.append(text)
        self._by_sid[text.sid] = text
        self._by_handset[text.handset].append(text)
        self._by_route[text.sender, text.recipient].append(text)

    def _add(self, number: Number, **fields: object) -> Text:
        text = {"seq": len(self.texts) + 1, "at": time.time(), "account_sid": number.account_sid, **fields}
        self._happen({"text": {**text, "number": number.e164}})
        return self.texts[-1]

    def sign_in(self, account_sid: str, token: str) -> None:
        """An account is learned with the token it first comes with; raises RefusedError for any other token later."""
        if account_sid not in self._tokens and account_sid.startswith("AC") and token:
            self._happen({"account": account_sid, "token": token})
        if not secrets.compare_digest(self._tokens.get(account_sid, "").encode(), token.encode()) or not token:
            raise RefusedError(20003)

    def token(self, account_sid: str) -> str:
        return self._tokens[account_sid]

    def numbers_of(self, account_sid: str, e164: str | None) -> list[Number]:
        """The account's numbers, or the one asked for, which becomes the account's if nobody has it yet."""
        if e164 and E164.fullmatch(e164) and e164 not in self.numbers:
            self._happen({"number": vars(Number(new_sid("PN"), e164, account_sid, time.time()))})
        return [n for n in self.numbers.values() if n.account_sid == account_sid and e164 in (None, n.e164)]

    def configure(self, number: Number, **changes: object) -> Number:
        self._happen({"number": {**vars(number), **changes}})
        return self.numbers[number.e164]

    def accept(self, order: Order) -> Text:
        """Take a text for delivery, or raise RefusedError with the code Twilio would give."""
        number = self._check(order)
        return self._add(
            number,
            sid=new_sid("MM" if order.media else "SM"),
            direction="outbound",
            handset=order.to,
            body=order.body,
            media=order.media,
            status="queued",
            status_callback=order.status_callback,
            messaging_service_sid=order.messaging_service_sid,
        )

    def _check(self, order: Order) -> Number:
        number = self.numbers.get(order.from_)
        if not order.to:
            raise RefusedError(21604)
        if not E164.fullmatch(order.to):
            raise RefusedError(21211)
        if not order.from_:
            raise RefusedError(21603)
        if not E164.fullmatch(order.from_):
            raise RefusedError(21212)
        if number is None or number.account_sid != order.account_sid:
            raise RefusedError(21606)
        if not order.body and not order.media:
            raise RefusedError(21602)
        if len(order.body) > MAX_BODY:
            raise RefusedError(21617)
        if number.carrier_replies and (order.from_, order.to) in self._stopped:
            raise RefusedError(21610)
        return number

    def settle(self, text: Text, status: str, error_code: int | None) -> None:
        """Move a text on; `sent_at` is set once it has left."""
        sent_at = text.sent_at or (None if status == "failed" else time.time())
        self._happen({"settled": text.sid, "status": status, "error_code": error_code, "sent_at": sent_at})

    def receive(self, handset: str, number: Number, *, body: str, media: list[str], sid: str) -> Text:
        """Take a text from a handset; one that carries a sid already taken is that same text, delivered again.

        Raises ValueError when the sid belongs to a different text.
        """
        if known := self._by_sid.get(sid):
            if (known.handset, known.number, known.body) != (handset, number.e164, body):
                raise ValueError("This sid belongs to another text. Leave it out to send a new one.")
            return known
        sid = sid or new_sid("MM" if media else "SM")
        text = self._add(
            number, sid=sid, direction="inbound", handset=handset, body=body, media=media, status="received"
        )
        if number.carrier_replies:
            self._obey(number, text)
        return text

    def _obey(self, number: Number, text: Text) -> None:
        word = text.body.strip().upper()
        stopped = (number.e164, text.handset) in self._stopped
        if word in STOP_WORDS and not stopped:
            self._happen({"stopped": [number.e164, text.handset]})
            self._reply(number, text.handset, STOP_REPLY)
        elif word in START_WORDS and stopped and not (word == "YES" and number.toll_free):
            self._happen({"started": [number.e164, text.handset]})
            self._reply(number, text.handset, START_REPLY)
        elif word in HELP_WORDS:
            self._reply(number, text.handset, HELP_REPLY)

    def _reply(self, number: Number, handset: str, body: str) -> None:
        self._add(
            number,
            sid=new_sid("SM"),
            direction="outbound",
            handset=handset,
            body=body,
            media=[],
            status="delivered",
            carrier_reply=True,
        )

    def text(self, account_sid: str, sid: str) -> Text:
        """The account's text with this sid; raises RefusedError when there is none."""
        text = self._by_sid.get(sid)
        if text is None or text.account_sid != account_sid or text.carrier_reply:
            raise RefusedError(20404)
        return text

    def log(self, account_sid: str, *, from_: str | None, to: str | None) -> Iterator[Text]:
        """The account's own texts in both directions, newest first."""
        texts = self._by_route.get((from_, to), []) if from_ and to else self.texts
        return (
            text
            for text in reversed(texts)
            if text.account_sid == account_sid
            and not text.carrier_reply
            and from_ in (None, text.sender)
            and to in (None, text.recipient)
        )

    def history(self, handset: str | None, *, after: int | None, limit: int) -> Sequence[Text]:
        """A handset's texts (or everybody's), oldest first: those after a sequence number, or the latest."""
        texts = self.texts if handset is None else self._by_handset.get(handset, [])
        start = max(len(texts) - limit, 0) if after is None else bisect_right(texts, after, key=lambda text: text.seq)
        return list(islice(texts, start, start + limit))


def new_sid(prefix: str) -> str:
    """A fresh identifier as Twilio writes them: two letters and 32 hexadecimal digits."""
    return prefix + secrets.token_hex(16)


def journey(handset: str) -> tuple[tuple[str, int | None], ...]:
    """The (status, error code) steps a text to this handset goes through after `queued`."""
    return MAGIC_ENDINGS.get(handset[-4:], DELIVERED)
