"""What evidence asks of the database in SQL: tombstones, ledgers to be verified, and what differs from them."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db import connection

from contacts import bulk


def buried(phones: Iterable[str]) -> dict[tuple[int | None, str], int]:
    """What erased people had asked for that holds if they come back: by number (None: a block) and phone, the line."""
    rows = bulk.values(
        "SELECT t.number_id, v.phone, t.event_seq FROM (VALUES %s) v (phone) JOIN contacts_tombstone t"
        " ON t.account_id = app_account_id() AND t.digest = tombstone_digest(v.phone) AND t.lifted_at IS NULL"
        " AND t.group_id IS NULL"
        " WHERE EXISTS (SELECT FROM contacts_tombstone x WHERE x.account_id = app_account_id())",
        [(phone,) for phone in set(phones)],
    )
    return {(number, phone): seq for number, phone, seq in rows}


def unverified_ledgers(since: datetime) -> list[int]:
    """The ids of the accounts whose ledger has not been verified since a moment; the caller needs no account."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT ledgers_to_verify(%s)", [since])
        return [account_id for (account_id,) in cursor.fetchall()]


@dataclass(frozen=True, slots=True)
class Difference:
    """A phone that is stopped for a number (None: blocked) by the ledger and not in force, or the other way round."""

    number_id: int | None
    phone: str
    is_closed_by_ledger: bool


def differences() -> list[Difference]:
    """The opt-outs and blocks in force that are not what the ledger says, by number and phone.

    What an erased person had asked for holds by a line that was emptied of the phone (P16).
    """
    with connection.cursor() as cursor:
        cursor.execute(
            """
            WITH said AS (
                SELECT DISTINCT ON (1, 2) coalesce(number_ref, 0) AS number, phone,
                    kind IN ('opted_out', 'blocked') AS closes
                FROM contacts_consentevent
                WHERE account_id = app_account_id() AND phone <> ''
                    AND kind IN ('opted_out', 'opted_in', 'withdrawn', 'blocked', 'unblocked')
                ORDER BY 1, 2, seq DESC
            ), in_force AS (
                SELECT number_id AS number, phone, event_seq FROM contacts_optout
                WHERE account_id = app_account_id() AND lifted_at IS NULL
                UNION ALL
                SELECT 0, phone, event_seq FROM contacts_block WHERE account_id = app_account_id()
            )
            SELECT nullif(number, 0), phone, coalesce(s.closes, false)
            FROM said s FULL JOIN in_force f USING (number, phone)
            WHERE (f.phone IS NOT NULL) <> coalesce(s.closes, false)
                AND (number = 0 OR EXISTS (SELECT FROM contacts_number n WHERE n.id = number))
                AND (s.phone IS NOT NULL OR NOT EXISTS (
                    SELECT FROM contacts_consentevent e WHERE e.account_id = app_account_id() AND e.seq = f.event_seq
                        AND e.phone = '' AND coalesce(e.number_ref, 0) = number AND e.kind IN ('opted_out', 'blocked')))
            ORDER BY 1, 2
            """
        )
        return [Difference(*row) for row in cursor.fetchall()]
