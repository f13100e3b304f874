"""Many runs at once, in SQL; the home of raw SQL of bots."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.db import connection

from bots.engine import Response, Step
from contacts.bulk import values
from contacts.permissions import Evidence


@dataclass(slots=True, kw_only=True)
class Live:
    """A run while its texts are folded; `id` is None until it is written. The fields are those of Run.

    `minutes` is how long it waits from now on, None when it has come to an end; `until` is when its last wait ends.
    `begun` is the text that began it, which was sent at `begun_at`.
    """

    bot_id: int
    inbound_id: int
    number_id: int
    phone: str
    word_key: str
    begun: Evidence
    begun_at: datetime | None = None
    id: int | None = None
    joined: int = 0
    left: int = 0
    state: str = "done"
    rest: Sequence[Step] = ()
    tries: int = 0
    minutes: int | None = None
    text_id: int = 0
    said: int = 0
    until: datetime | None = None
    ledger_seq: int = 0
    put_on: set[int] = field(default_factory=set)
    taken_off: set[int] = field(default_factory=set)

    def go_on(self, response: Response, *, text_id: int, ended: bool) -> None:
        """Stand where a response has come to, which speaks to the text `text_id`."""
        self.said = (self.said if self.text_id == text_id else 0) + len(response.replies)
        self.text_id = text_id
        self.joined += sum(change.kind == "joined" for change in response.changes)
        self.left += sum(change.kind == "left" for change in response.changes)
        self.put_on = (self.put_on - response.leaves) | response.joins
        self.taken_off = (self.taken_off - response.joins) | response.leaves
        pause = response.pause
        self.rest, self.tries = (pause.rest, pause.tries) if pause else ((), 0)
        self.minutes, self.until = pause.minutes if pause else None, None
        self.state = ("asking" if pause.is_question else "waiting") if pause else "ended" if ended else "done"

    def end(self) -> None:
        """Do no more of it."""
        self.state, self.rest, self.minutes = "ended", (), None


def playbook_version() -> int:
    """How often the account's bots have changed."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT version FROM playbook_version WHERE account_id = app_account_id()")
        found = cursor.fetchone()
    return int(found[0]) if found else 0


def accounts_with_work(work: str) -> list[int]:
    """The accounts with runs to go on with, calls to make, or notices to mail: runs, calls or notices."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT accounts_with_bot_work(%s)", [work])
        return [account_id for (account_id,) in cursor.fetchall()]


_STATE = 'joined, "left", state, rest, tries, next_at, text_id, said, put_on, taken_off'
_LEDGER_SEQ = "coalesce((SELECT seq FROM consent_ledger_head WHERE account_id = app_account_id()), 0)"
_STATE_TYPES = (
    "%s::smallint, %s::smallint, %s, %s::jsonb, %s::smallint, %s::int, %s::bigint, %s::smallint,"
    " %s::bigint[], %s::bigint[]"
)


def _state(live: Live) -> tuple[object, ...]:
    rest = json.dumps([step.as_json() for step in live.rest])
    lists = sorted(live.put_on), sorted(live.taken_off)
    return live.joined, live.left, live.state, rest, live.tries, live.minutes, live.text_id, live.said, *lists


def record_runs(account_id: int, lives: Iterable[Live]) -> None:
    """Write what became of runs, the new ones and those that have gone on, and give the new ones their ids.

    Questions that are over are closed before new ones open, because a person has one at a time on a number.
    """
    lives = list(lives)
    known = [live for live in lives if live.id is not None]
    for is_asking in (False, True):
        _go_on(account_id, [live for live in known if (live.state == "asking") == is_asking])
    new = [live for live in lives if live.id is None]
    written = values(
        f"INSERT INTO bots_run (account_id, bot_id, inbound_id, number_id, phone, word_key, {_STATE}, ledger_seq)"
        ' SELECT account_id, bot_id, inbound_id, number_id, phone, word_key, joined, "left", state, rest, tries,'
        " statement_timestamp() + make_interval(mins => minutes), text_id, said, put_on, taken_off,"
        f" {_LEDGER_SEQ} FROM (VALUES %s)"
        f" v (account_id, bot_id, inbound_id, number_id, phone, word_key, {_STATE.replace('next_at', 'minutes')})"
        " RETURNING inbound_id, id",
        [
            (account_id, live.bot_id, live.inbound_id, live.number_id, live.phone, live.word_key, *_state(live))
            for live in new
        ],
        template=f"(%s::bigint, %s::bigint, %s::bigint, %s::bigint, %s, %s, {_STATE_TYPES})",
    )
    ids = dict(written)
    for live in new:
        live.id = ids[live.inbound_id]


def _go_on(account_id: int, lives: Sequence[Live]) -> None:
    """Write how runs stand now. One that only waits on keeps its line of the ledger: what was said since may end it."""
    values(
        'UPDATE bots_run r SET joined = v.joined, "left" = v."left", state = v.state, rest = v.rest, tries = v.tries,'
        " next_at = statement_timestamp() + make_interval(mins => v.minutes), text_id = v.text_id, said = v.said,"
        " put_on = v.put_on, taken_off = v.taken_off, ledger_seq = CASE"
        " WHEN (r.state, r.rest, r.text_id, r.said) = (v.state, v.rest, v.text_id, v.said) THEN r.ledger_seq"
        f" ELSE {_LEDGER_SEQ} END"
        f" FROM (VALUES %s) v (account_id, id, {_STATE.replace('next_at', 'minutes')})"
        " WHERE r.account_id = v.account_id AND r.id = v.id RETURNING r.id",
        [(account_id, live.id, *_state(live)) for live in lives],
        template=f"(%s::bigint, %s::bigint, {_STATE_TYPES})",
    )
