"""Permission: the only place that changes who may be texted; every change leaves a line in the ledger."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import OperationalError, connection, transaction
from django.db.models.functions import Now
from django.utils.timezone import now
from psycopg2.errors import LockNotAvailable

from contacts import bulk
from contacts.models import Block, ConsentEvent, Contact, Group, Number, OptIn, OptOut, Review
from contacts.models.consent import Source
from shout.models import User

# A send holds the lock for one carrier call at most; a carrier waits 15 seconds for its webhook's answer.
_LOCK_WAIT = "11s"
# A repeated STOP is evidence, a repeated click is not.
_SAID_AGAIN = frozenset({Source.UNIVERSAL_KEYWORD, Source.PHRASE})


@dataclass(frozen=True, kw_only=True)
class Evidence:
    """By what, with which words and by whom permission changed.

    `rule` is the rule of `contacts.phrases` that read the words; `reference` names the text, the file or the form.
    """

    source: Source
    words: str = ""
    rule: str = ""
    reference: str = ""
    actor: str = ""
    asked_at: datetime | None = None

    @classmethod
    def staff(cls, user: User, *, words: str = "", asked_at: datetime | None = None) -> "Evidence":
        """Recorded by a member of the team."""
        return cls(source=Source.STAFF, words=words, actor=user.email, asked_at=asked_at)


def opt_out(*, number: Number, phone: str, evidence: Evidence) -> bool:
    """Stop every text from `number` to `phone`, from this transaction's commit on; False if it already was so (P1).

    Under a wider scope that means every number that it reaches: a newer request closes those opened in between (P15).
    What is queued to that phone and may not leave any more is refused in the same transaction, by the database.
    """
    with transaction.atomic():
        reached = bulk.reached_numbers(number)
        _lock(reached, phone)
        stopped = OptOut.objects.filter(account_id=number.account_id, number=number, phone=phone).first()
        is_new = stopped is None or stopped.lifted_at is not None
        # A carrier's word on what was stopped long ago is no newer request.
        changed = is_new or (evidence.source != Source.CARRIER and not _are_stopped(reached, phone))
        if not changed and evidence.source not in _SAID_AGAIN:
            return False
        seq = _record_for_number(ConsentEvent.Kind.OPTED_OUT, number, phone, evidence=evidence)
        row: dict[str, Any] = {"event_seq": seq}
        if is_new:
            row |= {"source": evidence.source, "words": evidence.words, "opted_out_at": Now(), "lifted_at": None}
        OptOut.objects.update_or_create(
            account_id=number.account_id,
            number=number,
            phone=phone,
            defaults=row,
        )
        _close_review(number, phone, Review.Decision.CONFIRMED, seq=seq)
        _tag_opted_out(number, phone, True)
    return changed


def _are_stopped(number_ids: Iterable[int], phone: str) -> bool:
    return all(standing.is_stopped for standing in bulk.standings((pk, phone) for pk in number_ids).values())


def opt_in(*, number: Number, phone: str, evidence: Evidence) -> bool:
    """Open `number` alone to `phone` again; False if it was open (P4). A block stays."""
    with transaction.atomic():
        _lock([number.pk], phone)
        changed = bulk.standings([(number.pk, phone)])[number.pk, phone].is_stopped
        if not changed and evidence.source not in _SAID_AGAIN:
            return False
        seq = _record_for_number(ConsentEvent.Kind.OPTED_IN, number, phone, evidence=evidence)
        mine: dict[str, Any] = {"account_id": number.account_id, "number": number, "phone": phone}
        row = {"source": evidence.source, "words": evidence.words, "opted_in_at": Now(), "event_seq": seq}
        OptIn.objects.update_or_create(**mine, defaults=row)
        OptOut.objects.filter(**mine).in_force().update(lifted_at=Now())
        _close_review(number, phone, Review.Decision.DISMISSED, seq=seq)
        _tag_opted_out(number, phone, False)
    return changed


def withdraw(*, number: Number, phone: str, evidence: Evidence) -> None:
    """Take back an opt-out that was read into words by mistake, as if it had never been asked for (P8)."""
    with transaction.atomic():
        _lock([number.pk], phone)
        _record_for_number(ConsentEvent.Kind.WITHDRAWN, number, phone, evidence=evidence)
        OptOut.objects.filter(account_id=number.account_id, number=number, phone=phone).delete()
        _tag_opted_out(number, phone, False)


def hold(*, number: Number, phone: str, evidence: Evidence) -> Review | None:
    """Hold marketing from `number` to `phone` until a person decides (P8); None if it is held or stopped already."""
    mine: dict[str, Any] = {"account_id": number.account_id, "number": number, "phone": phone}
    with transaction.atomic():
        _lock(bulk.reached_numbers(number), phone)
        if OptOut.objects.filter(**mine).in_force().exists() or Review.objects.filter(**mine, decision="").exists():
            return None
        seq = _record_for_number(ConsentEvent.Kind.HELD, number, phone, evidence=evidence)
        return Review.objects.create(
            **mine,
            words=evidence.words,
            rule=evidence.rule,
            reference=evidence.reference,
            due_on=Review.due_after(now().date()),
            event_seq=seq,
        )


def block(*, contact: Contact, reason: str = "", by: User) -> bool:
    """Stop every text from every number to this contact; False if it already was so (P9)."""
    with transaction.atomic():
        _lock(contact.account.numbers.values_list("pk", flat=True), contact.phone)
        if Block.objects.filter(account_id=contact.account_id, phone=contact.phone).exists():
            return False
        evidence = Evidence.staff(by, words=reason)
        [seq] = bulk.record([event(ConsentEvent.Kind.BLOCKED, contact.account_id, contact.phone, evidence=evidence)])
        Block.objects.create(
            account_id=contact.account_id, phone=contact.phone, reason=reason, blocked_by=by, event_seq=seq
        )
    return True


def unblock(*, contact: Contact, by: User) -> bool:
    """Lift the block; opt-outs stay as they are. False if there was none."""
    with transaction.atomic():
        changed = bool(Block.objects.filter(account_id=contact.account_id, phone=contact.phone).delete()[0])
        if changed:
            evidence = Evidence.staff(by)
            bulk.record([event(ConsentEvent.Kind.UNBLOCKED, contact.account_id, contact.phone, evidence=evidence)])
    return changed


def join(*, group: Group, contacts: Iterable[Contact], evidence: Evidence) -> int:
    """Put contacts on a list; returns how many were not on it."""
    return _change_list(ConsentEvent.Kind.JOINED, group, contacts, evidence=evidence)


def leave(*, group: Group, contacts: Iterable[Contact], evidence: Evidence) -> int:
    """Take contacts off a list; returns how many were on it. Closes no number (P10)."""
    return _change_list(ConsentEvent.Kind.LEFT, group, contacts, evidence=evidence)


def refusal(number: Number, phone: str) -> str | None:
    """Why `phone` may not be texted from `number`, or None."""
    return bulk.standings([(number.pk, phone)])[number.pk, phone].refusal


def wait_for_others(number: Number, phone: str) -> None:
    """Let nobody else change whether `number` may text `phone` until this transaction ends."""
    _lock(bulk.reached_numbers(number), phone)


def _change_list(kind: ConsentEvent.Kind, group: Group, contacts: Iterable[Contact], *, evidence: Evidence) -> int:
    people = {contact.pk: contact for contact in contacts}
    change = bulk.join if kind == ConsentEvent.Kind.JOINED else bulk.leave
    with transaction.atomic():
        changed = change(group.account_id, [(pk, group.pk) for pk in people])
        bulk.record([list_event(kind, group, people[pk].phone, evidence=evidence) for pk, _ in sorted(changed)])
    return len(changed)


def list_event(kind: ConsentEvent.Kind, group: Group, phone: str, *, evidence: Evidence) -> ConsentEvent:
    """The ledger line of joining or leaving a list, not yet written."""
    line = event(kind, group.account_id, phone, evidence=evidence)
    line.group_ref, line.group_name = group.pk, group.name
    return line


def event(kind: ConsentEvent.Kind, account_id: int, phone: str, *, evidence: Evidence) -> ConsentEvent:
    """A ledger line, not yet written."""
    return ConsentEvent(
        account_id=account_id,
        kind=kind,
        phone=phone,
        source=evidence.source,
        rule=evidence.rule,
        words=evidence.words,
        reference=evidence.reference,
        actor=evidence.actor,
        asked_at=evidence.asked_at,
    )


def number_event(kind: ConsentEvent.Kind, number: Number, phone: str, *, evidence: Evidence) -> ConsentEvent:
    """The ledger line of what was asked of one number, not yet written."""
    line = event(kind, number.account_id, phone, evidence=evidence)
    line.number_ref, line.number_e164 = number.pk, number.e164
    return line


def _record_for_number(kind: ConsentEvent.Kind, number: Number, phone: str, *, evidence: Evidence) -> int:
    [seq] = bulk.record([number_event(kind, number, phone, evidence=evidence)])
    return seq


def _close_review(number: Number, phone: str, decision: Review.Decision, *, seq: int) -> None:
    """What a person says plainly, or has said to the team, ends the doubt about their earlier words."""
    still_open = Review.objects.filter(account_id=number.account_id, number=number, phone=phone, decision="")
    still_open.update(decision=decision, decided_at=Now(), decision_seq=seq)


def _tag_opted_out(number: Number, phone: str, is_opted_out: bool) -> None:
    """Set the number's opt-out tag, or take it off (P7)."""
    if number.opt_out_tag_id:
        ids = Contact.objects.filter(account_id=number.account_id, phone=phone).values_list("id", flat=True)
        change = bulk.tag if is_opted_out else bulk.untag
        change(number.account_id, [(pk, number.opt_out_tag_id) for pk in ids])


def _lock(number_ids: Iterable[int], phone: str) -> None:
    """Wait until no text from these numbers to `phone` is on its way to the carrier, and let none start (P1).

    The wait is bounded: a call that has begun cannot be taken back, and the opt-out must not wait for it for ever.
    """
    ids = sorted(number_ids)
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL lock_timeout = %s", [_LOCK_WAIT])
        try:
            with transaction.atomic():
                cursor.execute(
                    "SELECT pg_advisory_xact_lock(permission_key(n, %s)) FROM unnest(%s::bigint[]) n", [phone, ids]
                )
        except OperationalError as error:
            if not isinstance(error.__cause__, LockNotAvailable):
                raise
        cursor.execute("SET LOCAL lock_timeout TO DEFAULT")
