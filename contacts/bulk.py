"""Many contacts at once, in SQL; the home of the one predicate of permission."""

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from django.db import connection
from psycopg2.extras import execute_values

from contacts import places
from contacts.models import ConsentEvent, Contact, Group, Number
from contacts.own_fields import OWN_FIELDS


def number_of_webhook(key: str) -> Number | None:
    """The number with this webhook key. Each webhook asks; the ORM would take longer to ask than the rest takes."""
    return next(iter(Number.objects.raw("SELECT * FROM contacts_number WHERE webhook_key = %s", [key])), None)


@dataclass(frozen=True, slots=True)
class Standing:
    """What permission says of one phone and one number; `event_seq` is the line of the ledger that decided.

    `is_stopped` also behind a block; `is_held` is about marketing alone.
    """

    refusal: str | None = None
    is_stopped: bool = False
    is_held: bool = False
    event_seq: int | None = None


def standings(pairs: Iterable[tuple[int, str]]) -> dict[tuple[int, str], Standing]:
    """What permission says of each (number id, phone)."""
    rows = values(
        "SELECT v.number, v.phone, p.refusal, p.is_stopped, p.is_held, p.event_seq"
        " FROM (VALUES %s) v (number, phone) CROSS JOIN LATERAL permission_of(v.number, v.phone) p",
        list(set(pairs)),
        template="(%s::bigint, %s)",
    )
    return {(number, phone): Standing(*said) for number, phone, *said in rows}


def reached_numbers(number: Number) -> list[int]:
    """The ids of the numbers that are closed when this one is stopped, by the scope in force (P15)."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT reached_numbers(%s)", [number.pk])
        return [pk for (pk,) in cursor.fetchall()]


def reach() -> dict[int, set[int]]:
    """By each number, the numbers that are closed when it is stopped, by the scope in force (P15)."""
    reached: dict[int, set[int]] = {}
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT n.id, r FROM contacts_number n CROSS JOIN LATERAL reached_numbers(n.id) r"
            " WHERE n.account_id = app_account_id()"
        )
        for asked_of, closed in cursor.fetchall():
            reached.setdefault(asked_of, set()).add(closed)
    return reached


def values(
    statement: str, rows: Sequence[tuple[Any, ...]], *, template: str | None = None, given: dict[str, Any] | None = None
) -> list[tuple[Any, ...]]:
    """Run a statement over a VALUES list in one round trip and return the rows it returns; no rows, no round trip.

    With parameters `given` beside the list, its place is written `%%s`.
    """
    if not rows:
        return []
    # psycopg2's own cursor raises psycopg2's own errors, by which nobody would know a lost database from a bad row.
    with connection.cursor() as cursor, connection.wrap_database_errors:
        if given:
            statement = cursor.mogrify(statement, given).decode()
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
            [Contact(account_id=account_id, phone=phone, place=places.place_of(phone)) for phone in strangers],
            ignore_conflicts=True,
            batch_size=1000,
        )
        known |= _known(account_id, strangers)
    return known


def place(account_id: int, heard: dict[str, str]) -> None:
    """Note where the carrier says that these phones are, for their quiet hours."""
    if not heard:
        return
    moved = [
        contact
        for contact in Contact.objects.filter(account_id=account_id, phone__in=heard)
        if contact.carrier_place != heard[contact.phone]
    ]
    for contact in moved:
        contact.carrier_place = heard[contact.phone]
        contact.locate()
    Contact.objects.bulk_update(moved, ["carrier_place", "place"], batch_size=500)


def custom_fields() -> set[str]:
    """The names of all custom fields that the account's contacts have."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT DISTINCT jsonb_object_keys(fields) FROM contacts_contact"
            " WHERE account_id = app_account_id() AND fields <> '{}'"
        )
        return {name for (name,) in cursor.fetchall()}


def set_fields(account_id: int, wanted: dict[int, dict[str, str]]) -> None:
    """Set fields of contacts, by contact id and name, to values that fit: their own columns where they have one, else
    custom fields, of which an empty one is none."""
    # Locked, because whole rows are written: what somebody types into one meanwhile must not be lost.
    people = Contact.objects.filter(account_id=account_id, pk__in=wanted).order_by("pk").select_for_update(no_key=True)
    changed = list(people) if wanted else []
    for contact in changed:
        for name, value in wanted[contact.pk].items():
            if name in OWN_FIELDS:
                setattr(contact, name, value)
            else:
                contact.fields[name] = value
        contact.tidy()
        contact.locate()
    Contact.objects.bulk_update(changed, [*OWN_FIELDS, "fields", "place"], batch_size=500)


def _known(account_id: int, phones: Iterable[str]) -> dict[str, int]:
    return dict(Contact.objects.filter(account_id=account_id, phone__in=phones).values_list("phone", "id"))


def record(lines: Sequence[ConsentEvent]) -> list[int]:
    """Write lines of the ledger, which the database numbers and chains; returns their numbers, in order.

    An insert by the ORM takes twice the time.
    """
    rows = values(
        "INSERT INTO contacts_consentevent (account_id, seq, asked_at, kind, phone, number_ref, number_e164, group_ref,"
        " group_name, source, rule, words, reference, actor, salt, seal, hash) VALUES %s RETURNING seq",
        [
            (
                line.account_id, line.seq, line.asked_at, line.kind, line.phone, line.number_ref, line.number_e164,
                line.group_ref, line.group_name, line.source, line.rule, line.words, line.reference, line.actor,
                line.salt, line.seal, line.hash,
            )
            for line in lines
        ],
    )  # fmt: skip
    return [seq for (seq,) in rows]


def bury(account_id: int, phone: str) -> None:
    """Keep what this phone has stopped, its block, and the lists it has left, under a keyed hash of it (P16)."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO contacts_tombstone
                (account_id, digest, number_id, group_id, source, asked_at, lifted_at, event_seq)
            SELECT account_id, tombstone_digest(phone), number_id, NULL::bigint, source, opted_out_at, lifted_at,
                event_seq
            FROM contacts_optout WHERE account_id = %(account)s AND phone = %(phone)s
            UNION ALL
            SELECT account_id, tombstone_digest(phone), NULL::bigint, NULL::bigint, '', blocked_at, NULL, event_seq
            FROM contacts_block WHERE account_id = %(account)s AND phone = %(phone)s
            UNION ALL
            SELECT account_id, tombstone_digest(phone), NULL::bigint, group_ref, source, coalesce(asked_at, at), NULL,
                seq
            FROM (
                SELECT DISTINCT ON (group_ref) * FROM contacts_consentevent
                WHERE account_id = %(account)s AND phone = %(phone)s AND kind IN ('joined', 'left')
                ORDER BY group_ref, seq DESC
            ) said WHERE kind = 'left' AND EXISTS (SELECT FROM contacts_group g WHERE g.id = group_ref)
            ON CONFLICT (account_id, digest, number_id, group_id) DO NOTHING
            """,
            {"account": account_id, "phone": phone},
        )


def erase_from_ledger(phone: str) -> list[int]:
    """Empty the ledger's lines about a phone of the person; returns the lines' numbers."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT erase_from_ledger(%s) ORDER BY 1", [phone])
        return [seq for (seq,) in cursor.fetchall()]


def broken_ledger_line() -> int | None:
    """The first line of the account's ledger that is not as it was written, or None (P12)."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT broken_ledger_line()")
        found: int | None = cursor.fetchone()[0]
    return found


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


def tag_who_stopped(number: Number) -> None:
    """Label all contacts who have stopped this number with its opt-out tag (P7)."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO contacts_contacttag (account_id, tag_id, contact_id) SELECT c.account_id, %s, c.id"
            " FROM contacts_optout o JOIN contacts_contact c ON c.account_id = o.account_id AND c.phone = o.phone"
            " WHERE o.account_id = %s AND o.number_id = %s AND o.lifted_at IS NULL ON CONFLICT DO NOTHING",
            [number.opt_out_tag_id, number.account_id, number.pk],
        )


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
    """A temporary table `incoming` with a row for each phone, of (row, phone, postal code, place, whether that place
    counts before what the carrier says, first name, last name, e-mail, fields as JSON).

    PostgreSQL refuses COPY into a table behind row-level security, hence the detour.
    """
    lines = io.StringIO()
    csv.writer(lines).writerows(people)
    lines.seek(0)
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE TEMP TABLE incoming (row integer NOT NULL, phone text PRIMARY KEY, postal_code text NOT NULL,"
            " place text NOT NULL, is_sure boolean NOT NULL, first_name text NOT NULL, last_name text NOT NULL,"
            " email text NOT NULL, fields jsonb NOT NULL)"
        )
        cursor.copy_expert(
            "COPY incoming FROM STDIN (FORMAT csv, FORCE_NOT_NULL (postal_code, place, first_name, last_name, email))",
            lines,
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
                INSERT INTO contacts_contact AS c
                    (account_id, phone, postal_code, place, first_name, last_name, email, notes, fields)
                SELECT %s, phone, postal_code, place, first_name, last_name, email, '', fields
                FROM incoming ORDER BY phone
                ON CONFLICT (account_id, phone) DO UPDATE SET
                    first_name = coalesce(nullif(excluded.first_name, ''), c.first_name),
                    last_name = coalesce(nullif(excluded.last_name, ''), c.last_name),
                    email = coalesce(nullif(excluded.email, ''), c.email),
                    postal_code = coalesce(nullif(excluded.postal_code, ''), c.postal_code),
                    place = CASE WHEN excluded.postal_code = '' THEN c.place
                        WHEN c.carrier_place = '' OR (SELECT i.is_sure FROM incoming i WHERE i.phone = c.phone)
                            THEN excluded.place ELSE c.carrier_place END,
                    fields = c.fields || excluded.fields
                WHERE excluded.first_name NOT IN ('', c.first_name) OR excluded.last_name NOT IN ('', c.last_name)
                    OR excluded.email NOT IN ('', c.email) OR excluded.postal_code NOT IN ('', c.postal_code)
                    OR NOT c.fields @> excluded.fields
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
                source, rule, words, reference, actor, salt, seal, hash)
            SELECT c.account_id, 0, 'joined', c.phone, '', %(group)s, %(name)s,
                'import', '', %(words)s, %(reference)s, %(actor)s, '', '', ''
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
