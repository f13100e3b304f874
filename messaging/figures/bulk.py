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


# An opt-out counts when this bot spoke to that phone, from that number, within the 24 hours before it. The few people
# who stopped are looked up one by one, since a bot may have spoken to very many.
_BY_DAY = """
    WITH ran AS MATERIALIZED (
        SELECT id, (ran_at AT TIME ZONE 'UTC')::date AS day, joined, "left" FROM bots_run
        WHERE account_id = app_account_id() AND bot_id = %(bot)s AND ran_at >= %(since)s
    ), texts AS (
        SELECT day, count(*) AS texts, sum(joined) AS joined, sum("left") AS "left" FROM ran GROUP BY 1
    ), replies AS (
        SELECT ran.day, count(*) AS delivered FROM ran JOIN messaging_message m
            ON m.account_id = app_account_id() AND m.run_id = ran.id AND m.direction = 'out' AND m.status = 'delivered'
        GROUP BY 1
    ), stops AS (
        SELECT (e.at AT TIME ZONE 'UTC')::date AS day, count(*) AS opted_out FROM contacts_consentevent e
        WHERE e.account_id = app_account_id() AND e.kind = 'opted_out' AND e.at >= %(since)s AND EXISTS (
            SELECT FROM messaging_message m JOIN bots_run r ON r.account_id = app_account_id() AND r.id = m.run_id
            WHERE m.account_id = app_account_id() AND m.phone = e.phone AND m.number_id = e.number_ref
                AND m.origin = 'bot' AND m.status IN ('sent', 'delivered') AND r.bot_id = %(bot)s
                AND m.created_at BETWEEN e.at - interval '24 hours' AND e.at)
        GROUP BY 1
    )
    SELECT d.day::date, coalesce(texts, 0), coalesce(joined, 0), coalesce("left", 0), coalesce(delivered, 0),
        coalesce(opted_out, 0)
    FROM generate_series(%(since)s::date, statement_timestamp()::date, interval '1 day') d (day)
    LEFT JOIN texts ON texts.day = d.day::date LEFT JOIN replies ON replies.day = d.day::date
    LEFT JOIN stops ON stops.day = d.day::date ORDER BY 1"""


def by_day(bot_id: int, since: datetime) -> list[Day]:
    """What a bot brought about on each day from `since`, a midnight in UTC, until today."""
    with connection.cursor() as cursor:
        cursor.execute(_BY_DAY, {"bot": bot_id, "since": since})
        return [Day(*row) for row in cursor.fetchall()]


def people(bot_id: int, since: datetime) -> int:
    """How many different people a bot has answered."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(DISTINCT phone) FROM bots_run"
            " WHERE account_id = app_account_id() AND bot_id = %s AND ran_at >= %s",
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


def unmatched(since: datetime, *, limit: int) -> list[Unmatched]:
    """What people texted in vain since then, most often first."""
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT trace ->> 'compared', count(*), count(DISTINCT phone), max(created_at),
                (array_agg(id ORDER BY created_at DESC))[:3]
            FROM messaging_message
            WHERE account_id = app_account_id() AND (trace -> 'outcome') = '"no_match"'::jsonb AND created_at >= %s
                AND trace ->> 'compared' <> ''
            GROUP BY 1 ORDER BY 2 DESC, 4 DESC LIMIT %s""",
            [since, limit],
        )
        return [Unmatched(*row) for row in cursor.fetchall()]
