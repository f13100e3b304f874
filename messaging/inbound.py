"""The way in: the only place that takes in what people text, and acts on it."""

import logging
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import TypeVar

from django.db import InterfaceError, OperationalError, connection
from django.db.models import Q, QuerySet
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

Row = TypeVar("Row", Message, Run)

BATCH = 500
_LAST_ANSWERS = timedelta(minutes=1)
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
    _in_batches(account_id, _waiting, answering.answer, give_up=park)
    _in_batches(account_id, runs_due, answering.go_on, give_up=_break_off)


def _in_batches(
    account_id: int,
    find: Callable[[int], QuerySet[Row]],
    act: Callable[[Account, list[Row]], None],
    *,
    give_up: Callable[[Row, str], None],
) -> None:
    """Act on the rows that `find` finds, a batch a transaction.

    A batch that fails is halved until the one row that cannot be acted on is alone; that one is given up, where
    people see it, and the rest go on.
    """
    limit = BATCH
    while True:
        rows: list[Row] = []
        try:
            with tenant(account_id):
                if _take_turn(account_id) and (rows := list(find(account_id)[:limit])):
                    act(Account.objects.get(pk=account_id), rows)
        except (OperationalError, InterfaceError):
            raise  # the database is in trouble, not a row: the sweep tries again
        except Exception as error:
            if not rows:
                raise
            # Its message may quote a text or a phone number.
            log.error("a batch of %s texts or runs failed: %s", limit, type(error).__name__)
            if limit == 1:
                give_up(rows[0], type(error).__name__)
            limit = max(1, limit // 2)
            continue
        if len(rows) < limit:
            return
        limit = min(BATCH, limit * 2)


def _waiting(account_id: int) -> QuerySet[Message]:
    return Message.objects.filter(account_id=account_id, status=Message.Status.RECEIVED).order_by("id")


def runs_due(account_id: int) -> QuerySet[Run]:
    """The runs whose wait, or whose question's time, is over: a little later, lest an answer in time find it closed."""
    is_over = Q(state=Run.State.WAITING) | Q(state=Run.State.ASKING, next_at__lte=now() - _LAST_ANSWERS)
    return Run.objects.filter(is_over, account_id=account_id, next_at__lte=now()).order_by("next_at", "id")


def _take_turn(account_id: int) -> bool:
    """One worker at a time acts for an account: its texts run in order, and batches make one worker plenty."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(hashtextextended('inbound', %s))", [account_id])
        return bool(cursor.fetchone()[0])


def park(text: Message, reason: str) -> None:
    """Give up a text; what its sender is asked or waits for, on any number, is over, lest it fail the next one too."""
    with tenant(text.account_id):
        trace = {"outcome": "parked", "error": reason}
        if _waiting(text.account_id).filter(pk=text.pk).update(status=Message.Status.PARKED, trace=trace):
            _end_all(text.account_id, text.phone)


def _break_off(run: Run, _reason: str) -> None:
    """Give up a run that is due, and its person's others, any of which may be the cause; the log has the reason."""
    with tenant(run.account_id):
        if runs_due(run.account_id).filter(pk=run.pk).exists():
            _end_all(run.account_id, run.phone)


def _end_all(account_id: int, phone: str) -> None:
    open_runs = Run.objects.filter(account_id=account_id, phone=phone, state__in=[Run.State.ASKING, Run.State.WAITING])
    for run in open_runs:
        run.state, run.next_at = Run.State.ENDED, None
        run.save(update_fields=["state", "next_at"])
        told = {"at": now().isoformat(), "ended": "failed"}
        bulk.note_later(run.account_id, [(run.text_id or run.inbound_id, [told])])
        bulk.cancel_follow_ups(run.account_id, [run.pk])
