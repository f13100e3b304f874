"""Many runs at once, in SQL; the home of raw SQL of bots."""

from collections.abc import Sequence

from contacts.bulk import values


def record_runs(account_id: int, rows: Sequence[tuple[int, int, int, str, str]]) -> dict[int, int]:
    """Note which bot answered which text, by (bot id, text id, number id, phone, word key); the run of each text id."""
    written = values(
        "INSERT INTO bots_run (account_id, bot_id, inbound_id, number_id, phone, word_key) VALUES %s"
        " RETURNING inbound_id, id",
        [(account_id, *row) for row in rows],
    )
    return dict(written)
