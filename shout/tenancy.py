"""Tenants: the only place that tells PostgreSQL whose rows may be seen."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from django.db import connection, transaction

_current: ContextVar[int | None] = ContextVar("account_id", default=None)


class WrongTenant(RuntimeError):
    """Code that runs for one account tried to act for another."""


@contextmanager
def tenant(account_id: int) -> Iterator[None]:
    """One transaction in which row-level security shows the rows of this account and no others.

    Nested calls for the same account are savepoints; for another account they raise `WrongTenant`.
    """
    outer = _current.get()
    if outer is not None and outer != account_id:
        raise WrongTenant(f"account {account_id} asked for inside the context of account {outer}")
    try:
        with transaction.atomic():
            token = _current.set(account_id)
            try:
                if outer is None:
                    _set(str(int(account_id)))
                yield
            finally:
                # Before the commit, because what runs after it sees no rows any more and has to enter a context anew.
                _current.reset(token)
    finally:
        # Inside somebody else's transaction SET LOCAL would outlive us.
        if outer is None and connection.in_atomic_block and not connection.needs_rollback:
            _set("")


def current_account_id() -> int | None:
    """The account this code runs for, or None outside `tenant()`."""
    return _current.get()


def _set(value: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL app.account_id = %s", [value])
