"""From the outbox to the carrier: claim, send, settle; the only place that hands texts over.

A text may have left from the moment its call began until the carrier's answer is stored. So it is claimed in a
committed transaction before that, and if the answer is lost it becomes `unknown`, never simply sent again.
"""

import logging
import time
from collections.abc import Sequence
from datetime import timedelta
from uuid import uuid4

from django.conf import settings
from django.db.models import Exists, OuterRef
from django.utils.timezone import now

from contacts import clock, permissions
from contacts.models import Number, OptIn
from contacts.models.consent import Source
from contacts.permissions import Evidence
from messaging import bulk, outbox
from messaging.bulk import Settlement
from messaging.carriers import CarrierError, Credentials, Logged, Outgoing, Verdict, errors, twilio
from messaging.models import Message
from messaging.outbox import Claimed
from shout.nudges import nudge
from shout.tenancy import tenant

log = logging.getLogger(__name__)

BATCH = 200
_TURN_SECONDS = 2.0
_MAX_BACKOFF = 600.0
_MISSES_TO_GIVE_UP = 2
_CALLS_TO_GIVE_UP = 5


def deliver(*, account_id: int) -> None:
    """Send what the account's numbers may send now; after a while let other accounts have their turn."""
    until = time.monotonic() + _TURN_SECONDS
    with tenant(account_id):
        waiting = Message.objects.filter(number=OuterRef("pk"), status=Message.Status.QUEUED, next_at__lte=now())
        numbers = list(Number.objects.filter(Exists(waiting), account_id=account_id))
    while numbers:
        numbers = [number for number in numbers if _deliver_batch(number)]
        if time.monotonic() > until:
            with tenant(account_id):
                nudge("messaging.deliver", account_id)
            return


def _deliver_batch(number: Number) -> bool:
    """One batch of one number; False when there is nothing more to take just now."""
    token = uuid4()
    lease = 2 * settings.CARRIER_TIMEOUT + 10
    with tenant(number.account_id):
        quiet = clock.quiet(number.account_id)
        claimed = outbox.claim(number.pk, limit=BATCH, token=token, lease=lease, quiet=quiet)
        if len(claimed) == BATCH:
            nudge("messaging.deliver", number.account_id)  # Another thread may claim while this one waits.
    if not claimed:
        return False
    # The locks span the carrier's call, which the time-out bounds: an opt-out that has committed is never overtaken.
    with tenant(number.account_id):
        outbox.hold_still(number.pk, [text.phone for text in claimed])
        leaving = outbox.permitted([text.id for text in claimed], token, quiet=quiet)
        sending = [text for text in claimed if text.id in leaving]
        answers = twilio.send(
            credentials(number), [_outgoing(number, text) for text in sending], timeout=settings.CARRIER_TIMEOUT
        )
        bulk.settle(token, [_settlement(text, answer) for text, answer in zip(sending, answers, strict=True)])
    _learn_opt_outs(number, sending, answers)
    return True


def credentials(number: Number) -> Credentials:
    """By which the carrier knows the account of this number."""
    return Credentials(
        api_base=number.api_base, account_sid=number.carrier_account_sid, auth_token=number.carrier_auth_token
    )


def _outgoing(number: Number, text: Claimed) -> Outgoing:
    return Outgoing(
        from_=number.e164,
        to=text.phone,
        body=text.body,
        media=text.media,
        status_callback=f"{number.status_webhook_url}?message={text.id}&attempt={text.attempts}",
    )


def _settlement(text: Claimed, answer: str | CarrierError) -> Settlement:
    if isinstance(answer, str):
        return Settlement(id=text.id, status=Message.Status.SENT, carrier_sid=answer)
    if answer.verdict is Verdict.RETRY:
        backoff = min(_MAX_BACKOFF, 2.0 ** min(text.attempts, 10))
        return Settlement(id=text.id, status=Message.Status.QUEUED, error_code=answer.code, again_in=backoff)
    if answer.verdict is Verdict.UNKNOWN:
        return Settlement(
            id=text.id, status=Message.Status.UNKNOWN, error_code=answer.code, again_in=settings.CARRIER_GRACE
        )
    return Settlement(id=text.id, status=Message.Status.FAILED, error_code=answer.code)


def _learn_opt_outs(number: Number, texts: Sequence[Claimed], answers: Sequence[str | CarrierError]) -> None:
    """An opt-out that the carrier holds and we do not is written down (P14)."""
    for text, answer in zip(texts, answers, strict=True):
        if isinstance(answer, CarrierError) and answer.code == errors.OPTED_OUT:
            _opt_out_by_carrier(number, text.phone, told_of=text.id)


def _opt_out_by_carrier(number: Number, phone: str, *, told_of: int) -> None:
    """Believe the carrier, unless the person has opted in after the text that it refused had left us."""
    evidence = Evidence(source=Source.CARRIER, words=f"Error {errors.OPTED_OUT}", reference=f"text {told_of}")
    with tenant(number.account_id):
        sent_at = Message.objects.values_list("sending_at", flat=True).get(account_id=number.account_id, pk=told_of)
        since = OptIn.objects.filter(account_id=number.account_id, number=number, phone=phone, opted_in_at__gt=sent_at)
        if not since.exists():
            permissions.opt_out(number=number, phone=phone, evidence=evidence)


_STATUS_OF = {
    "accepted": Message.Status.SENT,
    "scheduled": Message.Status.SENT,
    "queued": Message.Status.SENT,
    "sending": Message.Status.SENT,
    "sent": Message.Status.SENT,
    "partially_delivered": Message.Status.SENT,
    "delivered": Message.Status.DELIVERED,
    "read": Message.Status.DELIVERED,
    "undelivered": Message.Status.UNDELIVERED,
    "failed": Message.Status.FAILED,
    "canceled": Message.Status.CANCELED,
}


def report(
    *, number: Number, sid: str, status: str, error_code: int | None, message_id: int | None, attempt: int | None
) -> None:
    """Take in a status callback; late and repeated ones change nothing (M2). An unknown status is kept, not applied."""
    account_id = number.account_id
    is_new = bulk.insert_report(account_id, sid=sid, status=status, error_code=error_code)
    if status in _STATUS_OF:
        bulk.report(
            account_id,
            sid=sid,
            status=_STATUS_OF[status],
            error_code=error_code,
            message_id=message_id,
            attempt=attempt,
        )
    if is_new and error_code == errors.OPTED_OUT:  # A repetition may come after a START.
        sent = Message.objects.filter(account_id=account_id, direction=Message.Direction.OUTBOUND)
        text = sent.filter(carrier_sid=sid).first()
        if text:
            _opt_out_by_carrier(number, text.phone, told_of=text.pk)


def reconcile(*, account_id: int) -> None:
    """Find out what became of texts whose answer was lost, by the carrier's own log."""
    with tenant(account_id):
        bulk.expire_leases(account_id, again_in=settings.CARRIER_GRACE)
        due = list(
            Message.objects.filter(account_id=account_id, status=Message.Status.UNKNOWN, next_at__lte=now())
            .select_related("number")
            .order_by("id")[:BATCH]
        )
    for text in due:
        _reconcile(text)


def _reconcile(text: Message) -> None:
    try:
        logged = twilio.outgoing(
            credentials(text.number), from_=text.number.e164, to=text.phone, timeout=settings.CARRIER_TIMEOUT
        )
    except CarrierError as error:
        log.warning("text %s stays unknown: %s", text.pk, error.reason)
        logged = None
    with tenant(text.account_id):
        row = Message.objects.select_for_update().get(account_id=text.account_id, pk=text.pk)
        if row.status != Message.Status.UNKNOWN or row.attempts != text.attempts:
            return
        if logged is None or _twin_is_leaving(row):
            row.next_at = now() + timedelta(seconds=settings.CARRIER_GRACE)
        elif found := _ours(row, logged):
            _adopt(row, found)
        else:
            _miss(row)
        row.save()


def _twin_is_leaving(text: Message) -> bool:
    """Whether the same words are on their way to the same phone: their entry in the log could be taken for ours."""
    twins = Message.objects.filter(account_id=text.account_id, number_id=text.number_id, phone=text.phone)
    return twins.filter(body=text.body, status=Message.Status.SENDING).exists()


def _ours(text: Message, logged: Sequence[Logged]) -> Logged | None:
    """The entry of the carrier's log that is this text: same words, not older than its call, not another row's."""
    since = text.sending_at.timestamp() - 5 if text.sending_at else 0.0
    sids = [entry.sid for entry in logged]
    owned = set(
        Message.objects.filter(account_id=text.account_id, carrier_sid__in=sids).values_list("carrier_sid", flat=True)
    )
    mine = (e for e in logged if e.body == text.body and e.created_at >= since and e.sid not in owned)
    return next(mine, None)


def _adopt(text: Message, found: Logged) -> None:
    text.carrier_sid, text.error_code = found.sid, found.error_code
    text.status = _STATUS_OF.get(found.status, Message.Status.SENT)
    text.sent_at = text.sent_at or now()


def _miss(text: Message) -> None:
    """Twice not found: a transactional text is sent again, a few times at most; a marketing text never by itself."""
    text.misses += 1
    if text.misses < _MISSES_TO_GIVE_UP:
        text.next_at = now() + timedelta(seconds=2 * settings.CARRIER_GRACE)
    elif not bulk.is_marketing(text) and text.attempts < _CALLS_TO_GIVE_UP:
        text.status, text.next_at = Message.Status.QUEUED, now()
        nudge("messaging.deliver", text.account_id)
    else:
        text.status = Message.Status.UNCONFIRMED
