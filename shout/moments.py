"""Moments that people and programs name: the only place that says which of them nobody can mean."""

from datetime import UTC, datetime

# Nobody had texted yet.
EARLIEST = datetime(1990, 1, 1, tzinfo=UTC)
