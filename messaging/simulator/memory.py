"""The only place for what the simulated carrier remembers: tokens, numbers, services, texts, blocks, attempts."""

import re
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

Event = dict[str, Any]

TOLL_FREE = re.compile(r"\+18(00|33|44|55|66|77|88)\d{7}")


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
    messaging_service_sid: str = ""

    @property
    def toll_free(self) -> bool:
        return TOLL_FREE.fullmatch(self.e164) is not None


@dataclass
class Service:
    """A Messaging Service: a pool of numbers and short codes, of which a STOP to one is a STOP to all.

    `advanced_opt_out` holds the words it takes beside the usual ones, by STOP, START and HELP; None: it is off.
    """

    sid: str
    account_sid: str
    name: str
    at: float
    short_codes: list[str]
    advanced_opt_out: dict[str, list[str]] | None = None
    use_inbound_webhook_on_number: bool = False


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
    opt_out_type: str = ""
    place: dict[str, str] = field(default_factory=dict)

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


class Memory:
    """Everything the carrier knows. A change is an event: `happen` makes it and hands it on, `apply` only makes it."""

    def __init__(self, record: Callable[[Event], None]) -> None:
        self._record = record
        self.forget()

    def forget(self) -> None:
        self.attempts: list[Attempt] = []
        self.numbers: dict[str, Number] = {}
        self.services: dict[str, Service] = {}
        self.stopped: set[tuple[str, str]] = set()
        self.texts: list[Text] = []
        self.tokens: dict[str, str] = {}
        self._by_sid: dict[str, Text] = {}
        self._by_handset: dict[str, list[Text]] = defaultdict(list)
        self._by_route: dict[tuple[str, str], list[Text]] = defaultdict(list)

    def happen(self, event: Event) -> None:
        self.apply(event)
        self._record(event)

    def apply(self, event: Event) -> None:
        """Change the state by one event; raises ValueError for an event it does not know."""
        match event:
            case {"text": fields}:
                self._keep(Text(**fields))
            case {"settled": sid, "status": status, "error_code": error_code, "sent_at": sent_at}:
                text = self._by_sid[sid]
                text.status, text.error_code, text.sent_at = status, error_code, sent_at
            case {"account": sid, "token": token}:
                self.tokens[sid] = token
            case {"number": fields}:
                self.numbers[fields["e164"]] = Number(**fields)
            case {"service": fields}:
                self.services[fields["sid"]] = Service(**fields)
            case {"stopped": [number, handset]}:
                self.stopped.add((number, handset))
            case {"started": [number, handset]}:
                self.stopped.discard((number, handset))
            case _:
                raise ValueError("not an event of the carrier")

    def _keep(self, text: Text) -> None:
        self.texts.append(text)
        self._by_sid[text.sid] = text
        self._by_handset[text.handset].append(text)
        self._by_route[text.sender, text.recipient].append(text)

    def pool(self, service_sid: str) -> list[Number]:
        """The numbers in a service."""
        return [number for number in self.numbers.values() if number.messaging_service_sid == service_sid]

    def find(self, sid: str) -> Text | None:
        return self._by_sid.get(sid)

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
