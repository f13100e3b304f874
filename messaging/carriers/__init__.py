"""What every carrier is told and answers: plain values, no database."""

from dataclasses import dataclass
from datetime import datetime
from enum import Enum


class Verdict(Enum):
    """What a failed call means for the text."""

    FAILED = "failed"  # the carrier does not have it and will not take it
    RETRY = "retry"  # the carrier does not have it, but may take it later
    UNKNOWN = "unknown"  # the carrier may have it


class CarrierError(Exception):
    """A call that did not succeed; `code` is the carrier's error code where it gave one."""

    def __init__(self, verdict: Verdict, reason: str, code: int | None = None) -> None:
        super().__init__(reason)
        self.verdict = verdict
        self.reason = reason
        self.code = code


@dataclass(frozen=True, slots=True, kw_only=True)
class Credentials:
    """By which account a number speaks, and where its carrier listens."""

    api_base: str
    account_sid: str
    auth_token: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Outgoing:
    """One text as a carrier takes it."""

    from_: str
    to: str
    body: str
    media: tuple[str, ...]
    status_callback: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Logged:
    """One outgoing text as the carrier's log shows it."""

    sid: str
    body: str
    status: str
    error_code: int | None
    created_at: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrived:
    """One text that somebody sent, as the carrier's log shows it; `media` counts its attachments."""

    sid: str
    from_: str
    body: str
    media: int
    created_at: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrivals:
    """Texts that people sent, newest first; unless `more_until` is None there are older ones, up to that moment."""

    texts: list[Arrived]
    more_until: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Pool:
    """What a carrier groups a number in, with how many `others`, and treats as one sender when people text STOP."""

    sid: str
    name: str
    others: int
