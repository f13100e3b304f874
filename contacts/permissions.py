"""Permission: the only place that changes who may be texted; every change leaves a line in the ledger."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db import OperationalError, connection, transaction
from psycopg2.errors import LockNotAvailable

from contacts import bulk
from contacts.models import Block, ConsentEvent, Contact, Group, Number, OptOut
from contacts.models.consent import Source
from shout.models import User

# A send holds the lock for one carrier call at most; a carrier waits 15 seconds for its webhook's answer.
_LOCK_WAIT = "11s"


@dataclass(frozen=True, kw_only=True)
class Evidence:
    """By what, with which words and by whom permission changed; `reference` names the text, the file or the form."""

    source: Source
    words: str = ""
    reference: str = ""
    actor: str = ""
    asked_at: datetime | None = None

    @classmethod
    def staff(cls, user: User, *, words: str = "", asked_at: datetime | None = None) -> "Evidence":
        """Recorded by a member of the team."""
        return cls(source=Source.STAFF, words=words, actor=user.email, asked_at=asked_at)


def opt_out(*, number: Number, phone: str, evidence: Evidence) -> bool:
    """Stop every text from `number` to `phone`, from this transaction's commit on; False if it already was so (P1).

    What is queued from that number to that phone is refused in the same transaction, by the database.
    """
    with transaction.atomic():
        _lock([number], phone)
        _, changed = OptOut.objects.get_or_create(
            account_id=number.account_id,
            number=number,
            phone=phone,
            defaults={"source": evidence.source, "words": evidence.words},
        )
        _record_number(ConsentEvent.Kind.OPTED_OUT, number, phone, evidence=evidence, changed=changed)
    return changed


def opt_in(*, number: Number, phone: str, evidence: Evidence) -> bool:
    """Lift the opt-out of `phone` from `number` alone; False if there was none (P4)."""
    with transaction.atomic():
        _lock([number], phone)
        changed = bool(OptOut.objects.filter(account_id=number.account_id, number=number, phone=phone).delete()[0])
        _record_number(ConsentEvent.Kind.OPTED_IN, number, phone, evidence=evidence, changed=changed)
    return changed


def block(*, contact: Contact, reason: str = "", by: User) -> bool:
    """Stop every text from every number to this contact; False if it already was so (P9)."""
    with transaction.atomic():
        _lock(contact.account.numbers.all(), contact.phone)
        _, changed = Block.objects.get_or_create(
            account_id=contact.account_id, phone=contact.phone, defaults={"reason": reason, "blocked_by": by}
        )
        if changed:
            evidence = Evidence.staff(by, words=reason)
            event(ConsentEvent.Kind.BLOCKED, contact.account_id, contact.phone, evidence=evidence).save()
    return changed


def unblock(*, contact: Contact, by: User) -> bool:
    """Lift the block; opt-outs stay as they are. False if there was none."""
    with transaction.atomic():
        changed = bool(Block.objects.filter(account_id=contact.account_id, phone=contact.phone).delete()[0])
        if changed:
            evidence = Evidence.staff(by)
            event(ConsentEvent.Kind.UNBLOCKED, contact.account_id, contact.phone, evidence=evidence).save()
    return changed


def join(*, group: Group, contacts: Iterable[Contact], evidence: Evidence) -> int:
    """Put contacts on a list; returns how many were not on it."""
    return _change_list(ConsentEvent.Kind.JOINED, group, contacts, evidence=evidence)


def leave(*, group: Group, contacts: Iterable[Contact], evidence: Evidence) -> int:
    """Take contacts off a list; returns how many were on it. Closes no number (P10)."""
    return _change_list(ConsentEvent.Kind.LEFT, group, contacts, evidence=evidence)


def refusal(number: Number, phone: str) -> str | None:
    """Why `phone` may not be texted from `number`, or None."""
    return bulk.refusals([(number.pk, phone)]).get((number.pk, phone))


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
        words=evidence.words,
        reference=evidence.reference,
        actor=evidence.actor,
        asked_at=evidence.asked_at,
    )


def _record_number(kind: ConsentEvent.Kind, number: Number, phone: str, *, evidence: Evidence, changed: bool) -> None:
    """Write the line and set the number's opt-out tag (P7); a repeated STOP is evidence, a repeated click is not."""
    if changed or evidence.source == Source.UNIVERSAL_KEYWORD:
        line = event(kind, number.account_id, phone, evidence=evidence)
        line.number_ref, line.number_e164 = number.pk, number.e164
        line.save()
    if number.opt_out_tag_id:
        ids = Contact.objects.filter(account_id=number.account_id, phone=phone).values_list("id", flat=True)
        change = bulk.tag if kind == ConsentEvent.Kind.OPTED_OUT else bulk.untag
        change(number.account_id, [(pk, number.opt_out_tag_id) for pk in ids])


def _lock(numbers: Iterable[Number], phone: str) -> None:
    """Wait until no text from these numbers to `phone` is on its way to the carrier, and let none start (P1).

    The wait is bounded: a call that has begun cannot be taken back, and the opt-out must not wait for it for ever.
    """
    ids = sorted(number.pk for number in numbers)
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
