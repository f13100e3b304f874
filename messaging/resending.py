"""Sending an unconfirmed text again: the only place that does so, because a person asked for it."""

from collections.abc import Iterable

from messaging import outbound
from messaging.models import Message
from shout.models import User


def resend(text: Message, *, by: User) -> Message | None:
    """Write the text once more, in the name of `by`; None unless it is unconfirmed. Asked twice, it is sent once."""
    if text.status != Message.Status.UNCONFIRMED:
        return None
    return outbound.send(
        number=text.number,
        phone=text.phone,
        body=text.body,
        origin=Message.Origin.INBOX,
        contact=text.contact,
        media=text.media,
        sent_by=by,
        idempotency_key=_key(text),
    )


def resent(texts: Iterable[Message]) -> set[int]:
    """The ids of those of `texts`, all of one account, that have been sent again."""
    keys = {_key(text): text for text in texts if text.status == Message.Status.UNCONFIRMED}
    if not keys:
        return set()
    account_id = next(iter(keys.values())).account_id
    again = Message.objects.filter(account_id=account_id, idempotency_key__in=keys)
    return {keys[key].pk for key in again.values_list("idempotency_key", flat=True) if key}


def _key(text: Message) -> str:
    return f"resend:{text.pk}"
