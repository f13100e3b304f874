"""Figures over many texts, in SQL: what bots brought about day by day, and what people texted in vain."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db import connection


@dataclass(frozen=True, slots=True)
class Day:
    """What one bot brought about on one day, in UTC."""

    day: date
    texts: int
    joined: int
    left: int
    delivered: int
    opted_out: int


# Room for a hash of some hundred thousand rows: without it they are sorted on disk. Until the transaction ends.
_IN_MEMORY = "SET LOCAL work_mem = '32MB'"

# Runs are counted from their index alone, a day at a time, which spares working out the day of each.
# An opt-out counts when this bot spoke to that phone, from that number, within the 24 hours before it.
_BY_DAY = """
    WITH replies AS (
        SELECT (r.ran_at AT TIME ZONE 'UTC')::date AS day, count(*) AS delivered FROM bots_run r
        JOIN messaging_message m
            ON m.account_id = app_account_id() AND m.run_id = r.id AND m.direction = 'out' AND m.status = 'delivered'
        WHERE r.account_id = app_account_id() AND r.bot_id = %(bot)s AND r.ran_at >= %(since)s GROUP BY 1
    ), stops AS (
        SELECT (e.at AT TIME ZONE 'UTC')::date AS day, count(DISTINCT e.id) AS opted_out FROM contacts_consentevent e
        JOIN bots_run r ON r.account_id = app_account_id() AND r.bot_id = %(bot)s
            AND r.phone = e.phone AND r.number_id = e.number_ref
        JOIN messaging_message m
            ON m.account_id = app_account_id() AND m.run_id = r.id AND m.direction = 'out'
            AND m.status IN ('sent', 'delivered') AND m.created_at BETWEEN e.at - interval '24 hours' AND e.at
        WHERE e.account_id = app_account_id() AND e.kind = 'opted_out' AND e.at >= %(since)s GROUP BY 1
    )
    SELECT d.day::date, ran.texts, ran.joined, ran."left", coalesce(delivered, 0), coalesce(opted_out, 0)
    FROM generate_series(%(since)s, statement_timestamp(), interval '1 day') d (day)
    CROSS JOIN LATERAL (
        SELECT count(*) AS texts, coalesce(sum(joined), 0) AS joined, coalesce(sum("left"), 0) AS "left" FROM bots_run
        WHERE account_id = app_account_id() AND bot_id = %(bot)s
            AND ran_at >= d.day AND ran_at < d.day + interval '1 day'
    ) ran
    LEFT JOIN replies ON replies.day = d.day::date LEFT JOIN stops ON stops.day = d.day::date ORDER BY 1"""


def by_day(bot_id: int, since: datetime) -> list[Day]:
    """What a bot brought about on each day from `since`, a midnight in UTC, until today."""
    with connection.cursor() as cursor:
        cursor.execute(_IN_MEMORY)
        cursor.execute(_BY_DAY, {"bot": bot_id, "since": since})
        return [Day(*row) for row in cursor.fetchall()]


def people(bot_id: int, since: datetime) -> int:
    """How many different people a bot has answered."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM (SELECT DISTINCT phone FROM bots_run"
            " WHERE account_id = app_account_id() AND bot_id = %s AND ran_at >= %s) people",
            [bot_id, since],
        )
        return int(cursor.fetchone()[0])


@dataclass(frozen=True, slots=True)
class Unmatched:
    """Texts that are one and the same when compared, and that nothing answered; `text_ids` are the latest of them."""

    key: str
    texts: int
    people: int
    last_at: datetime
    text_ids: Sequence[int]


# Most of what people text in vain is texted once, so the most frequent are found first and only they are looked into.
_UNMATCHED = """
    WITH vain AS NOT MATERIALIZED (
        SELECT trace ->> 'compared' AS key, id, phone, created_at FROM messaging_message
        WHERE account_id = app_account_id() AND (trace -> 'outcome') = '"no_match"'::jsonb AND created_at >= %(since)s
    ), most AS (
        SELECT key, count(*) AS texts, max(created_at) AS last_at FROM vain WHERE key <> '' GROUP BY 1
        ORDER BY 2 DESC, 3 DESC LIMIT %(limit)s
    )
    SELECT key, texts, count(DISTINCT phone), last_at, (array_agg(id ORDER BY created_at DESC))[:3]
    FROM most JOIN vain USING (key) GROUP BY key, texts, last_at ORDER BY texts DESC, last_at DESC"""


def unmatched(since: datetime, *, limit: int) -> list[Unmatched]:
    """What people texted in vain since then, most often first."""
    with connection.cursor() as cursor:
        cursor.execute(_IN_MEMORY)
        cursor.execute(_UNMATCHED, {"since": since, "limit": limit})
        return [Unmatched(*row) for row in cursor.fetchall()]
