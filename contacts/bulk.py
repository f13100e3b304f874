"""Many contacts at once, in SQL; the home of the one predicate of permission."""

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from django.db import connection
from psycopg2.extras import execute_values

from contacts.models import ConsentEvent, Contact, Group, Number


def number_of_webhook(key: str) -> Number | None:
    """The number with this webhook key. Each webhook asks; the ORM would take longer to ask than the rest takes."""
    return next(iter(Number.objects.raw("SELECT * FROM contacts_number WHERE webhook_key = %s", [key])), None)


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
    # psycopg2's own cursor raises psycopg2's own errors, by which nobody would know a lost database from a bad row.
    with connection.cursor() as cursor, connection.wrap_database_errors:
        found: list[tuple[Any, ...]] = execute_values(
            cursor.cursor, statement, rows, template=template, page_size=len(rows), fetch=True
        )
    return found


def meet(account_id: int, phones: Iterable[str]) -> dict[str, int]:
    """The ids of the contacts with these phones; who is unknown becomes a contact."""
    wanted = set(phones)
    known = _known(account_id, wanted)
    if strangers := sorted(wanted - known.keys()):
        Contact.objects.bulk_create(
            [Contact(account_id=account_id, phone=phone) for phone in strangers], ignore_conflicts=True, batch_size=1000
        )
        known |= _known(account_id, strangers)
    return known


def _known(account_id: int, phones: Iterable[str]) -> dict[str, int]:
    return dict(Contact.objects.filter(account_id=account_id, phone__in=phones).values_list("phone", "id"))


def record(lines: Sequence[ConsentEvent]) -> None:
    """Write lines of the ledger, which the database numbers and chains; an insert by the ORM takes twice the time."""
    values(
        "INSERT INTO contacts_consentevent (account_id, seq, asked_at, kind, phone, number_ref, number_e164, group_ref,"
        " group_name, source, words, reference, actor, hash) VALUES %s RETURNING id",
        [
            (
                line.account_id, line.seq, line.asked_at, line.kind, line.phone, line.number_ref, line.number_e164,
                line.group_ref, line.group_name, line.source, line.words, line.reference, line.actor, line.hash,
            )
            for line in lines
        ],
    )  # fmt: skip


def join(account_id: int, pairs: Iterable[tuple[int, int]]) -> set[tuple[int, int]]:
    """Put contacts on lists by (contact id, group id); returns the pairs that are new."""
    return _insert("contacts_groupmembership", "group_id", pairs, account_id=account_id)


def leave(account_id: int, pairs: Iterable[tuple[int, int]]) -> set[tuple[int, int]]:
    """Take contacts off lists by (contact id, group id); returns the pairs that were there."""
    return _delete("contacts_groupmembership", "group_id", pairs, account_id=account_id)


def tag(account_id: int, pairs: Iterable[tuple[int, int]]) -> set[tuple[int, int]]:
    """Label contacts by (contact id, tag id); returns the pairs that are new."""
    return _insert("contacts_contacttag", "tag_id", pairs, account_id=account_id)


def untag(account_id: int, pairs: Iterable[tuple[int, int]]) -> set[tuple[int, int]]:
    """Take labels off contacts by (contact id, tag id); returns the pairs that were there."""
    return _delete("contacts_contacttag", "tag_id", pairs, account_id=account_id)


def _insert(table: str, column: str, pairs: Iterable[tuple[int, int]], *, account_id: int) -> set[tuple[int, int]]:
    rows = values(
        f"INSERT INTO {table} (account_id, contact_id, {column}) VALUES %s ON CONFLICT DO NOTHING"
        f" RETURNING contact_id, {column}",
        [(account_id, *pair) for pair in sorted(set(pairs))],
    )
    return set(rows)


def _delete(table: str, column: str, pairs: Iterable[tuple[int, int]], *, account_id: int) -> set[tuple[int, int]]:
    rows = values(
        f"DELETE FROM {table} t USING (VALUES %s) v (account_id, contact_id, other_id)"
        f" WHERE t.account_id = v.account_id AND t.contact_id = v.contact_id AND t.{column} = v.other_id"
        f" RETURNING t.contact_id, t.{column}",
        [(account_id, *pair) for pair in sorted(set(pairs))],
    )
    return set(rows)


@contextmanager
def staged(people: Iterable[tuple[object, ...]]) -> Iterator[None]:
    """A temporary table `incoming` of (row, phone, first name, last name, e-mail, fields as JSON), one row per phone.

    PostgreSQL refuses COPY into a table behind row-level security, hence the detour.
    """
    lines = io.StringIO()
    csv.writer(lines).writerows(people)
    lines.seek(0)
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE TEMP TABLE incoming (row integer NOT NULL, phone text PRIMARY KEY, first_name text NOT NULL,"
            " last_name text NOT NULL, email text NOT NULL, fields jsonb NOT NULL)"
        )
        cursor.copy_expert(
            "COPY incoming FROM STDIN (FORMAT csv, FORCE_NOT_NULL (first_name, last_name, email))", lines
        )
        cursor.execute("ANALYZE incoming")
        yield
        cursor.execute("DROP TABLE incoming")


def upsert_staged(account_id: int) -> tuple[int, int]:
    """Add the staged people and update those who are known; returns how many were added and how many changed.

    What the file leaves empty stays as it is.
    """
    with connection.cursor() as cursor:
        # xmax is 0 in a row that this statement has inserted; in phone order two imports cannot deadlock.
        cursor.execute(
            """
            WITH written AS (
                INSERT INTO contacts_contact AS c (account_id, phone, first_name, last_name, email, notes, fields)
                SELECT %s, phone, first_name, last_name, email, '', fields FROM incoming ORDER BY phone
                ON CONFLICT (account_id, phone) DO UPDATE SET
                    first_name = coalesce(nullif(excluded.first_name, ''), c.first_name),
                    last_name = coalesce(nullif(excluded.last_name, ''), c.last_name),
                    email = coalesce(nullif(excluded.email, ''), c.email),
                    fields = c.fields || excluded.fields
                WHERE excluded.first_name NOT IN ('', c.first_name) OR excluded.last_name NOT IN ('', c.last_name)
                    OR excluded.email NOT IN ('', c.email) OR NOT c.fields @> excluded.fields
                RETURNING xmax = 0 AS is_new
            )
            SELECT count(*) FILTER (WHERE is_new), count(*) FILTER (WHERE NOT is_new) FROM written
            """,
            [account_id],
        )
        created, updated = cursor.fetchone()
    return created, updated


def unstage_who_left(group: Group) -> list[str]:
    """Take out of the staged people those whose last word on `group` was to leave it; returns their phones."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            DELETE FROM incoming i WHERE 'left' = (
                SELECT e.kind FROM contacts_consentevent e
                WHERE e.account_id = %(account)s AND e.phone = i.phone AND e.group_ref = %(group)s
                ORDER BY e.seq DESC LIMIT 1
            ) RETURNING phone
            """,
            {"account": group.account_id, "group": group.pk},
        )
        return [phone for (phone,) in cursor.fetchall()]


def join_staged(group: Group, *, words: str, reference: str, actor: str) -> int:
    """Put the staged people on `group`, with a line in the ledger for whoever was not on it; returns how many."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            WITH joined AS (
                INSERT INTO contacts_groupmembership (account_id, group_id, contact_id)
                SELECT c.account_id, %(group)s, c.id FROM incoming i
                JOIN contacts_contact c ON c.account_id = %(account)s AND c.phone = i.phone
                ORDER BY c.id ON CONFLICT DO NOTHING RETURNING contact_id
            )
            INSERT INTO contacts_consentevent (account_id, seq, kind, phone, number_e164, group_ref, group_name,
                source, words, reference, actor, hash)
            SELECT c.account_id, 0, 'joined', c.phone, '', %(group)s, %(name)s,
                'import', %(words)s, %(reference)s, %(actor)s, ''
            FROM joined j JOIN contacts_contact c ON c.account_id = %(account)s AND c.id = j.contact_id ORDER BY c.id
            """,
            {
                "account": group.account_id,
                "group": group.pk,
                "name": group.name,
                "words": words,
                "reference": reference,
                "actor": actor,
            },
        )
        return int(cursor.rowcount)
