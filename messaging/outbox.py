"""The outbox: queueing and claiming texts, in SQL; the only place where a text asks permission to leave (P13)."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import connection

from contacts.bulk import values
from messaging.models import Broadcast, Message

PRIORITIES = {
    Message.Origin.CONFIRMATION: 0,
    Message.Origin.BOT: 0,
    Message.Origin.INBOX: 1,
    Message.Origin.FOLLOW_UP: 2,
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


# The one question every text is asked (P13). `m` is the text: number_id, phone, contact_id, place, origin, universal,
# run_id, group_id and created_at; `n` is its number. The confirmation of a STOP is the one text that may follow it, for
# five minutes (P6; 47 CFR 64.1200(a)(12)), though never to somebody who is blocked. Who has left a list is not texted
# for it any more, nor told more by the bot that had put them on it (P10); a bot that listens no more says no more (B1).
# What quiet hours have kept back for three days is news no more (P17).
_ASK = """
    CROSS JOIN LATERAL permission_of(m.number_id, m.phone) p
    LEFT JOIN quiet q ON q.place = m.place
    CROSS JOIN LATERAL (SELECT is_marketing(m.origin, n.kind) AND p.is_held AS is_held,
        CASE WHEN is_marketing(m.origin, n.kind) AND n.line <> 'in_app'
            THEN CASE WHEN q.place IS NULL THEN statement_timestamp() + interval '1 hour' ELSE q.opens_at END
        END AS opens_at
    ) waits
    CROSS JOIN LATERAL (SELECT CASE
        WHEN p.refusal IS NOT NULL AND NOT (p.refusal = 'opted_out' AND m.universal = 'stop') THEN p.refusal
        WHEN m.universal = 'stop' AND m.created_at < statement_timestamp() - interval '5 minutes' THEN 'too_late'
        WHEN m.origin = 'broadcast' AND NOT EXISTS (
            SELECT FROM contacts_groupmembership g
            WHERE g.account_id = app_account_id() AND g.group_id = m.group_id AND g.contact_id = m.contact_id
        ) THEN 'no_permission'
        WHEN m.origin = 'follow_up' AND EXISTS (
            SELECT FROM bots_run r
            JOIN contacts_consentevent e ON e.account_id = r.account_id AND e.phone = m.phone AND e.kind = 'left'
                AND e.group_ref = ANY(r.put_on)
            WHERE r.account_id = app_account_id() AND r.id = m.run_id AND NOT EXISTS (
                SELECT FROM contacts_consentevent j WHERE j.account_id = e.account_id AND j.phone = e.phone
                    AND j.kind = 'joined' AND j.group_ref = e.group_ref AND j.seq > e.seq)
        ) THEN 'no_permission'
        WHEN m.origin = 'follow_up' AND NOT EXISTS (
            SELECT FROM bots_run r JOIN bots_bot b ON b.account_id = r.account_id AND b.id = r.bot_id
            WHERE r.account_id = app_account_id() AND r.id = m.run_id AND b.status = 'active' AND b.deleted_at IS NULL
                AND (b.on_all_numbers OR EXISTS (
                    SELECT FROM bots_botnumber o
                    WHERE o.account_id = b.account_id AND o.bot_id = b.id AND o.number_id = m.number_id))
        ) THEN 'not_listening'
        WHEN waits.opens_at IS NOT NULL AND m.created_at < statement_timestamp() - interval '3 days'
            THEN 'quiet_hours_expired'
    END AS why) asked"""

# Every place, with its zone, and the moment when marketing may be sent there, if that is not now (P17).
_QUIET = """quiet AS MATERIALIZED (
        SELECT * FROM jsonb_to_recordset(%(quiet)s::jsonb) AS q (place text, zone text, opens_at timestamptz))"""

_STATUS = "CASE WHEN asked.why IS NOT NULL THEN 'refused' WHEN waits.is_held THEN 'held' ELSE 'queued' END"
_LOCAL_TIME = "coalesce(to_char(statement_timestamp() AT TIME ZONE q.zone, 'YYYY-MM-DD HH24:MI'), '')"

# Why a text that nobody refuses may leave, and the line of the ledger that says so.
_BASIS = """
    LEFT JOIN LATERAL (
        SELECT e.seq, e.kind FROM contacts_consentevent e
        WHERE e.account_id = app_account_id() AND e.phone = m.phone AND m.origin NOT IN ('bot', 'confirmation')
            AND CASE WHEN m.origin = 'broadcast'
                THEN e.kind = 'joined' AND e.group_ref = m.group_id
                WHEN e.kind = 'opted_in' THEN e.number_ref = m.number_id
                ELSE e.kind = 'joined' AND NOT EXISTS (
                    SELECT FROM contacts_consentevent l WHERE l.account_id = app_account_id() AND l.phone = m.phone
                        AND l.kind = 'left' AND l.group_ref = e.group_ref AND l.seq > e.seq) END
        ORDER BY e.seq DESC LIMIT 1
    ) consent ON true
    CROSS JOIN LATERAL (SELECT CASE
        WHEN asked.why IS NOT NULL THEN ''
        WHEN m.origin = 'confirmation' THEN 'confirmation'
        WHEN m.origin = 'bot' THEN 'reply'
        WHEN consent.kind = 'opted_in' THEN 'opt_in'
        WHEN consent.kind = 'joined' OR m.origin = 'broadcast' THEN 'list'
        WHEN EXISTS (SELECT FROM messaging_message i WHERE i.account_id = app_account_id() AND i.phone = m.phone
            AND i.direction = 'in' AND i.number_id = m.number_id LIMIT 1) THEN 'conversation'
        ELSE 'no_objection' END AS said) basis"""

_ASKED = "direction, status, refusal, basis, consent_seq, checked_at, local_time, next_at, settled_at"
_ANSWERED = f"""'out', {_STATUS}, coalesce(asked.why, ''), basis.said,
    CASE WHEN asked.why IS NULL AND NOT waits.is_held THEN consent.seq ELSE p.event_seq END, statement_timestamp(),
    {_LOCAL_TIME}, coalesce(waits.opens_at, statement_timestamp()),
    CASE WHEN asked.why IS NOT NULL THEN statement_timestamp() END"""


def enqueue(account_id: int, drafts: Sequence[Draft], *, quiet: str) -> list[tuple[int, str]]:
    """Write the texts, queued where permission allows and refused where not (P13); (id, status) of those that are new.

    A draft whose inbound text and position, or whose idempotency key, has a row already changes nothing. `quiet` is
    what `contacts.clock.quiet` says.
    """
    statement = f"""
        WITH {_QUIET}
        INSERT INTO messaging_message ({_DRAFT}, place, {_ASKED})
        SELECT m.{_DRAFT.replace(", ", ", m.")}, m.place, {_ANSWERED}
        FROM (
            SELECT v.*, coalesce(c.place, '') AS place, NULL::bigint AS group_id,
                statement_timestamp() AS created_at, row_number() OVER () AS turn
            FROM (VALUES %%s) v ({_DRAFT})
            LEFT JOIN LATERAL (SELECT place FROM contacts_contact WHERE id = v.contact_id LIMIT 1) c ON true
        ) m JOIN contacts_number n ON n.id = m.number_id {_ASK} {_BASIS}
        ORDER BY m.turn ON CONFLICT DO NOTHING RETURNING id, status"""
    rows = [draft.row(account_id) for draft in drafts]
    return values(statement, rows, template=_DRAFT_TYPES, given={"quiet": quiet})


def fan_out(broadcast: Broadcast, *, limit: int, quiet: str) -> int:
    """Write the next `limit` texts of a broadcast, and how far it has come; returns how many people were looked at."""
    # People are looked up one by one, because a plain join compares each member with each contact while the planner
    # does not know yet that an account has become large.
    statement = f"""
        WITH {_QUIET}, members AS MATERIALIZED (
            SELECT g.contact_id FROM contacts_groupmembership g
            WHERE g.account_id = app_account_id() AND g.group_id = %(group)s AND g.contact_id > %(cursor)s
            ORDER BY g.contact_id LIMIT %(limit)s
        ), audience AS MATERIALIZED (
            SELECT c.account_id, %(number)s::bigint AS number_id, c.phone, c.id AS contact_id, c.place, '' AS universal,
                'broadcast' origin, %(group)s::bigint group_id, NULL::bigint run_id, statement_timestamp() created_at
            FROM members CROSS JOIN LATERAL (SELECT * FROM contacts_contact WHERE id = members.contact_id LIMIT 1) c
        ), written AS (
            INSERT INTO messaging_message (account_id, number_id, phone, contact_id, place, origin, broadcast_id, body,
                segments, priority, sent_by_id, {_ASKED})
            SELECT m.account_id, m.number_id, m.phone, m.contact_id, m.place, m.origin, %(broadcast)s, %(body)s,
                %(segments)s, %(priority)s, %(sent_by)s, {_ANSWERED}
            FROM audience m JOIN contacts_number n ON n.id = m.number_id {_ASK} {_BASIS}
            ON CONFLICT DO NOTHING)
        SELECT count(*), coalesce(max(contact_id), 0) FROM audience"""
    with connection.cursor() as cursor:
        cursor.execute(
            statement,
            {
                "quiet": quiet,
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


def audience(number_id: int, group_id: int, *, quiet: str) -> dict[str, int]:
    """How many members of a group a broadcast from a number would reach now (key ''), and how many not, by reason.

    The reasons are those of a refusal, `held` for a review, and `quiet_hours` for who is texted when their day begins.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            f"""WITH {_QUIET}
            SELECT CASE WHEN p.refusal IS NOT NULL THEN p.refusal WHEN p.is_held THEN 'held'
                WHEN n.line <> 'in_app' AND (q.place IS NULL OR q.opens_at IS NOT NULL) THEN 'quiet_hours'
                ELSE '' END AS why, count(*)
            FROM contacts_groupmembership g
            JOIN contacts_contact c ON (c.account_id, c.id) = (g.account_id, g.contact_id)
            JOIN contacts_number n ON n.id = %(number)s
            CROSS JOIN LATERAL permission_of(n.id, c.phone) p
            LEFT JOIN quiet q ON q.place = c.place
            WHERE g.account_id = app_account_id() AND g.group_id = %(group)s GROUP BY 1""",
            {"number": number_id, "group": group_id, "quiet": quiet},
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


def claim(number_id: int, *, limit: int, token: UUID, lease: float, quiet: str) -> list[Claimed]:
    """Take the next texts of a number: replies first, in the order written for each phone, as the throughput allows.

    Permission is asked again in the claiming statement (P13): what may not leave is refused here, what is under review
    is held, and marketing waits for the recipient's day. The lease is in seconds. An empty list also when another
    worker is claiming on this number.
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
        cursor.execute(
            _CLAIM,
            {
                "quiet": quiet,
                "number": number_id,
                "limit": limit,
                "tokens": lane[0],
                "token": token,
                "lease": lease,
            },
        )
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


# The list that a text is for.
_GROUP = "(SELECT b.group_id FROM messaging_broadcast b WHERE b.id = {0}.broadcast_id) AS group_id"

# How far a claim looks past texts that have to wait for an earlier one to the same phone, in batches.
_HORIZON = 4

# Each part is bounded and led by an index whatever the statistics say: a claim must not get slower with the queue. An
# earlier text to the same phone, not less urgent and not yet handed over, goes first (M3). Rows are found again by
# their spot, which holds within the statement: a join by id compared each row with each.
_CLAIM = f"""
    WITH {_QUIET}, ahead AS MATERIALIZED (
        SELECT m.ctid AS spot, m.* FROM messaging_message m
        WHERE m.account_id = app_account_id() AND m.number_id = %(number)s AND m.status = 'queued'
            AND m.next_at <= statement_timestamp()
        ORDER BY m.priority, m.id LIMIT %(limit)s * {_HORIZON}
    ), foremost AS MATERIALIZED (
        SELECT a.*, {_GROUP.format("a")} FROM ahead a LEFT JOIN LATERAL (
            SELECT true AS found FROM messaging_message e
            WHERE e.account_id = app_account_id() AND e.number_id = a.number_id AND e.phone = a.phone
                AND e.status IN ('queued', 'sending') AND e.id < a.id AND e.priority <= a.priority
            ORDER BY e.id LIMIT 1
        ) earlier ON true
        WHERE earlier.found IS NULL ORDER BY a.priority, a.id LIMIT %(limit)s
    ), due AS MATERIALIZED (
        SELECT m.spot, m.id, m.priority, m.segments, asked.why, waits.opens_at, p.event_seq,
            {_LOCAL_TIME} AS local_time, CASE WHEN asked.why IS NOT NULL THEN 'refused' WHEN waits.is_held THEN 'held'
                WHEN waits.opens_at IS NOT NULL THEN 'queued' ELSE 'sending' END AS fate
        FROM foremost m JOIN contacts_number n ON n.id = m.number_id {_ASK}
    ), budgeted AS MATERIALIZED (
        SELECT due.*, sum(CASE WHEN fate = 'sending' THEN segments ELSE 0 END) OVER (ORDER BY priority, id)
            - CASE WHEN fate = 'sending' THEN segments ELSE 0 END AS spent_before FROM due
    )
    UPDATE messaging_message m SET
        status = b.fate, refusal = coalesce(b.why, ''), checked_at = statement_timestamp(), local_time = b.local_time,
        basis = CASE WHEN b.why IS NULL THEN m.basis ELSE '' END,
        consent_seq = CASE WHEN b.fate IN ('refused', 'held') THEN b.event_seq ELSE m.consent_seq END,
        settled_at = CASE WHEN b.fate = 'refused' THEN statement_timestamp() END,
        attempts = m.attempts + CASE WHEN b.fate = 'sending' THEN 1 ELSE 0 END, token = %(token)s,
        sending_at = CASE WHEN b.fate = 'sending' THEN clock_timestamp() END,
        next_at = CASE WHEN b.fate = 'queued' THEN b.opens_at
            ELSE statement_timestamp() + make_interval(secs => %(lease)s) END,
        misses = 0, error_code = NULL
    FROM budgeted b
    WHERE m.ctid = b.spot AND m.account_id = app_account_id() AND m.status = 'queued'
        AND (b.fate <> 'sending' OR b.spent_before <= %(tokens)s - 1)
    RETURNING m.id, m.status, m.phone, m.body, m.media, m.attempts, m.universal, m.segments"""


def hold_still(number_id: int, phones: Sequence[str]) -> None:
    """Hold off opt-outs of these phones from a number until this transaction ends; waits for one being written."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_advisory_xact_lock_shared(k)"
            " FROM (SELECT DISTINCT permission_key(%s, p) AS k FROM unnest(%s) p ORDER BY k) held",
            [number_id, list(phones)],
        )


def permitted(ids: Sequence[int], token: UUID, *, quiet: str) -> set[int]:
    """Which of the texts claimed under `token` may still leave; the others are refused or held, or wait."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"""WITH {_QUIET}, told AS (
                SELECT m.id, m.account_id, asked.why, waits.opens_at, p.event_seq, asked.why IS NULL
                    AND NOT waits.is_held AND waits.opens_at IS NULL AS may_leave, {_STATUS} AS status
                FROM (
                    SELECT c.*, {_GROUP.format("c")} FROM messaging_message c
                    WHERE c.account_id = app_account_id() AND c.id = ANY(%(ids)s) AND c.status = 'sending'
                        AND c.token = %(token)s
                ) m JOIN contacts_number n ON n.id = m.number_id {_ASK}
            ), kept AS (UPDATE messaging_message m SET
                    status = t.status, refusal = coalesce(t.why, ''), consent_seq = t.event_seq,
                    basis = CASE WHEN t.why IS NULL THEN m.basis ELSE '' END, checked_at = statement_timestamp(),
                    next_at = coalesce(t.opens_at, m.next_at),
                    settled_at = CASE WHEN t.why IS NOT NULL THEN statement_timestamp() END
                FROM told t WHERE m.account_id = t.account_id AND m.id = t.id AND NOT t.may_leave)
            SELECT id FROM told WHERE may_leave""",
            {"quiet": quiet, "ids": list(ids), "token": token},
        )
        return {pk for (pk,) in cursor.fetchall()}
