"""The context of an account: it begins and ends with its `with` block, whatever happens inside."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import IntegrityError, connection, transaction

from contacts.models import Contact, Group
from shout.models import Account
from shout.tenancy import WrongTenant, current_account_id, tenant
from tests import build


@pytest.fixture
def ours(db: None) -> Account:
    account = build.account()
    build.contact(account)
    return account


@pytest.fixture
def theirs(db: None) -> Account:
    account = build.account()
    build.contact(account)
    return account


def seen() -> set[int]:
    """The accounts of the contacts that can be seen."""
    return set(Contact.objects.values_list("account_id", flat=True))


def test_a_context_shows_its_account_and_ends_with_its_block(ours: Account, theirs: Account) -> None:
    assert (seen(), current_account_id()) == (set(), None)
    with tenant(ours.pk):
        assert (seen(), current_account_id()) == ({ours.pk}, ours.pk)
    assert (seen(), current_account_id()) == (set(), None)
    with tenant(theirs.pk):
        assert seen() == {theirs.pk}


def test_a_context_ends_with_its_block_when_the_block_fails(ours: Account) -> None:
    with pytest.raises(RuntimeError), tenant(ours.pk):
        raise RuntimeError
    assert (seen(), current_account_id()) == (set(), None)


def test_a_failing_block_writes_nothing(ours: Account) -> None:
    with pytest.raises(RuntimeError), tenant(ours.pk):
        Group.objects.create(account=ours, name="VIP")
        raise RuntimeError
    with tenant(ours.pk):
        assert not Group.objects.exists()


def test_a_context_within_the_same_account_is_a_savepoint(ours: Account) -> None:
    with tenant(ours.pk):
        Group.objects.create(account=ours, name="VIP")
        with pytest.raises(IntegrityError), tenant(ours.pk):
            Group.objects.create(account=ours, name="vip")
        assert (seen(), current_account_id()) == ({ours.pk}, ours.pk)
        assert Group.objects.count() == 1


def test_a_context_within_another_accounts_is_refused_and_changes_nothing(ours: Account, theirs: Account) -> None:
    with tenant(ours.pk):
        with pytest.raises(WrongTenant), tenant(theirs.pk):
            raise AssertionError("entered")
        assert (seen(), current_account_id()) == ({ours.pk}, ours.pk)


def test_an_account_that_does_not_exist_shows_nothing(ours: Account) -> None:
    with tenant(Account.next_id()):
        assert seen() == set()


def test_an_account_id_is_a_number_and_nothing_else(ours: Account) -> None:
    with pytest.raises(ValueError, match="invalid literal"), tenant(f"{ours.pk}' OR true"):  # type: ignore[arg-type]
        raise AssertionError("entered")
    assert (seen(), current_account_id()) == (set(), None)


def test_a_kept_connection_remembers_no_account(committed: None) -> None:
    account = build.account()
    build.contact(account)
    with tenant(account.pk):
        assert seen() == {account.pk}
    assert not connection.in_atomic_block
    assert seen() == set()


def test_an_error_of_the_database_leaves_no_account_behind(committed: None) -> None:
    account = build.account()
    build.contact(account)
    with pytest.raises(IntegrityError), tenant(account.pk):
        Contact.objects.create(account=account, phone="not a phone")
    assert (seen(), current_account_id()) == (set(), None)


def test_another_thread_is_in_no_context(committed: None) -> None:
    account = build.account()
    build.contact(account)

    def look() -> tuple[set[int], int | None]:
        found = seen(), current_account_id()
        connection.close()
        return found

    with tenant(account.pk), ThreadPoolExecutor(1) as pool:
        assert pool.submit(look).result() == (set(), None)


def test_what_runs_after_the_commit_may_enter_any_context(committed: None) -> None:
    first, second = build.account(), build.account()
    build.contact(second)
    found: list[tuple[int | None, set[int]]] = []

    def look() -> None:
        before = current_account_id()
        with tenant(second.pk):
            found.append((before, seen()))

    with tenant(first.pk):
        transaction.on_commit(look)
    with tenant(second.pk):
        transaction.on_commit(look)
    assert found == [(None, {second.pk})] * 2
