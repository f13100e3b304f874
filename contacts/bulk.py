"""Many contacts at once, in SQL; the home of the one predicate of permission."""

from collections.abc import Iterable, Sequence
from typing import Any

from django.db import connection
from psycopg2.extras import execute_values

from contacts.models import Contact


def refusal(number: str, phone: str) -> str:
    """SQL for why `phone` may not be texted from `number` (two SQL expressions), or NULL: all of permission (P13)."""
    return f"""CASE
        WHEN EXISTS (SELECT FROM contacts_block x WHERE x.account_id = app_account_id() AND x.phone = {phone})
            THEN 'blocked'
        WHEN EXISTS (SELECT FROM contacts_optout x WHERE x.account_id = app_account_id() AND x.phone = {phone}
                     AND x.number_id = {number}) THEN 'opted_out'
    END"""


def refusals(pairs: Iterable[tuple[int, str]]) -> dict[tuple[int, str], str]:
    """For each (number id, phone) that may not be texted, why; the others are absent."""
    rows = values(
        f"SELECT v.number, v.phone, {refusal('v.number', 'v.phone')} AS why FROM (VALUES %s) v (number, phone)",
        list(set(pairs)),
        template="(%s::bigint, %s)",
    )
    return {(number, phone): why for number, phone, why in rows if why}


def values(statement: str, rows: Sequence[tuple[Any, ...]], *, template: str | None = None) -> list[tuple[Any, ...]]:
    """Run a statement over a VALUES list in one round trip and return the rows it returns; no rows, no round trip."""
    if not rows:
        return []
    with connection.cursor() as cursor:
        found: list[tuple[Any, ...]] = execute_values(
            cursor.cursor, statement, rows, template=template, page_size=len(rows), fetch=True
        )
    return found


def meet(account_id: int, phones: Iterable[str]) -> dict[str, int]:
    """The ids of the contacts with these phones; who is unknown becomes a contact."""
    wanted = sorted(set(phones))
    Contact.objects.bulk_create(
        [Contact(account_id=account_id, phone=phone) for phone in wanted], ignore_conflicts=True, batch_size=1000
    )
    return dict(Contact.objects.filter(account_id=account_id, phone__in=wanted).values_list("phone", "id"))


def join(account_id: int, pairs: Iterable[tuple[int, int]]) -> set[tuple[int, int]]:
    """Put contacts on lists by (contact id, group id); returns the pairs that are new."""
    return _insert("contacts_groupmembership", "group_id", account_id, pairs)


def leave(account_id: int, pairs: Iterable[tuple[int, int]]) -> set[tuple[int, int]]:
    """Take contacts off lists by (contact id, group id); returns the pairs that were there."""
    return _delete("contacts_groupmembership", "group_id", account_id, pairs)


def tag(account_id: int, pairs: Iterable[tuple[int, int]]) -> set[tuple[int, int]]:
    """Label contacts by (contact id, tag id); returns the pairs that are new."""
    return _insert("contacts_contacttag", "tag_id", account_id, pairs)


def untag(account_id: int, pairs: Iterable[tuple[int, int]]) -> set[tuple[int, int]]:
    """Take labels off contacts by (contact id, tag id); returns the pairs that were there."""
    return _delete("contacts_contacttag", "tag_id", account_id, pairs)


def _insert(table: str, column: str, account_id: int, pairs: Iterable[tuple[int, int]]) -> set[tuple[int, int]]:
    rows = values(
        f"INSERT INTO {table} (account_id, contact_id, {column}) VALUES %s ON CONFLICT DO NOTHING"
        f" RETURNING contact_id, {column}",
        [(account_id, *pair) for pair in sorted(set(pairs))],
    )
    return set(rows)


def _delete(table: str, column: str, account_id: int, pairs: Iterable[tuple[int, int]]) -> set[tuple[int, int]]:
    rows = values(
        f"DELETE FROM {table} t USING (VALUES %s) v (account_id, contact_id, other_id)"
        f" WHERE t.account_id = v.account_id AND t.contact_id = v.contact_id AND t.{column} = v.other_id"
        f" RETURNING t.contact_id, t.{column}",
        [(account_id, *pair) for pair in sorted(set(pairs))],
    )
    return set(rows)
