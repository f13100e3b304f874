"""How far an opt-out reaches (P15): who changes with it, and that rows keep what was asked."""

from datetime import UTC, datetime, timedelta
from itertools import product

import pytest
from django.utils.timezone import now

from contacts import bulk, permissions, scopes
from contacts.models import ConsentEvent, Number, ScopePolicy
from contacts.models.consent import Source
from contacts.permissions import Evidence
from shout.models import Account, User
from tests import build

SAID = Evidence(source=Source.UNIVERSAL_KEYWORD, words="STOP")
PHONES = [f"+1415555800{n}" for n in range(6)]


@pytest.fixture
def numbers(account: Account) -> list[Number]:
    """Two marketing numbers and one for customer service, with every sort of history."""
    kinds = [Number.Kind.MARKETING, Number.Kind.MARKETING, Number.Kind.CUSTOMER_SERVICE]
    numbers = [build.number(account, kind=kind) for kind in kinds]
    first, second, service = numbers
    for phone in PHONES[:4]:
        permissions.opt_out(number=first, phone=phone, evidence=SAID)
    permissions.opt_in(number=first, phone=PHONES[1], evidence=SAID)
    permissions.opt_in(number=second, phone=PHONES[2], evidence=SAID)
    permissions.opt_out(number=service, phone=PHONES[3], evidence=SAID)
    permissions.opt_in(number=service, phone=PHONES[3], evidence=SAID)
    permissions.opt_out(number=service, phone=PHONES[4], evidence=SAID)
    return numbers


def stopped(numbers: list[Number]) -> set[tuple[int, str]]:
    """By the one predicate of permission."""
    said = bulk.standings((number.pk, phone) for number in numbers for phone in PHONES)
    return {pair for pair, standing in said.items() if standing.is_stopped}


@pytest.mark.parametrize(("before", "after"), list(product(ScopePolicy.Scope.values, repeat=2)))
def test_the_preview_names_exactly_who_changes(
    before: str, after: str, account: Account, numbers: list[Number], owner: User
) -> None:
    scopes.set_scope(account=account, scope=before, starts_at=now(), by=owner)
    was = stopped(numbers)
    preview = scopes.preview(account, after, starts_at=now())
    scopes.set_scope(account=account, scope=after, starts_at=now(), by=owner)
    will_be = stopped(numbers)
    said = {(shift.closes, shift.number_id, phone) for shift in preview for phone in shift.phones}
    assert said == {(True, *pair) for pair in will_be - was} | {(False, *pair) for pair in was - will_be}
    assert all(shift.count == len(shift.phones) for shift in preview)
    assert before == after or preview


def test_a_wider_scope_closes_and_a_narrower_one_opens_again(
    account: Account, numbers: list[Number], owner: User
) -> None:
    first, second, service = numbers
    scopes.set_scope(account=account, scope="purpose", starts_at=now(), by=owner)
    assert permissions.refusal(second, PHONES[0]) == "opted_out"
    assert permissions.refusal(service, PHONES[0]) is None
    scopes.set_scope(account=account, scope="number", starts_at=now(), by=owner)
    assert permissions.refusal(second, PHONES[0]) is None
    assert permissions.refusal(first, PHONES[0]) == "opted_out"


def test_a_planned_scope_begins_at_its_date_and_can_be_taken_back(account: Account, owner: User) -> None:
    soon = now() + timedelta(days=7)
    planned = scopes.set_scope(account=account, scope="account", starts_at=soon, by=owner)
    assert scopes.in_force(account) == "number"
    assert scopes.in_force(account, soon) == "account"
    assert scopes.cancel(policy=planned, by=owner)
    assert not scopes.cancel(policy=planned, by=owner)
    assert scopes.in_force(account, soon) == "number"
    kinds = [line.words for line in account.consent_events.filter(kind="scope")]
    assert len(kinds) == 2
    assert kinds[1].startswith("Canceled: ")


def test_the_preview_of_a_later_day_starts_from_what_holds_on_that_day(
    account: Account, numbers: list[Number], owner: User
) -> None:
    soon = now() + timedelta(days=7)
    scopes.set_scope(account=account, scope="account", starts_at=soon, by=owner)
    assert scopes.preview(account, "account", starts_at=now())
    assert scopes.preview(account, "account", starts_at=soon) == []


def test_the_first_twenty_of_many_are_named_and_all_are_counted(
    account: Account, marketing: Number, service: Number
) -> None:
    for phone in sorted(build.phone() for _ in range(25)):
        permissions.opt_out(number=marketing, phone=phone, evidence=SAID)
    [shift] = scopes.preview(account, "account", starts_at=now())
    assert (shift.number_id, shift.closes, shift.count, len(shift.phones)) == (service.pk, True, 25, 20)
    assert shift.phones == sorted(shift.phones)


def test_an_account_is_ready_for_the_revoke_all_rule_when_the_widest_scope_covers_that_day(
    account: Account, owner: User
) -> None:
    assert not scopes.is_ready_to_revoke_all(account)
    late = scopes.REVOKE_ALL_AT + timedelta(days=1)
    scopes.set_scope(account=account, scope="account", starts_at=late, by=owner)
    assert scopes.is_ready_to_revoke_all(account) is (now() >= late)
    scopes.set_scope(account=account, scope="account", starts_at=scopes.REVOKE_ALL_AT, by=owner)
    assert scopes.is_ready_to_revoke_all(account)
    assert datetime(2027, 1, 31, tzinfo=UTC) == scopes.REVOKE_ALL_AT


def test_a_newer_request_to_the_team_closes_what_was_opened_in_between_under_a_wider_scope(
    account: Account, marketing: Number, service: Number, owner: User
) -> None:
    start = Evidence(source=Source.UNIVERSAL_KEYWORD, words="START")
    scopes.set_scope(account=account, scope="account", starts_at=now(), by=owner)
    permissions.opt_out(number=marketing, phone=PHONES[0], evidence=SAID)
    permissions.opt_in(number=service, phone=PHONES[0], evidence=start)
    said = Evidence.staff(owner, words="stop texting me on any number")
    carrier = Evidence(source=Source.CARRIER, words="Error 21610")
    assert not permissions.opt_out(number=marketing, phone=PHONES[0], evidence=carrier)
    assert permissions.refusal(service, PHONES[0]) is None
    assert permissions.opt_out(number=marketing, phone=PHONES[0], evidence=said)
    assert permissions.refusal(service, PHONES[0]) == "opted_out"
    assert not permissions.opt_out(number=marketing, phone=PHONES[0], evidence=said)
    assert list(ConsentEvent.objects.filter(phone=PHONES[0]).values_list("kind", "words")) == [
        ("opted_out", "STOP"),
        ("opted_in", "START"),
        ("opted_out", said.words),
    ]
