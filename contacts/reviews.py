"""The review queue: the only place where a person decides about a text that may ask for no more texts (P8)."""

from django.db import transaction
from django.utils.timezone import now

from contacts import bulk, permissions
from contacts.models import ConsentEvent, Number, OptOut, Review
from contacts.models.consent import Source
from contacts.permissions import Evidence
from contacts.wording import quoted
from shout.models import User


class Overtaken(Exception):
    """The decision cannot be made or undone any more; its words say why."""


def obey(*, number: Number, phone: str, evidence: Evidence) -> bool:
    """Stop the number at once, for a request so plain that its rule confirms it; False if it was stopped already.

    It is kept among the decisions, where a person can undo it.
    """
    with transaction.atomic():
        if not permissions.opt_out(number=number, phone=phone, evidence=evidence):
            return False
        stopped = OptOut.objects.get(account_id=number.account_id, number=number, phone=phone)
        Review.objects.create(
            account_id=number.account_id,
            number=number,
            phone=phone,
            words=evidence.words,
            rule=evidence.rule,
            reference=evidence.reference,
            due_on=Review.due_after(now().date()),
            event_seq=stopped.event_seq,
            decision=Review.Decision.CONFIRMED,
            decided_at=now(),
            decision_seq=stopped.event_seq,
        )
    return True


def confirm(*, review: Review, by: User) -> bool:
    """It was a request: the number is stopped, from now on. False if that was decided already."""
    with transaction.atomic():
        review = _locked(review)
        if review.decision == Review.Decision.CONFIRMED:
            return False
        _check_open(review)
        permissions.opt_out(number=review.number, phone=review.phone, evidence=_evidence(review, by))
        Review.objects.filter(account_id=review.account_id, pk=review.pk).update(decided_by=by)
    return True


def dismiss(*, review: Review, by: User) -> bool:
    """It was no request: what was held may leave. False if that was decided already."""
    with transaction.atomic():
        review = _locked(review)
        if review.decision == Review.Decision.DISMISSED:
            return False
        _check_open(review)
        review.decision_seq = _record(ConsentEvent.Kind.RELEASED, review, by)
        review.decision, review.decided_by, review.decided_at = Review.Decision.DISMISSED, by, now()
        review.save()
    return True


def undo(*, review: Review, by: User) -> bool:
    """Open the review again, marketing held; an opt-out that it made is withdrawn. False if it is open already.

    Raises `Overtaken` when the person, or the team, has said something since.
    """
    with transaction.atomic():
        review = _locked(review)
        if review.is_open:
            return False
        mine = {"account_id": review.account_id, "number_id": review.number_id, "phone": review.phone}
        decided = ConsentEvent.objects.get(account_id=review.account_id, seq=review.decision_seq or 0)
        if decided.source != Source.PHRASE:
            raise Overtaken("This was decided by what they said themselves, or told your team, in plain words.")
        if (decided.words, decided.rule, decided.reference) != (review.words, review.rule, review.reference):
            raise Overtaken(f"This was decided by a later text of theirs: {quoted(decided.words)}. Undo that one.")
        stopped = OptOut.objects.filter(**mine).in_force().first()
        if stopped and stopped.event_seq != review.decision_seq:
            raise Overtaken("They have stopped this number in other words too. Only new consent opens it again.")
        if review.decision == Review.Decision.CONFIRMED and not stopped:
            raise Overtaken("The number has been opened to them again since. There is nothing left to undo.")
        if Review.objects.filter(**mine, decision="").exists():
            raise Overtaken("A later text of theirs is waiting for your decision already.")
        if stopped:
            permissions.withdraw(number=review.number, phone=review.phone, evidence=_evidence(review, by))
        review.event_seq = _record(ConsentEvent.Kind.HELD, review, by)
        review.decision, review.decided_by, review.decided_at, review.decision_seq = "", None, None, None
        review.save()
    return True


def _locked(review: Review) -> Review:
    rows = Review.objects.select_related("number").select_for_update(of=("self",))
    return rows.get(account_id=review.account_id, pk=review.pk)


def _check_open(review: Review) -> None:
    if not review.is_open:
        raise Overtaken("This has been decided the other way. Undo that decision first.")


def _evidence(review: Review, by: User) -> Evidence:
    return Evidence(
        source=Source.PHRASE, words=review.words, rule=review.rule, reference=review.reference, actor=by.email
    )


def _record(kind: ConsentEvent.Kind, review: Review, by: User) -> int:
    line = permissions.number_event(kind, review.number, review.phone, evidence=_evidence(review, by))
    [seq] = bulk.record([line])
    return seq
