"""One person's timeline: the only place that puts their texts and the changes of their permission in one order."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from functools import cached_property
from hashlib import blake2b
from zoneinfo import ZoneInfo

from django.db.models import QuerySet
from django.utils import formats
from django.utils.timezone import now

from contacts import places, wording
from contacts.models import ConsentEvent, Contact
from messaging import resending
from messaging.carriers import errors
from messaging.models import Message

PAGE = 50
_MOST = 10 * PAGE


@dataclass(frozen=True, slots=True)
class TextLine:
    """A text, with the words a person reads beside it."""

    text: Message
    was_resent: bool

    @property
    def source(self) -> str:
        """Which number, and who speaks; for a person's own text, what it started."""
        label, text = self.text.number.label, self.text
        if text.is_inbound:
            return f"To {label} · started {text.trace['bot']}" if "bot" in text.trace else f"To {label}"
        return f"{label} · {_speaker(text)}"

    @property
    def status(self) -> str:
        """Its status, where it says something to a person."""
        quiet = {Message.Status.RECEIVED, Message.Status.PROCESSED}
        return "" if self.text.status in quiet else self.text.status

    @property
    def reason(self) -> str:
        """Why it did not arrive, was not answered, or waits."""
        if self.text.status == Message.Status.REFUSED:
            return self.text.get_refusal_display()
        if self.text.status == Message.Status.CANCELED:
            return _CANCELED_BY_CARRIER if self.text.carrier_sid else _TAKEN_BACK
        if self.text.waits_until:
            return _waits(self.text, self.text.waits_until)
        return _REASONS.get(self.text.status, "") or errors.meaning(self.text.error_code)

    @property
    def reading(self) -> str:
        """What a person's text in plain words was read as, and why (P8); empty for any other."""
        read = _READINGS.get(self.text.trace.get("outcome", ""), "")
        why = wording.explanation(self.text.trace.get("rule", ""))
        return f"{read}: {why}" if read and why else read

    @property
    def is_held(self) -> bool:
        """Whether it waits for a decision on what its recipient wrote."""
        return self.text.status == Message.Status.HELD

    @property
    def permission(self) -> str:
        """What permission said of it, beside the `reason` of a refusal; empty for a person's own text (P13)."""
        text = self.text
        if text.is_inbound:
            return ""
        if text.refusal:
            return "Refused"
        if text.status == Message.Status.CANCELED:
            return f"Allowed before that: {text.get_basis_display()}" if text.basis else "Held before that"
        return f"Allowed: {text.get_basis_display()}" if text.basis else "Held until somebody has decided"

    @property
    def next_seq(self) -> int:
        """The number after the ledger's line that decided: its page of the ledger begins with that line."""
        return (self.text.consent_seq or 0) + 1

    @property
    def local_clock(self) -> str:
        """What o'clock it was where the recipient is when permission was asked last; empty where that is not known."""
        if not self.text.local_time or self.text.place in _NOWHERE:
            return ""
        return formats.date_format(datetime.fromisoformat(self.text.local_time), "M j, g:i A")

    @property
    def may_be_resent(self) -> bool:
        """Whether a person has to decide if it is sent again."""
        return self.text.status == Message.Status.UNCONFIRMED and not self.was_resent


_REASONS: dict[str, str] = {
    Message.Status.UNKNOWN: "Shout is asking the carrier whether it has the text.",
    Message.Status.UNCONFIRMED: "The carrier did not say whether it has the text.",
    Message.Status.PARKED: "Shout could not act on it, so nothing was answered.",
    Message.Status.HELD: "Until you decide on their text",
}
# What takes back is `messaging.bulk`: a run that is over, or one that has begun anew.
_TAKEN_BACK = "The bot took it back: they had left its list or texted it again, or something else had ended it"
_CANCELED_BY_CARRIER = "The carrier says so"
_READINGS = {
    "phrase": "Read as a request to stop",
    "review": "May be a request to stop",
    "overtaken": "Heard too late to change anything",
}
# Places of which nobody knows the time: they have every zone of the country.
_NOWHERE = ("", "US")


def _waits(text: Message, until: datetime) -> str:
    if text.place in _NOWHERE:
        return f"Waits until {_moment_in(until, UTC)} UTC, when it is day wherever they may be"
    return f"Waits until {_moment_in(until, ZoneInfo(places.zones(text.place, text.phone)[0]))} their time"


def _moment_in(at: datetime, zone: tzinfo) -> str:
    there, today = at.astimezone(zone), now().astimezone(zone).date()
    return formats.date_format(there, "g:i A" if there.date() == today else "M j, g:i A")


def _speaker(text: Message) -> str:
    if text.origin in (Message.Origin.BOT, Message.Origin.FOLLOW_UP):
        return f"Bot {text.run.bot.name}" if text.run else "Bot"
    if text.origin == Message.Origin.INBOX:
        return str(text.sent_by or "Staff")
    if text.broadcast:
        return f"To the group {text.broadcast.group_name}"
    return text.get_origin_display()


@dataclass(frozen=True, slots=True)
class EventLine:
    """A line of the ledger, as a sentence; `label` is the number's name, if it is still there."""

    event: ConsentEvent
    label: str

    @property
    def what(self) -> str:
        """What changed."""
        return wording.what(self.event, label=self.label)

    @property
    def how(self) -> str:
        """By what, in which words and by whom."""
        return wording.how(self.event)


Line = TextLine | EventLine


@dataclass(frozen=True)
class Page:
    """A stretch of the timeline, oldest first; `first_id` is its oldest text's id, 0 when it has none."""

    lines: Sequence[Line]
    first_id: int
    has_earlier: bool

    @cached_property
    def version(self) -> str:
        """Changes whenever anything that the page shows does."""
        return blake2b(repr([_identity(line) for line in self.lines]).encode(), digest_size=8).hexdigest()


def page(contact: Contact, *, since: int | None = None, before: Message | None = None) -> Page:
    """The latest stretch, or all from the text with the id `since` on, or the stretch before the text `before`."""
    texts = _texts(contact)
    if before:
        texts = texts.filter(pk__lt=before.pk)
    shown = list(texts[:PAGE] if since is None else texts.filter(pk__gte=since)[:_MOST])
    first_id = shown[-1].pk if shown else since or 0
    has_earlier = texts.filter(pk__lt=first_id).exists()
    events = contact.account.consent_events.filter(phone=contact.phone)
    if shown and has_earlier:
        events = events.filter(at__gte=shown[-1].created_at)
    if before:
        events = events.filter(at__lt=before.created_at)
    lines = [*text_lines(shown), *_event_lines(contact, events)]
    return Page(sorted(lines, key=_moment), first_id, has_earlier)


def _texts(contact: Contact) -> QuerySet[Message]:
    texts = contact.account.messages.filter(phone=contact.phone).order_by("-id")
    return texts.select_related("number", "run__bot", "broadcast", "sent_by")


def text_lines(texts: Sequence[Message]) -> Iterable[TextLine]:
    """Texts with the words a person reads beside them."""
    resent = resending.resent(texts)
    return (TextLine(text, text.pk in resent) for text in texts)


def _event_lines(contact: Contact, events: Iterable[ConsentEvent]) -> Iterable[Line]:
    labels = dict(contact.account.numbers.values_list("id", "label"))
    return (EventLine(event, labels.get(event.number_ref or 0, "")) for event in events)


def _moment(line: Line) -> tuple[object, ...]:
    """Its place: what one transaction wrote has one time; the words come first, then the change, then the answer."""
    if isinstance(line, EventLine):
        return line.event.at, 1, line.event.seq
    return line.text.created_at, 0 if line.text.is_inbound else 2, line.text.pk


def _identity(line: Line) -> tuple[object, ...]:
    if isinstance(line, EventLine):
        return (line.event.seq,)
    text = line.text
    return text.pk, text.status, text.refusal, text.error_code, text.waits_until, line.reading, line.was_resent
