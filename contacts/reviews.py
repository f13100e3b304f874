"""The review queue: the only place where a person decides about a text that may ask for no more texts (P8)."""

from collections.abc import Sequence

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
        if why_not := obstacles([review])[review.pk]:
            raise Overtaken(why_not)
        if review.decision == Review.Decision.CONFIRMED:
            permissions.withdraw(number=review.number, phone=review.phone, evidence=_evidence(review, by))
        review.event_seq = _record(ConsentEvent.Kind.HELD, review, by)
        review.decision, review.decided_by, review.decided_at, review.decision_seq = "", None, None, None
        review.save()
    return True


def obstacles(decided: Sequence[Review]) -> dict[int, str]:
    """Why each of an account's decisions cannot be undone, by its id; empty where it can."""
    phones = {review.phone for review in decided}
    account_id = decided[0].account_id if decided else 0
    lines = ConsentEvent.objects.filter(account_id=account_id, seq__in=[review.decision_seq or 0 for review in decided])
    by_seq = {line.seq: line for line in lines}
    stopped = OptOut.objects.in_force().filter(account_id=account_id, phone__in=phones)
    closed = {(number, phone): seq for number, phone, seq in stopped.values_list("number_id", "phone", "event_seq")}
    waiting = Review.objects.filter(account_id=account_id, phone__in=phones, decision=Review.Decision.OPEN)
    open_pairs = set(waiting.values_list("number_id", "phone"))
    return {
        review.pk: _obstacle(
            review,
            line=by_seq[review.decision_seq or 0],
            closed_by=closed.get((review.number_id, review.phone)),
            is_waiting=(review.number_id, review.phone) in open_pairs,
        )
        for review in decided
    }


def _obstacle(review: Review, *, line: ConsentEvent, closed_by: int | None, is_waiting: bool) -> str:
    """Why a decision that `line` records cannot be undone; `closed_by` is the line of the opt-out that is in force."""
    if line.source != Source.PHRASE:
        return "This was decided by what they said themselves, or told your team, in plain words."
    if (line.words, line.rule, line.reference) != (review.words, review.rule, review.reference):
        return f"This was decided by a later text of theirs: {quoted(line.words)}. Undo that one."
    if closed_by not in (None, line.seq):
        return "They have stopped this number in other words too. Only new consent opens it again."
    if closed_by is None and review.decision == Review.Decision.CONFIRMED:
        return "The number has been opened to them again since. There is nothing left to undo."
    return "A later text of theirs is waiting for your decision already." if is_waiting else ""


def _locked(review: Review) -> Review:
    """The review as it stands, which nobody else decides, nor stops or opens the number, until this is over.

    In the order in which a STOP takes these locks, so that neither waits for the other for ever.
    """
    permissions.wait_for_others(review.number, review.phone)
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
