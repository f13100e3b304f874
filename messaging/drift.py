"""Carrier drift: the only place that compares what a carrier holds with what we hold, and takes in what we missed."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta

from django.conf import settings
from django.core.cache import cache
from django.db.models import QuerySet
from django.utils.timezone import now

from contacts.hindsight import Late
from contacts.models import ConsentEvent, Number
from messaging import inbound, provisioning
from messaging.carriers import Arrivals, Arrived, CarrierError, twilio
from messaging.delivery import credentials
from messaging.inbound import InboundText
from messaging.models import CarrierCheck, Message
from messaging.provisioning import SharedServiceError
from shout.models import Account
from shout.tenancy import tenant

_SECOND = timedelta(seconds=1)
# The log is read again this far back, because a text may show up in it late.
_OVERLAP = timedelta(minutes=10)
_FIRST_TIME = timedelta(days=3)
_SERVICE_EVERY = timedelta(hours=24)
_MOST_PARTS = 10
_LONGEST_TURN = 600  # seconds; then the worker is taken for dead

Subject = CarrierCheck.Subject


def connected(account: Account) -> QuerySet[Number]:
    """The numbers with a carrier behind them, which is asked every ten minutes."""
    return account.numbers.exclude(carrier_account_sid="").exclude(line=Number.Line.IN_APP)


def check_account(*, account_id: int) -> None:
    """Compare every number of the account with its carrier, unless a worker is at it: a carrier may be slow."""
    turn = f"drift:{account_id}"
    if not cache.add(turn, True, timeout=_LONGEST_TURN):
        return
    try:
        with tenant(account_id):
            numbers = list(connected(Account.objects.get(pk=account_id)))
        for number in numbers:
            check(number)
            check_service(number)
    finally:
        cache.delete(turn)


def check(number: Number) -> CarrierCheck:
    """Take in what people texted to `number` and no webhook brought, oldest first; harmless to repeat.

    Call it outside a transaction: it waits for the carrier, and each text is a transaction of its own. What is so young
    that its webhook may be on its way is left for the next time.
    """
    end = now() - timedelta(seconds=settings.CARRIER_GRACE)
    found = CarrierCheck(account_id=number.account_id, number=number, since=min(_agreed_until(number), end))
    try:
        for until, texts in _parts(number, found.since, end):
            _take_in(number, texts, found)
            found.until = until
    except CarrierError as error:
        found.failure = provisioning.explain(error)
    return _keep(found)


def check_service(number: Number) -> None:
    """Look once a day whether people can still stop `number` alone; waits for the carrier, as `check` does."""
    at = now()
    with tenant(number.account_id):
        if _checks(number, Subject.SERVICE).filter(checked_at__gt=at - _SERVICE_EVERY).exclude(until=None).exists():
            return
    found = CarrierCheck(account_id=number.account_id, number=number, subject=Subject.SERVICE, since=at, until=at)
    try:
        provisioning.check_service(number)
    except SharedServiceError as error:
        found.failure = error.reason
    except CarrierError as error:
        found.until, found.failure = None, provisioning.explain(error)
    _keep(found)


def _checks(number: Number, subject: Subject) -> QuerySet[CarrierCheck]:
    return CarrierCheck.objects.filter(account_id=number.account_id, number=number, subject=subject)


def _agreed_until(number: Number) -> datetime:
    """The moment from which on the log has to be read."""
    with tenant(number.account_id):
        last = _checks(number, Subject.TEXTS).exclude(until=None).first()
    if last and last.until:
        return last.until - _OVERLAP
    return max(number.created_at, now() - _FIRST_TIME)


def _parts(number: Number, since: datetime, end: datetime) -> Iterator[tuple[datetime, Sequence[Arrived]]]:
    """The log from `since` to `end`, oldest first, in parts that the carrier gives whole, each with its end.

    The carrier gives the newest first and no more than it likes; a part that is too long is halved.
    """
    since, end = since.replace(microsecond=0), end.replace(microsecond=0)
    for _ in range(_MOST_PARTS):
        until = end
        log = _read(number, since, until)
        while log.more_until:
            until = (since + (until - since) / 2).replace(microsecond=0)
            log = _read(number, since, until)
        yield until, log.texts[::-1]
        if until >= end:
            return
        since = until + _SECOND


def _read(number: Number, since: datetime, until: datetime) -> Arrivals:
    return twilio.incoming(
        credentials(number), to=number.e164, since=since, until=until, timeout=settings.CARRIER_TIMEOUT
    )


def _take_in(number: Number, texts: Sequence[Arrived], found: CarrierCheck) -> None:
    with tenant(number.account_id):
        received = Message.objects.filter(account_id=number.account_id, direction=Message.Direction.INBOUND)
        known = set(received.filter(carrier_sid__in=[t.sid for t in texts]).values_list("carrier_sid", flat=True))
    missing = [text for text in texts if text.sid not in known and _is_sound(text)]
    if missing:
        # What is known has to have had its effect, so that a late text can be told that it comes too late.
        inbound.process(account_id=number.account_id)
    by_phone: dict[str, list[str]] = defaultdict(list)
    for text in texts:
        by_phone[text.from_].append(text.sid)
    for text in missing:
        with tenant(number.account_id):
            inbound_id = inbound.receive(number=number, text=_late(text, by_phone[text.from_]))
            said = ConsentEvent.objects.filter(account_id=number.account_id, phone=text.from_, reference=text.sid)
            found.stops += said.filter(kind=ConsentEvent.Kind.OPTED_OUT).exists() if inbound_id else 0
        if inbound_id:
            found.texts.append(inbound_id)
    found.looked_at += len(texts)
    found.missed = len(found.texts)


def _is_sound(text: Arrived) -> bool:
    """Whether a webhook with this text would have been taken in."""
    return bool(inbound.SENDER.fullmatch(text.from_) and inbound.SID.fullmatch(text.sid))


def _late(text: Arrived, sids: list[str]) -> InboundText:
    place = sids.index(text.sid)
    return InboundText(
        sid=text.sid,
        from_=text.from_,
        body=text.body,
        late=Late(
            sent_at=datetime.fromtimestamp(text.created_at, UTC),
            earlier=sids[:place],
            later=sids[place + 1 :],
        ),
    )


def _keep(found: CarrierCheck) -> CarrierCheck:
    """Save a check; one that says the same as the last one takes its place, so that quiet days leave no pile."""
    with tenant(found.account_id):
        last = _checks(found.number, Subject(found.subject)).first()
        if last and not last.missed and not found.missed and last.failure == found.failure:
            found.pk = last.pk
        found.checked_at = now()
        found.save()
    return found
