"""Many texts at once, in SQL: queueing, claiming and settling; the home of raw SQL of messaging."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import connection

from contacts.bulk import refusal, values
from messaging.models import Broadcast, Message

PRIORITIES = {
    Message.Origin.CONFIRMATION: 0,
    Message.Origin.BOT: 0,
    Message.Origin.INBOX: 1,
    Message.Origin.API: 2,
    Message.Origin.BROADCAST: 3,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A text that somebody wants to send, before permission has been asked."""

    number_id: int
    phone: str
    body: str
    origin: Message.Origin
    segments: int
    contact_id: int | None = None
    media: tuple[str, ...] = ()
    inbound_id: int | None = None
    position: int = 0
    run_id: int | None = None
    sent_by_id: int | None = None
    idempotency_key: str | None = None
    universal: str = ""

    def row(self, account_id: int) -> tuple[Any, ...]:
        """Its values, in the order of `_DRAFT`."""
        return (
            account_id, self.number_id, self.phone, self.body, self.origin.value, self.segments, self.contact_id,
            json.dumps(self.media), self.inbound_id, self.position, self.run_id, self.sent_by_id,
            self.idempotency_key, self.universal, PRIORITIES[self.origin],
        )  # fmt: skip


_DRAFT = (
    "account_id, number_id, phone, body, origin, segments, contact_id, media, inbound_id, position, run_id,"
    " sent_by_id, idempotency_key, universal, priority"
)
_DRAFT_TYPES = (
    "(%s::bigint, %s::bigint, %s, %s, %s, %s::smallint, %s::bigint, %s::jsonb, %s::bigint, %s::smallint, %s::bigint,"
    " %s::bigint, %s, %s, %s::smallint)"
)


def _permitted(row: str) -> str:
    """SQL for why the text `row` may not leave, or NULL. The confirmation of a STOP is the one text that may follow
    it, for five minutes (P6; 47 CFR 64.1200(a)(12)), though never to somebody who is blocked."""
    why = refusal(f"{row}.number_id", f"{row}.phone")
    return f"nullif({why}, CASE WHEN {row}.universal = 'stop' THEN 'opted_out' END)"


def enqueue(account_id: int, drafts: Sequence[Draft]) -> list[tuple[int, str]]:
    """Write the texts, queued where permission allows and refused where not (P13); (id, status) of those that are new.

    A draft whose inbound text and position, or whose idempotency key, has a row already changes nothing.
    """
    statement = f"""
        INSERT INTO messaging_message ({_DRAFT}, direction, status, refusal, settled_at)
        SELECT {_DRAFT}, 'out', CASE WHEN why IS NULL THEN 'queued' ELSE 'refused' END, coalesce(why, ''),
            CASE WHEN why IS NOT NULL THEN statement_timestamp() END
        FROM (SELECT v.*, {_permitted("v")} AS why FROM (VALUES %s) v ({_DRAFT})) asked
        ON CONFLICT DO NOTHING RETURNING id, status"""
    return values(statement, [draft.row(account_id) for draft in drafts], template=_DRAFT_TYPES)


def insert_inbound(
    account_id: int, number_id: int, *, phone: str, sid: str, body: str, media: Sequence[str]
) -> tuple[int, list[str]] | None:
    """Store a text once per carrier id (M1); None when it was there already, else its id and the account's own words
    for STOP, which a question of their own would make dearer than the text."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO messaging_message (account_id, direction, origin, status, number_id, phone, carrier_sid, body,"
            " media) VALUES (%s, 'in', 'contact', 'received', %s, %s, %s, %s, %s)"
            " ON CONFLICT DO NOTHING"
            " RETURNING id, (SELECT own_stop_words FROM shout_account a WHERE a.id = account_id)",
            [account_id, number_id, phone, sid, body, json.dumps(list(media))],
        )
        stored: tuple[int, list[str]] | None = cursor.fetchone()
    return stored


def mark_processed(account_id: int, rows: Sequence[tuple[int, int, dict[str, Any]]]) -> None:
    """Say of inbound texts, by (id, contact id, trace), that they have been acted on."""
    values(
        "UPDATE messaging_message m SET status = 'processed', contact_id = v.contact_id, trace = v.trace,"
        " settled_at = statement_timestamp() FROM (VALUES %s) v (account_id, id, contact_id, trace)"
        " WHERE m.account_id = v.account_id AND m.id = v.id AND m.status = 'received' RETURNING m.id",
        [(account_id, pk, contact_id, json.dumps(trace)) for pk, contact_id, trace in rows],
        template="(%s::bigint, %s::bigint, %s::bigint, %s::jsonb)",
    )


def fan_out(broadcast: Broadcast, *, limit: int) -> int:
    """Write the next `limit` texts of a broadcast, and how far it has come; returns how many people were looked at."""
    # People are looked up one by one, because a plain join compares each member with each contact while the planner
    # does not know yet that an account has become large.
    statement = f"""
        WITH members AS MATERIALIZED (
            SELECT g.contact_id FROM contacts_groupmembership g
            WHERE g.account_id = app_account_id() AND g.group_id = %(group)s AND g.contact_id > %(cursor)s
            ORDER BY g.contact_id LIMIT %(limit)s
        ), audience AS MATERIALIZED (
            SELECT c.account_id, %(number)s::bigint AS number_id, c.phone, c.id AS contact_id, ''::text AS universal
            FROM members CROSS JOIN LATERAL (SELECT * FROM contacts_contact WHERE id = members.contact_id LIMIT 1) c
        ), asked AS MATERIALIZED (SELECT a.*, {_permitted("a")} AS why FROM audience a), written AS (
            INSERT INTO messaging_message (account_id, number_id, phone, contact_id, body, origin, segments, priority,
                broadcast_id, sent_by_id, direction, status, refusal, settled_at)
            SELECT account_id, number_id, phone, contact_id, %(body)s, 'broadcast', %(segments)s, %(priority)s,
                %(broadcast)s, %(sent_by)s, 'out', CASE WHEN why IS NULL THEN 'queued' ELSE 'refused' END,
                coalesce(why, ''), CASE WHEN why IS NOT NULL THEN statement_timestamp() END
            FROM asked ON CONFLICT DO NOTHING)
        SELECT count(*), coalesce(max(contact_id), 0) FROM audience"""
    with connection.cursor() as cursor:
        cursor.execute(
            statement,
            {
                "number": broadcast.number_id,
                "group": broadcast.group_id,
                "cursor": broadcast.cursor,
                "limit": limit,
                "body": broadcast.body,
                "segments": broadcast.segments,
                "priority": PRIORITIES[Message.Origin.BROADCAST],
                "broadcast": broadcast.pk,
                "sent_by": broadcast.created_by_id,
            },
        )
        looked_at, cursor_id = cursor.fetchone()
    broadcast.cursor = max(broadcast.cursor, cursor_id)
    return int(looked_at)


def audience(number_id: int, group_id: int) -> dict[str, int]:
    """How many members of a group would be texted from a number (key ''), and how many not, by reason."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"""SELECT coalesce(why, ''), count(*) FROM (
                SELECT {refusal("%(number)s", "c.phone")} AS why
                FROM contacts_groupmembership g
                JOIN contacts_contact c ON (c.account_id, c.id) = (g.account_id, g.contact_id)
                WHERE g.account_id = app_account_id() AND g.group_id = %(group)s) asked GROUP BY 1""",
            {"number": number_id, "group": group_id},
        )
        return dict(cursor.fetchall())


@dataclass(frozen=True, slots=True)
class Claimed:
    """A text that this worker alone may hand to the carrier now."""

    id: int
    phone: str
    body: str
    media: tuple[str, ...]
    attempts: int
    universal: str


def claim(number_id: int, *, limit: int, token: UUID, lease: float) -> list[Claimed]:
    """Take the next texts of a number: replies first, in the order written for each phone, as the throughput allows.

    Permission is asked again in the claiming statement (P13); what may not leave is refused here. The lease is in
    seconds. An empty list also when another worker is claiming on this number.
    """
    with connection.cursor() as cursor:
        # Taking the number's row first gives the claiming statement a snapshot no older than the lock.
        cursor.execute(
            "SELECT least(burst, tokens + extract(epoch FROM clock_timestamp() - refilled_at) * segments_per_second)"
            " FROM contacts_number WHERE account_id = app_account_id() AND id = %s FOR NO KEY UPDATE SKIP LOCKED",
            [number_id],
        )
        lane = cursor.fetchone()
        if not lane or lane[0] < 1:
            return []
        cursor.execute(_CLAIM, {"number": number_id, "limit": limit, "tokens": lane[0], "token": token, "lease": lease})
        rows = cursor.fetchall()
        spent = sum(row[-1] for row in rows if row[1] == "sending")
        cursor.execute(
            "UPDATE contacts_number SET tokens = %s, refilled_at = clock_timestamp()"
            " WHERE account_id = app_account_id() AND id = %s",
            [float(lane[0]) - spent, number_id],
        )
    return [
        Claimed(pk, phone, body, tuple(media), attempts, universal)
        for pk, status, phone, body, media, attempts, universal, _ in sorted(rows)
        if status == "sending"
    ]


_WHY_NOT = f"""CASE WHEN m.universal = 'stop' AND m.created_at < statement_timestamp() - interval '5 minutes'
    THEN 'too_late' ELSE {_permitted("m")} END"""

# How far a claim looks past texts that have to wait for an earlier one to the same phone, in batches.
_HORIZON = 4

# Each part is bounded and led by an index whatever the statistics say: a claim must not get slower with the queue. An
# earlier text to the same phone, not less urgent and not yet handed over, goes first (M3). Rows are found again by
# their place, which holds within the statement: a join by id compared each row with each.
_CLAIM = f"""
    WITH ahead AS MATERIALIZED (
        SELECT m.ctid AS place, m.* FROM messaging_message m
        WHERE m.account_id = app_account_id() AND m.number_id = %(number)s AND m.status = 'queued'
            AND m.next_at <= statement_timestamp()
        ORDER BY m.priority, m.id LIMIT %(limit)s * {_HORIZON}
    ), foremost AS (
        SELECT a.* FROM ahead a LEFT JOIN LATERAL (
            SELECT true AS found FROM messaging_message e
            WHERE e.account_id = app_account_id() AND e.number_id = a.number_id AND e.phone = a.phone
                AND e.status IN ('queued', 'sending') AND e.id < a.id AND e.priority <= a.priority
            ORDER BY e.id LIMIT 1
        ) earlier ON true
        WHERE earlier.found IS NULL ORDER BY a.priority, a.id LIMIT %(limit)s
    ), due AS (
        SELECT m.place, m.id, m.priority, m.segments, {_WHY_NOT} AS why FROM foremost m
    ), budgeted AS MATERIALIZED (
        SELECT due.*, sum(CASE WHEN why IS NULL THEN segments ELSE 0 END) OVER (ORDER BY priority, id)
            - CASE WHEN why IS NULL THEN segments ELSE 0 END AS spent_before FROM due
    )
    UPDATE messaging_message m SET
        status = CASE WHEN b.why IS NULL THEN 'sending' ELSE 'refused' END,
        refusal = coalesce(b.why, ''), settled_at = CASE WHEN b.why IS NOT NULL THEN statement_timestamp() END,
        attempts = m.attempts + CASE WHEN b.why IS NULL THEN 1 ELSE 0 END, token = %(token)s,
        sending_at = CASE WHEN b.why IS NULL THEN clock_timestamp() END,
        next_at = statement_timestamp() + make_interval(secs => %(lease)s), misses = 0, error_code = NULL
    FROM budgeted b
    WHERE m.ctid = b.place AND m.account_id = app_account_id() AND m.status = 'queued'
        AND (b.why IS NOT NULL OR b.spent_before <= %(tokens)s - 1)
    RETURNING m.id, m.status, m.phone, m.body, m.media, m.attempts, m.universal, m.segments"""


def hold_still(number_id: int, phones: Sequence[str]) -> None:
    """Hold off opt-outs of these phones from a number until this transaction ends; waits for one being written."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_advisory_xact_lock_shared(k)"
            " FROM (SELECT DISTINCT permission_key(%s, p) AS k FROM unnest(%s) p ORDER BY k) held",
            [number_id, list(phones)],
        )


def permitted(ids: Sequence[int], token: UUID) -> set[int]:
    """Which of the texts claimed under `token` may still leave; the others of them are refused."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"""WITH asked AS (SELECT m.id, m.account_id, {_WHY_NOT} AS why FROM messaging_message m
                WHERE m.account_id = app_account_id() AND m.id = ANY(%s) AND m.status = 'sending' AND m.token = %s
            ), refused AS (UPDATE messaging_message m
                SET status = 'refused', refusal = a.why, settled_at = statement_timestamp()
                FROM asked a WHERE m.account_id = a.account_id AND m.id = a.id AND a.why IS NOT NULL)
            SELECT id FROM asked WHERE why IS NULL""",
            [list(ids), token],
        )
        return {pk for (pk,) in cursor.fetchall()}


@dataclass(frozen=True, slots=True, kw_only=True)
class Settlement:
    """What became of one call: the new status, and after how many seconds to look at the text again."""

    id: int
    status: Message.Status
    carrier_sid: str | None = None
    error_code: int | None = None
    again_in: float = 0.0


def _outcome(s: Settlement, *, owns_sid: bool) -> tuple[Any, ...]:
    return s.id, s.status.value, s.carrier_sid if owns_sid else None, s.error_code, s.again_in


def _taken(sid: str) -> str:
    """SQL for whether the outgoing text of this id is known already; `sid` is an SQL expression."""
    return f"""EXISTS (SELECT FROM messaging_message o
        WHERE o.account_id = app_account_id() AND o.carrier_sid = {sid} AND o.direction = 'out')"""


def settle(token: UUID, settlements: Sequence[Settlement]) -> None:
    """Write down what became of the texts claimed under `token`.

    A status callback may have come first: what it said stays, and only the SID is added. A worker that was frozen
    past its lease still says what it knows, as long as nobody has claimed the text again. An id that another text
    has already is not taken, so that one odd answer does not cost the others of its batch theirs.
    """
    first = {s.carrier_sid: s.id for s in reversed(settlements)}
    values(
        f"""UPDATE messaging_message m SET
            status = CASE WHEN m.status IN ('sending', 'unknown', 'unconfirmed', 'queued') THEN v.status
                ELSE m.status END,
            carrier_sid = coalesce(m.carrier_sid, CASE WHEN NOT {_taken("v.sid")} THEN v.sid END),
            error_code = coalesce(m.error_code, v.error_code),
            sent_at = CASE WHEN v.sid IS NOT NULL THEN coalesce(m.sent_at, clock_timestamp()) ELSE m.sent_at END,
            settled_at = CASE WHEN v.status = 'failed' THEN statement_timestamp() ELSE m.settled_at END,
            next_at = statement_timestamp() + make_interval(secs => v.again_in)
        FROM (VALUES %s) v (id, status, sid, error_code, again_in, token)
        WHERE m.account_id = app_account_id() AND m.id = v.id AND m.token = v.token RETURNING m.id""",
        [(*_outcome(s, owns_sid=first[s.carrier_sid] == s.id), str(token)) for s in settlements],
        template="(%s::bigint, %s, %s, %s::int, %s::float, %s::uuid)",
    )


def insert_report(account_id: int, *, sid: str, status: str, error_code: int | None) -> bool:
    """Store a carrier's word on a text; False when it has said so before."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO messaging_statusreport (account_id, carrier_sid, status, error_code) VALUES (%s, %s, %s, %s)"
            " ON CONFLICT DO NOTHING",
            [account_id, sid, status, error_code],
        )
        return bool(cursor.rowcount)


def report(
    account_id: int, *, sid: str, status: str, error_code: int | None, message_id: int | None, attempt: int | None
) -> None:
    """Apply a carrier's word on a text, found by its SID or by our own id in the callback's address.

    Status only rises, and the first final status stays (M2). A text that waits for another attempt is adopted: the
    carrier has it after all.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            f"""UPDATE messaging_message m SET
                status = %(status)s,
                carrier_sid = %(sid)s, error_code = coalesce(%(error_code)s, m.error_code),
                sent_at = coalesce(m.sent_at, clock_timestamp()),
                settled_at = CASE WHEN %(status)s = 'sent' THEN m.settled_at ELSE statement_timestamp() END
            WHERE m.account_id = %(account)s AND m.direction = 'out'
                AND m.status IN ('sending', 'queued', 'unknown', 'unconfirmed', 'sent')
                AND (m.carrier_sid = %(sid)s OR (m.carrier_sid IS NULL AND m.id = %(message)s
                    AND m.attempts = %(attempt)s AND NOT {_taken("%(sid)s")}))""",
            {
                "account": account_id,
                "sid": sid,
                "status": status,
                "error_code": error_code,
                "message": message_id,
                "attempt": attempt,
            },
        )


def expire_leases(account_id: int, *, again_in: float) -> None:
    """Texts whose worker died between claim and settlement may have left: nobody knows."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE messaging_message SET status = 'unknown', next_at = next_at + make_interval(secs => %s)"
            " WHERE account_id = %s AND status = 'sending' AND next_at <= statement_timestamp()",
            [again_in, account_id],
        )
