"""Who changes when the reach of what people have asked does: permission_of() for everybody at once, in SQL (P15)."""

from dataclasses import dataclass
from enum import StrEnum

from django.db import connection


class Asked(StrEnum):
    """What people have asked, as the rows that hold it; an erased person's phone is known by its keyed hash alone."""

    STOPS = "SELECT account_id, number_id, phone, event_seq, lifted_at IS NULL AS stands FROM contacts_optout"
    HOLDS = "SELECT account_id, number_id, phone, event_seq, true FROM contacts_review WHERE decision = ''"
    STOPS_OF_THE_ERASED = (
        "SELECT account_id, number_id, encode(digest, 'hex'), event_seq, lifted_at IS NULL"
        " FROM contacts_tombstone WHERE number_id IS NOT NULL"
    )


@dataclass(frozen=True, slots=True)
class Turn:
    """A number whose purpose becomes another `kind`."""

    number_id: int
    kind: str


@dataclass(frozen=True, slots=True)
class Shift:
    """What a change of reach does to one number: it closes (or opens) for `count` phones, `phones` being the first."""

    number_id: int
    closes: bool
    count: int
    phones: list[str]


def shifts(before: str, after: str, *, turn: Turn | None = None, asked: Asked = Asked.STOPS) -> list[Shift]:
    """Who would be closed, or open again, if the scope `after` held in place of `before` and a number took its turn."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            WITH kinds AS (
                SELECT n.id, s.is_new, s.scope,
                    CASE WHEN s.is_new AND n.id = %(turned)s THEN %(kind)s ELSE n.kind END AS kind
                FROM contacts_number n, (VALUES (false, %(before)s), (true, %(after)s)) s (is_new, scope)
                WHERE n.account_id = app_account_id()
            ), reach AS (
                SELECT a.id AS asked_of, n.id AS sender, is_new
                FROM kinds a JOIN kinds n USING (is_new, scope)
                WHERE a.id = n.id OR scope = 'account' OR (scope = 'purpose' AND a.kind = n.kind)
            ), asked (account_id, number_id, phone, event_seq, stands) AS (
                {asked}
            ), closed AS (
                SELECT r.sender, x.phone, bool_or(NOT r.is_new) AS was, bool_or(r.is_new) AS will_be
                FROM asked x JOIN reach r ON r.asked_of = x.number_id
                LEFT JOIN contacts_optin i
                    ON i.account_id = x.account_id AND i.phone = x.phone AND i.number_id = r.sender
                WHERE x.account_id = app_account_id()
                    AND CASE WHEN x.number_id = r.sender THEN x.stands ELSE x.event_seq > coalesce(i.event_seq, 0) END
                GROUP BY 1, 2
            )
            SELECT sender, will_be, count(*), (array_agg(phone ORDER BY phone))[:20]
            FROM closed WHERE was <> will_be GROUP BY 1, 2 ORDER BY 1, 2 DESC
            """,
            {
                "before": before,
                "after": after,
                "turned": turn.number_id if turn else 0,
                "kind": turn.kind if turn else "",
            },
        )
        return [Shift(*row) for row in cursor.fetchall()]
