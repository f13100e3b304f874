"""The only place for the simulated carrier's rules: who may send what to whom, and what STOP does."""

import re
import secrets
import time

from messaging.simulator.memory import Memory, Number, Order, Service, Text

E164 = re.compile(r"\+[1-9]\d{6,14}")
SID = re.compile(r"[SM]M[0-9a-f]{32}")
MAX_BODY = 1600
STOP_WORDS = frozenset({"STOP", "STOPALL", "UNSUBSCRIBE", "CANCEL", "END", "QUIT", "REVOKE", "OPTOUT"})
START_WORDS = frozenset({"START", "UNSTOP", "YES"})
HELP_WORDS = frozenset({"HELP", "INFO"})
WORDS = {"STOP": STOP_WORDS, "START": START_WORDS, "HELP": HELP_WORDS}
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


class Carrier:
    """What the carrier does with requests and texts, on what it remembers."""

    def __init__(self, memory: Memory) -> None:
        self._memory = memory

    def sign_in(self, account_sid: str, token: str) -> None:
        """An account is learned with the token it first comes with; raises RefusedError for any other token later."""
        if account_sid not in self._memory.tokens and account_sid.startswith("AC") and token:
            self._memory.happen({"account": account_sid, "token": token})
        if not secrets.compare_digest(self._memory.tokens.get(account_sid, "").encode(), token.encode()) or not token:
            raise RefusedError(20003)

    def numbers_of(self, account_sid: str, e164: str | None) -> list[Number]:
        """The account's numbers, or the one asked for, which becomes the account's if nobody has it yet."""
        if e164 and E164.fullmatch(e164) and e164 not in self._memory.numbers:
            self._memory.happen({"number": vars(Number(new_sid("PN"), e164, account_sid, time.time()))})
        return [n for n in self._memory.numbers.values() if n.account_sid == account_sid and e164 in (None, n.e164)]

    def configure(self, number: Number, **changes: object) -> Number:
        self._memory.happen({"number": {**vars(number), **changes}})
        return self._memory.numbers[number.e164]

    def pool(
        self, numbers: list[Number], *, name: str, short_codes: list[str], advanced_opt_out: dict[str, list[str]] | None
    ) -> Service:
        """Put an account's numbers into a new Messaging Service; each leaves the one it was in."""
        sid, words = new_sid("MG"), advanced_opt_out
        if words is not None:
            words = {word: [extra.strip().upper() for extra in extras] for word, extras in words.items()}
        service = Service(sid, numbers[0].account_sid, name or sid, time.time(), short_codes, words)
        self._memory.happen({"service": vars(service)})
        for number in numbers:
            self.configure(number, messaging_service_sid=sid)
        return self._memory.services[sid]

    def leave_texts_to_numbers(self, service: Service) -> Service:
        """From now on texts to the service's numbers are posted where each number says."""
        self._memory.happen({"service": {**vars(service), "use_inbound_webhook_on_number": True}})
        return self._memory.services[service.sid]

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
        number = self._memory.numbers.get(order.from_)
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
        if number.carrier_replies and (order.from_, order.to) in self._memory.stopped:
            raise RefusedError(21610)
        return number

    def settle(self, text: Text, status: str, error_code: int | None) -> None:
        """Move a text on; `sent_at` is set once it has left."""
        sent_at = text.sent_at or (None if status == "failed" else time.time())
        self._memory.happen({"settled": text.sid, "status": status, "error_code": error_code, "sent_at": sent_at})

    def receive(
        self, handset: str, number: Number, *, body: str, media: list[str], sid: str, place: dict[str, str]
    ) -> Text:
        """Take a text from a handset; one that carries a sid already taken is that same text, delivered again.

        Raises ValueError when the sid belongs to a different text.
        """
        if known := self._memory.find(sid):
            if (known.handset, known.number, known.body) != (handset, number.e164, body):
                raise ValueError("This sid belongs to another text. Leave it out to send a new one.")
            return known
        service = self._memory.services.get(number.messaging_service_sid)
        extra = (service and service.advanced_opt_out) or {}
        word = _universal(number, body, extra) if number.carrier_replies else ""
        text = self._add(
            number,
            sid=sid or new_sid("MM" if media else "SM"),
            direction="inbound",
            handset=handset,
            body=body,
            media=media,
            status="received",
            messaging_service_sid=service.sid if service else None,
            opt_out_type=word if service and service.advanced_opt_out is not None else "",
            place=place,
        )
        self._obey(word, number, handset)
        return text

    def _obey(self, word: str, number: Number, handset: str) -> None:
        stopped = (number.e164, handset) in self._memory.stopped
        if word == "STOP" and not stopped:
            self._block(number, handset, event="stopped")
            self._reply(number, handset, STOP_REPLY)
        elif word == "START" and stopped:
            self._block(number, handset, event="started")
            self._reply(number, handset, START_REPLY)
        elif word == "HELP":
            self._reply(number, handset, HELP_REPLY)

    def _block(self, number: Number, handset: str, *, event: str) -> None:
        service_sid = number.messaging_service_sid
        for each in self._memory.pool(service_sid) if service_sid else [number]:
            self._memory.happen({event: [each.e164, handset]})

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

    def _add(self, number: Number, **fields: object) -> Text:
        text = {"seq": len(self._memory.texts) + 1, "at": time.time(), "account_sid": number.account_sid, **fields}
        self._memory.happen({"text": {**text, "number": number.e164}})
        return self._memory.texts[-1]

    def text(self, account_sid: str, sid: str) -> Text:
        """The account's text with this sid; raises RefusedError when there is none."""
        text = self._memory.find(sid)
        if text is None or text.account_sid != account_sid or text.carrier_reply:
            raise RefusedError(20404)
        return text


def _universal(number: Number, body: str, extra: dict[str, list[str]]) -> str:
    """STOP, START or HELP if the whole text is one of the words for it, else nothing."""
    said = body.strip().upper()
    if number.toll_free and said == "YES":
        return ""
    return next((word for word, usual in WORDS.items() if said in usual or said in extra.get(word, ())), "")


def new_sid(prefix: str) -> str:
    """A fresh identifier as Twilio writes them: two letters and 32 hexadecimal digits."""
    return prefix + secrets.token_hex(16)


def journey(handset: str) -> tuple[tuple[str, int | None], ...]:
    """The (status, error code) steps a text to this handset goes through after `queued`."""
    return MAGIC_ENDINGS.get(handset[-4:], DELIVERED)
