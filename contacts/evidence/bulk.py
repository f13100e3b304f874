"""What evidence asks of the database in SQL: who lies under a tombstone, and whose ledger waits for its check."""

from collections.abc import Iterable
from datetime import datetime

from django.db import connection

from contacts import bulk


def buried(phones: Iterable[str]) -> dict[tuple[int | None, str], int]:
    """What erased people had asked for that holds if they come back: by number (None: a block) and phone, the line."""
    rows = bulk.values(
        "SELECT t.number_id, v.phone, t.event_seq FROM (VALUES %s) v (phone) JOIN contacts_tombstone t"
        " ON t.account_id = app_account_id() AND t.digest = tombstone_digest(v.phone) AND t.lifted_at IS NULL"
        " WHERE EXISTS (SELECT FROM contacts_tombstone x WHERE x.account_id = app_account_id())",
        [(phone,) for phone in set(phones)],
    )
    return {(number, phone): seq for number, phone, seq in rows}


def unverified_ledgers(since: datetime) -> list[int]:
    """The ids of the accounts whose ledger has not been verified since a moment; the caller needs no account."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT ledgers_to_verify(%s)", [since])
        return [account_id for (account_id,) in cursor.fetchall()]
