"""Many texts at once, in SQL: taking in what came, and settling what has left."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection

from contacts.bulk import values
from messaging.models import Message

_DIGEST = "sha256(convert_to(%s, 'UTF8'))"


def insert_inbound(
    account_id: int,
    number_id: int,
    *,
    phone: str,
    sid: str,
    body: str,
    media: Sequence[str],
    place: str,
    sent_at: datetime | None,
) -> tuple[int, list[str]] | None:
    """Store a text once per carrier id (M1); None when it was there already, or erased with its sender (P16), else its
    id and the account's own words for STOP, which a question of their own would make dearer than the text."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO messaging_message (account_id, direction, origin, status, number_id, phone, carrier_sid, body,"
            " media, place, sent_at) SELECT %s, 'in', 'contact', 'received', %s, %s, %s, %s, %s, %s, %s"
            " WHERE NOT EXISTS (SELECT FROM messaging_erasedtext e WHERE e.account_id = app_account_id()"
            f" AND e.digest = {_DIGEST}) ON CONFLICT DO NOTHING"
            " RETURNING id, (SELECT own_stop_words FROM shout_account a WHERE a.id = account_id)",
            [account_id, number_id, phone, sid, body, json.dumps(list(media)), place, sent_at, sid],
        )
        stored: tuple[int, list[str]] | None = cursor.fetchone()
    return stored


def bury_texts(account_id: int, sids: Iterable[str]) -> None:
    """Remember by a hash which inbound texts, by carrier id, are erased: the carrier's log and its webhooks hold them
    still."""
    values(
        "INSERT INTO messaging_erasedtext (account_id, digest) VALUES %s ON CONFLICT DO NOTHING RETURNING id",
        [(account_id, sid) for sid in sids],
        template=f"(%s, {_DIGEST})",
    )


@dataclass(frozen=True, slots=True)
class Said:
    """How many automatic replies somebody was given within the hour, and since the team last saw to them."""

    within_hour: int = 0
    unseen: int = 0


def bot_replies(phones: Iterable[str]) -> dict[tuple[int, str], Said]:
    """What bots have said to each (number id, phone) (B11).

    A person of the team has seen to somebody who wrote to them from the inbox, or was done with a notice of a limit.
    """
    rows = values(
        """
        WITH asked (phone) AS (VALUES %s), texts AS (
            SELECT m.number_id, m.phone, m.origin <> 'inbox' AS is_reply, m.created_at
            FROM asked JOIN messaging_message m ON m.account_id = app_account_id() AND m.phone = asked.phone
                AND m.direction = 'out' AND m.origin IN ('bot', 'follow_up', 'inbox')
                AND m.status NOT IN ('refused', 'canceled')
        ), noticed AS (
            SELECT c.phone, max(n.done_at) AS at FROM asked
            JOIN contacts_contact c ON c.account_id = app_account_id() AND c.phone = asked.phone
            JOIN bots_notice n ON n.account_id = c.account_id AND n.contact_id = c.id AND n.kind = 'loop' GROUP BY 1
        ), seen AS (
            SELECT t.number_id, t.phone, max(greatest(noticed.at, CASE WHEN NOT t.is_reply THEN t.created_at END)) AS at
            FROM texts t LEFT JOIN noticed USING (phone) GROUP BY 1, 2
        )
        SELECT number_id, phone, count(*) FILTER (WHERE created_at > statement_timestamp() - interval '1 hour'),
            count(*) FILTER (WHERE created_at > coalesce(seen.at, '-infinity'))
        FROM texts JOIN seen USING (number_id, phone) WHERE is_reply GROUP BY 1, 2
        """,
        [(phone,) for phone in phones],
    )
    return {(number, phone): Said(*counts) for number, phone, *counts in rows}


def mark_processed(account_id: int, rows: Sequence[tuple[int, int, dict[str, Any]]]) -> None:
    """Say of inbound texts, by (id, contact id, trace), that they have been acted on."""
    values(
        "UPDATE messaging_message m SET status = 'processed', contact_id = v.contact_id, trace = v.trace,"
        " settled_at = statement_timestamp() FROM (VALUES %s) v (account_id, id, contact_id, trace)"
        " WHERE m.account_id = v.account_id AND m.id = v.id AND m.status = 'received' RETURNING m.id",
        [(account_id, pk, contact_id, json.dumps(trace)) for pk, contact_id, trace in rows],
        template="(%s::bigint, %s::bigint, %s::bigint, %s::jsonb)",
    )


def cancel_follow_ups(account_id: int, run_ids: Sequence[int]) -> None:
    """Take back what runs that are over would have said after a wait and has not left yet.

    What was looked for at the carrier in vain stays, so that a late word of the carrier's is heard.
    """
    values(
        "UPDATE messaging_message m SET status = 'canceled', settled_at = statement_timestamp()"
        " FROM (VALUES %s) v (account_id, run_id) WHERE m.account_id = v.account_id AND m.run_id = v.run_id"
        " AND m.origin = 'follow_up' AND m.status IN ('queued', 'held') AND m.misses = 0 RETURNING m.id",
        [(account_id, pk) for pk in run_ids],
        template="(%s::bigint, %s::bigint)",
    )


def cancel_repeated(account_id: int, run_ids: Sequence[int]) -> None:
    """Take back what earlier runs of the same bot would have said after a wait, now that these have begun anew."""
    values(
        "UPDATE messaging_message m SET status = 'canceled', settled_at = statement_timestamp()"
        " FROM (VALUES %s) v (account_id, run_id), bots_run anew, bots_run earlier"
        " WHERE anew.account_id = v.account_id AND anew.id = v.run_id AND m.account_id = v.account_id"
        " AND m.number_id = anew.number_id AND m.phone = anew.phone AND m.status IN ('queued', 'held')"
        " AND m.origin = 'follow_up' AND m.misses = 0 AND earlier.account_id = v.account_id"
        " AND earlier.id = m.run_id AND earlier.id < anew.id AND earlier.bot_id = anew.bot_id RETURNING m.id",
        [(account_id, pk) for pk in run_ids],
        template="(%s::bigint, %s::bigint)",
    )


def note_later(account_id: int, rows: Sequence[tuple[int, list[dict[str, Any]]]]) -> None:
    """Add to the traces of texts, by id, what came of them afterwards."""
    values(
        "UPDATE messaging_message m SET trace = jsonb_set(m.trace, '{later}',"
        " coalesce(m.trace -> 'later', '[]') || v.later) FROM (VALUES %s) v (account_id, id, later)"
        " WHERE m.account_id = v.account_id AND m.id = v.id RETURNING m.id",
        [(account_id, pk, json.dumps(later)) for pk, later in rows],
        template="(%s::bigint, %s::bigint, %s::jsonb)",
    )


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
    past its lease still says what it knows, as long as nobody has claimed the text again: unless a lost twin has been
    taken for this text meanwhile and has its id, for then one of the two has not left. An id that another text has
    already is not taken, so that one odd answer does not cost the others of its batch theirs.
    """
    first = {s.carrier_sid: s.id for s in reversed(settlements)}
    values(
        f"""UPDATE messaging_message m SET
            status = CASE WHEN m.status = 'sending' THEN v.status
                WHEN m.status IN ('unknown', 'unconfirmed', 'queued') AND NOT {_taken("v.sid")} THEN v.status
                ELSE m.status END,
            carrier_sid = coalesce(m.carrier_sid, CASE WHEN NOT {_taken("v.sid")} THEN v.sid END),
            error_code = coalesce(m.error_code, v.error_code),
            sent_at = CASE WHEN v.sid IS NOT NULL AND (m.status = 'sending' OR NOT {_taken("v.sid")})
                THEN coalesce(m.sent_at, clock_timestamp()) ELSE m.sent_at END,
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


def is_marketing(text: Message) -> bool:
    """Whether a text is marketing, by the door and the number that it comes from (P8, P17)."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT is_marketing(%s, n.kind) FROM contacts_number n WHERE n.account_id = %s AND n.id = %s",
            [text.origin, text.account_id, text.number_id],
        )
        return bool(cursor.fetchone()[0])


def expire_leases(account_id: int, *, again_in: float) -> None:
    """Texts whose worker died between claim and settlement may have left: nobody knows."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE messaging_message SET status = 'unknown', next_at = next_at + make_interval(secs => %s)"
            " WHERE account_id = %s AND status = 'sending' AND next_at <= statement_timestamp()",
            [again_in, account_id],
        )
