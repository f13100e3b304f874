"""What a decision about an unclear text does to permission (P8)."""

from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from time_machine import travel

from contacts import bulk, permissions, reviews, scopes
from contacts.models import Number, Review
from contacts.models.consent import Source
from contacts.permissions import Evidence
from contacts.reviews import Overtaken
from shout.models import Account, User

ANA = "+14155550142"
PHRASE = Evidence(source=Source.PHRASE, words="leave me alone", rule="en.leave-me-alone")
STOP = Evidence(source=Source.UNIVERSAL_KEYWORD, words="STOP")
START = Evidence(source=Source.UNIVERSAL_KEYWORD, words="START")


@pytest.fixture
def review(marketing: Number) -> Review:
    """Ana's text, which waits."""
    review = permissions.hold(number=marketing, phone=ANA, evidence=PHRASE)
    assert review
    return review


def is_held(number: Number) -> bool:
    return bulk.standings([(number.pk, ANA)])[number.pk, ANA].is_held


def test_a_hold_is_for_one_number_and_no_refusal(review: Review, marketing: Number, service: Number) -> None:
    assert is_held(marketing)
    assert not is_held(service)
    assert permissions.refusal(marketing, ANA) is None
    assert permissions.hold(number=marketing, phone=ANA, evidence=PHRASE) is None


def test_confirming_is_an_opt_out_by_the_persons_own_words(
    review: Review, marketing: Number, service: Number, owner: User
) -> None:
    assert reviews.confirm(review=review, by=owner)
    assert not reviews.confirm(review=review, by=owner)
    assert permissions.refusal(marketing, ANA) == "opted_out"
    assert permissions.refusal(service, ANA) is None
    line = marketing.account.consent_events.last()
    assert line
    assert (line.kind, line.words, line.rule, line.actor) == ("opted_out", PHRASE.words, PHRASE.rule, owner.email)


def test_dismissing_releases_and_writes_who_did(review: Review, marketing: Number, owner: User) -> None:
    assert reviews.dismiss(review=review, by=owner)
    assert not reviews.dismiss(review=review, by=owner)
    assert not is_held(marketing)
    line = marketing.account.consent_events.last()
    assert line
    assert (line.kind, line.actor) == ("released", owner.email)


@pytest.mark.parametrize("decide", [reviews.confirm, reviews.dismiss])
def test_undoing_holds_again_and_opens_what_was_stopped(
    decide: object, review: Review, marketing: Number, owner: User
) -> None:
    assert callable(decide)
    decide(review=review, by=owner)
    review.refresh_from_db()
    assert reviews.undo(review=review, by=owner)
    assert not reviews.undo(review=review, by=owner)
    assert is_held(marketing)
    assert permissions.refusal(marketing, ANA) is None


def test_an_undone_decision_can_be_made_the_other_way(review: Review, marketing: Number, owner: User) -> None:
    reviews.dismiss(review=review, by=owner)
    with pytest.raises(Overtaken):
        reviews.confirm(review=review, by=owner)
    reviews.undo(review=review, by=owner)
    assert reviews.confirm(review=review, by=owner)
    assert permissions.refusal(marketing, ANA) == "opted_out"


def test_stop_decides_and_cannot_be_undone_by_the_team(review: Review, marketing: Number, owner: User) -> None:
    permissions.opt_out(number=marketing, phone=ANA, evidence=STOP)
    review.refresh_from_db()
    assert review.decision == "confirmed"
    with pytest.raises(Overtaken):
        reviews.undo(review=review, by=owner)
    assert permissions.refusal(marketing, ANA) == "opted_out"


def test_start_decides_the_other_way(review: Review, marketing: Number) -> None:
    permissions.opt_in(number=marketing, phone=ANA, evidence=START)
    review.refresh_from_db()
    assert review.decision == "dismissed"
    assert not is_held(marketing)


def test_undoing_a_doubt_does_not_withdraw_what_they_asked_for_in_plain_words_since(
    review: Review, marketing: Number, owner: User
) -> None:
    plain = Evidence(source=Source.PHRASE, words="please stop texting me", rule="en.stop-texting", reference="SM2")
    assert reviews.obey(number=marketing, phone=ANA, evidence=plain)
    with pytest.raises(Overtaken, match="a later text of theirs: “please stop texting me”"):
        reviews.undo(review=review, by=owner)
    assert permissions.refusal(marketing, ANA) == "opted_out"
    assert reviews.undo(review=Review.objects.get(reference="SM2"), by=owner)
    assert permissions.refusal(marketing, ANA) is None


def test_no_undoing_after_a_stop_in_plain_words_has_followed(review: Review, marketing: Number, owner: User) -> None:
    reviews.confirm(review=review, by=owner)
    permissions.opt_out(number=marketing, phone=ANA, evidence=STOP)
    with pytest.raises(Overtaken):
        reviews.undo(review=review, by=owner)
    assert permissions.refusal(marketing, ANA) == "opted_out"


def test_undoing_asks_what_they_have_said_only_once_no_stop_can_come_in_between(review: Review, owner: User) -> None:
    reviews.confirm(review=review, by=owner)
    with CaptureQueriesContext(connection) as asked:
        reviews.undo(review=review, by=owner)
    statements = [query["sql"] for query in asked]
    locked = next(at for at, sql in enumerate(statements) if "permission_key" in sql)
    assert locked < next(at for at, sql in enumerate(statements) if 'FROM "contacts_optout"' in sql)


def test_a_wider_scope_holds_the_other_numbers_as_well(
    review: Review, marketing: Number, service: Number, account: Account, owner: User
) -> None:
    assert bulk.reach() == {marketing.pk: {marketing.pk}, service.pk: {service.pk}}
    scopes.set_scope(account=account, scope="account", starts_at=review.opened_at, by=owner)
    both = {marketing.pk, service.pk}
    assert bulk.reach() == {marketing.pk: both, service.pk: both}
    assert is_held(service)


@pytest.mark.parametrize(
    ("today", "left", "is_overdue"),
    [
        ("2026-11-23", 10, False),
        ("2026-11-27", 6, False),
        ("2026-11-28", 6, False),
        ("2026-11-30", 5, False),
        ("2026-12-04", 1, False),
        ("2026-12-07", 0, False),
        ("2026-12-08", 0, True),
    ],
)
def test_the_clock_counts_business_days_only(today: str, left: int, is_overdue: bool) -> None:
    review = Review(due_on=Review.due_after(date(2026, 11, 23)))
    with travel(f"{today}T12:00Z", tick=False):
        assert (review.business_days_left, review.is_overdue) == (left, is_overdue)
