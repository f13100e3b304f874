"""The way out: everything that speaks calls `send` (one text), `reply` (a bot's answers) or `broadcast` (a group)."""

from collections.abc import Sequence
from uuid import UUID, uuid4

from django.db import transaction

from contacts import bulk as contacts_bulk
from contacts import clock
from contacts.models import Contact, Group, Number
from messaging import outbox, segments
from messaging.models import Broadcast, Message
from messaging.outbox import Draft
from shout.models import User
from shout.nudges import nudge
from shout.text import clean

_CHUNK = 5_000


def send(
    *,
    number: Number,
    phone: str,
    body: str,
    origin: Message.Origin,
    contact: Contact | None = None,
    media: Sequence[str] = (),
    sent_by: User | None = None,
    idempotency_key: str | None = None,
) -> Message:
    """Write one text; it is queued, held, or refused with its reason on the row (P13).

    Whoever is texted becomes a contact: with them comes what they had asked for, should they have been erased (P16).

    A repeated `idempotency_key` returns the text that it made the first time.
    """
    with transaction.atomic():
        draft = Draft(
            number_id=number.pk,
            phone=phone,
            body=clean(body),
            origin=origin,
            segments=segments.count(body).segments,
            contact_id=contact.pk if contact else contacts_bulk.meet(number.account_id, [phone])[phone],
            media=tuple(media),
            sent_by_id=sent_by.pk if sent_by else None,
            idempotency_key=idempotency_key or uuid4().hex,
        )
        queue(number.account_id, [draft])
        return Message.objects.get(account_id=number.account_id, idempotency_key=draft.idempotency_key)


def queue(account_id: int, drafts: Sequence[Draft]) -> None:
    """Write texts, and ring for those that permission lets leave."""
    if not drafts:
        return
    written = outbox.enqueue(account_id, drafts, quiet=clock.quiet(account_id))
    if any(status == Message.Status.QUEUED for _, status in written):
        nudge("messaging.deliver", account_id)


def broadcast(*, number: Number, group: Group, body: str, form_key: UUID, created_by: User | None = None) -> Broadcast:
    """Text a whole group; the rows are written by a worker. The same `form_key` again is the same broadcast."""
    made, _ = Broadcast.objects.get_or_create(
        account_id=number.account_id,
        form_key=form_key,
        defaults={
            "number": number,
            "group": group,
            "group_name": group.name,
            "body": clean(body),
            "segments": segments.count(body).segments,
            "created_by": created_by,
        },
    )
    nudge("messaging.fan_out", number.account_id)
    return made


def fan_out(*, account_id: int) -> bool:
    """Write the next chunk of the account's oldest unwritten broadcast; whether there is more to do.

    A chunk and how far the broadcast has come are one transaction, so that a killed worker's place is taken up.
    """
    waiting = Broadcast.objects.filter(account_id=account_id, status=Broadcast.Status.FANNING_OUT)
    pending = waiting.select_for_update(skip_locked=True).order_by("id").first()
    if pending is None:
        return False
    if outbox.fan_out(pending, limit=_CHUNK, quiet=clock.quiet(account_id)) < _CHUNK:
        pending.status = Broadcast.Status.QUEUED
    pending.save(update_fields=["cursor", "status"])
    nudge("messaging.deliver", account_id)
    return True
