"""The way in: the only place that takes in what people text, and acts on it."""

import logging
import re
from collections.abc import Callable
from dataclasses import dataclass

from django.db import InterfaceError, OperationalError, connection
from django.db.models import QuerySet
from django.utils.timezone import now

from bots.models import Run
from contacts import phrases, words
from contacts.hindsight import Late
from contacts.models import Number
from contacts.words import Universal
from messaging import answering, bulk, obedience
from messaging.models import Message
from messaging.obedience import Heard
from shout import nudges
from shout.models import Account
from shout.tenancy import tenant
from shout.text import clean

log = logging.getLogger(__name__)

BATCH = 500
SENDER = re.compile(r"\+?[0-9]{3,15}")
SID = re.compile(r"[\w-]{1,64}", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class InboundText:
    """One text as a carrier delivers it; `sid` is the carrier's id, the same in every repetition.

    `taken_for` is the universal keyword that the carrier itself took it for, and has answered; `place` is where the
    carrier says that the sender is. `late` is filled when no webhook brought it and the carrier's log did.
    """

    sid: str
    from_: str
    body: str
    media: tuple[str, ...] = ()
    taken_for: Universal | None = None
    place: str = ""
    late: Late | None = None


def receive(*, number: Number, text: InboundText) -> int | None:
    """Store a text, and obey STOP and START, in whatever words, before this returns (P2, P8); its id, or None for a
    repetition.

    Call it inside the tenant's transaction; everything else about the text happens in `process`.
    """
    body = clean(text.body)
    stored = bulk.insert_inbound(
        number.account_id,
        number.pk,
        phone=text.from_,
        sid=text.sid,
        body=body,
        media=text.media,
        place=text.place,
        sent_at=text.late.sent_at if text.late else None,
    )
    if stored is None:
        return None
    inbound_id, own_stop_words = stored
    heard = Heard(number=number, phone=text.from_, body=body, sid=text.sid, inbound_id=inbound_id, late=text.late)
    if text.late:
        obedience.mark_overtaken_lists(heard)
    if text.taken_for or words.may_be_universal(body, own_stop_words):
        obedience.obey_word(heard, taken_for=text.taken_for)
    elif reading := phrases.read(body):
        obedience.obey_phrase(heard, reading)
    nudges.nudge("messaging.process", number.account_id)
    return inbound_id


def process(*, account_id: int) -> None:
    """Act on the account's waiting texts in the order they came, then on the runs whose time has come."""
    _in_batches(account_id, _answer, give_up=_park)
    _in_batches(account_id, _go_on, give_up=_break_off)


def _in_batches(account_id: int, act: Callable[[Account, int], int], *, give_up: Callable[[int, str], None]) -> None:
    """Act on rows, a batch a transaction; `act` takes how many at most, and says how many there were.

    A batch that fails is halved until the one row that cannot be acted on is alone; that one is given up, where
    people see it, and the rest go on.
    """
    limit = BATCH
    while True:
        try:
            with tenant(account_id):
                done = act(Account.objects.get(pk=account_id), limit) if _take_turn(account_id) else 0
        except (OperationalError, InterfaceError):
            raise  # the database is in trouble, not a row: the sweep tries again
        except Exception as error:
            # Its message may quote a text or a phone number.
            log.error("a batch of %s texts or runs failed: %s", limit, type(error).__name__)
            if limit == 1:
                give_up(account_id, type(error).__name__)
            limit = max(1, limit // 2)
            continue
        if done < limit:
            return
        limit = min(BATCH, limit * 2)


def _answer(account: Account, limit: int) -> int:
    if texts := list(_waiting(account.pk)[:limit]):
        answering.answer(account, texts)
    return len(texts)


def _go_on(account: Account, limit: int) -> int:
    if due := list(_due(account.pk)[:limit]):
        answering.go_on(account, due)
    return len(due)


def _waiting(account_id: int) -> QuerySet[Message]:
    return Message.objects.filter(account_id=account_id, status=Message.Status.RECEIVED).order_by("id")


def _due(account_id: int) -> QuerySet[Run]:
    """The runs whose wait, or whose question's time, is over."""
    runs = Run.objects.filter(account_id=account_id, next_at__lte=now())
    return runs.exclude(state=Run.State.DONE).order_by("next_at", "id")


def _take_turn(account_id: int) -> bool:
    """One worker at a time acts for an account: its texts run in order, and batches make one worker plenty."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(hashtextextended('inbound', %s))", [account_id])
        return bool(cursor.fetchone()[0])


def _park(account_id: int, reason: str) -> None:
    """Give up the first text; a question that it was to answer is closed, lest it fail the next one too."""
    with tenant(account_id):
        if first := _waiting(account_id).first():
            first.status = Message.Status.PARKED
            first.trace = {"outcome": "parked", "error": reason}
            first.save(update_fields=["status", "trace"])
            asking = Run.objects.filter(
                account_id=account_id, number=first.number_id, phone=first.phone, state="asking"
            )
            for run in asking:
                _end(run)


def _break_off(account_id: int, reason: str) -> None:
    """Give up the first run that is due."""
    with tenant(account_id):
        if first := _due(account_id).first():
            _end(first)


def _end(run: Run) -> None:
    run.state, run.next_at = Run.State.ENDED, None
    run.save(update_fields=["state", "next_at"])
    told = {"at": now().isoformat(), "ended": "failed"}
    bulk.note_later(run.account_id, [(run.text_id or run.inbound_id, [told])])
