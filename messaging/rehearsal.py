"""Trying texts out: the only place that lets a text do everything it would do, and takes it all back (B9)."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import uuid4

from django.db import transaction

from contacts.models import Number
from messaging import answering, inbound, segments, tracing
from messaging.inbound import InboundText
from messaging.models import Message
from messaging.timeline import TextLine
from messaging.tracing import Trace


@dataclass(frozen=True, slots=True)
class Reply:
    """A text that would go out, and how many segments it takes."""

    line: TextLine
    segments: int

    @property
    def fate(self) -> str:
        """Whether permission would let it leave, in words (P13)."""
        text = self.line.text
        if text.refusal:
            return f"Would not leave: {text.get_refusal_display()}"
        if text.status == Message.Status.HELD:
            return "Would be held until you decide on their text"
        return f"{self.line.reason}" if text.waits_until else "Would leave at once"


@dataclass(frozen=True, slots=True)
class Turn:
    """One text, and all that would come of it."""

    body: str
    trace: Trace
    replies: Sequence[Reply]


def rehearse(*, number: Number, phone: str, texts: Sequence[str]) -> list[Turn]:
    """What would come of these texts, one after the other, from this phone to this number, as everything stands now.

    They go the way that real ones go, inside a savepoint that is rolled back: nothing is written, nothing is sent and
    nobody is told. Call it inside the tenant's transaction.
    """
    turns = []
    with transaction.atomic():
        for body in texts:
            turns.append(_turn(number, phone, body))
        transaction.set_rollback(True)
    return turns


def _turn(number: Number, phone: str, body: str) -> Turn:
    inbound_id = inbound.receive(number=number, text=InboundText(sid=f"T{uuid4().hex}", from_=phone, body=body))
    received = number.account.messages.select_related("account", "number").filter(pk=inbound_id or 0)
    answering.answer(number.account, list(received))
    trace = tracing.read(received.get())
    replies = [Reply(line, segments.count(line.text.body).segments) for line in trace.replies]
    return Turn(body, trace, replies)
