"""One text, in or out, with its life. An outbound row is the outbox."""

from datetime import datetime
from typing import TypeAlias

from django.db import models
from django.db.models.functions import Now
from django.utils.timezone import now

from bots.models import Run
from contacts.models import Contact, Number
from contacts.words import Universal
from messaging.models import states
from messaging.models.broadcast import Broadcast
from shout.models import Account, User


def _filled(column: str) -> models.Q:
    return models.Q(**{f"{column}__isnull": False})


def _one_each(*columns: str, name: str) -> models.UniqueConstraint:
    """At most one row of an account with these values; rows whose first column is empty cost the index nothing."""
    return models.UniqueConstraint(fields=["account", *columns], name=name, condition=_filled(columns[0]))


class Message(models.Model):
    """One text in or out; `universal` is the universal keyword it was taken for, or that it confirms.

    Inbound: received → processed, or parked when processing fails. Outbound: queued → sending → sent → delivered,
    undelivered or failed; held while a review is open (P8); refused or canceled before it leaves; unknown (and, for
    marketing, unconfirmed) when the carrier's answer was lost. Status only moves forward (M2).

    An outbound row keeps what permission said of it (P13): `basis` or `refusal`, the line of the ledger `consent_seq`
    that decided, when it was asked last, and the clock of the recipient at that moment, where `place` is.

    Its foreign keys have no index of their own: every index is written again with each change of status, and one on
    the account alone tempts the planner away from the right one while its statistics are old.
    """

    Direction: TypeAlias = states.Direction
    Status: TypeAlias = states.Status
    Origin: TypeAlias = states.Origin
    Refusal: TypeAlias = states.Refusal
    Basis: TypeAlias = states.Basis

    account = models.ForeignKey(Account, models.CASCADE, db_index=False, related_name="messages")
    direction = models.CharField(max_length=3, choices=Direction.choices)
    origin = models.CharField(max_length=12, choices=Origin.choices)
    status = models.CharField(max_length=12, choices=Status.choices)
    number = models.ForeignKey(Number, models.RESTRICT, db_index=False, db_constraint=False, related_name="messages")
    phone = models.CharField(max_length=16)
    contact = models.ForeignKey(
        Contact, models.RESTRICT, null=True, db_index=False, db_constraint=False, related_name="messages"
    )
    body = models.TextField(blank=True)
    media = models.JSONField(default=list, db_default=[])
    segments = models.PositiveSmallIntegerField(db_default=1)
    created_at = models.DateTimeField(db_default=Now())

    carrier_sid = models.CharField(max_length=64, null=True)
    error_code = models.IntegerField(null=True)
    refusal = models.CharField(max_length=20, choices=Refusal.choices, blank=True, db_default="")

    basis = models.CharField(max_length=12, choices=Basis.choices, blank=True, db_default="")
    consent_seq = models.BigIntegerField(null=True)
    checked_at = models.DateTimeField(null=True)
    place = models.CharField(max_length=6, blank=True, db_default="")
    local_time = models.CharField(max_length=16, blank=True, db_default="")

    universal = models.CharField(
        max_length=5, choices=[(word.value, word.name) for word in Universal], blank=True, db_default=""
    )
    trace = models.JSONField(default=dict, db_default={})

    priority = models.PositiveSmallIntegerField(db_default=0)
    next_at = models.DateTimeField(db_default=Now())
    token = models.UUIDField(null=True)
    attempts = models.PositiveSmallIntegerField(db_default=0)
    misses = models.PositiveSmallIntegerField(db_default=0)
    sending_at = models.DateTimeField(null=True)
    sent_at = models.DateTimeField(null=True)
    settled_at = models.DateTimeField(null=True)

    inbound_id = models.BigIntegerField(null=True)
    position = models.PositiveSmallIntegerField(db_default=0)
    run = models.ForeignKey(
        Run, models.SET_NULL, null=True, db_index=False, db_constraint=False, related_name="messages"
    )
    broadcast = models.ForeignKey(
        Broadcast, models.CASCADE, null=True, db_index=False, db_constraint=False, related_name="messages"
    )
    sent_by = models.ForeignKey(User, models.SET_NULL, null=True, db_index=False, related_name="+")
    idempotency_key = models.CharField(max_length=255, null=True)

    class Meta:
        constraints = [
            _one_each("carrier_sid", "direction", name="one_row_per_carrier_sid"),
            _one_each("inbound_id", "position", name="one_reply_per_position"),
            _one_each("broadcast", "phone", name="one_text_per_broadcast"),
            _one_each("idempotency_key", name="one_message_per_key"),
            models.CheckConstraint(
                condition=~models.Q(direction="out") | models.Q(checked_at__isnull=False), name="permission_was_asked"
            ),
        ]
        indexes = [
            models.Index(fields=["account", "phone", "-id"], name="thread"),
            models.Index(
                fields=["account", "number", "priority", "id"],
                name="outbox",
                condition=models.Q(status="queued"),
            ),
            models.Index(
                fields=["account", "number", "phone", "id"],
                name="in_flight_by_phone",
                condition=models.Q(status__in=["queued", "held", "sending"]),
            ),
            models.Index(fields=["account", "id"], name="inbox_to_do", condition=models.Q(status="received")),
            models.Index(
                fields=["account", "next_at"],
                name="to_reconcile",
                condition=models.Q(status__in=["sending", "unknown"]),
            ),
            models.Index(fields=["account", "contact"], name="texts_of_a_contact", condition=_filled("contact")),
            # With what figures count, so that they read no rows.
            models.Index(
                fields=["account", "run"],
                name="texts_of_a_run",
                include=["direction", "status", "created_at"],
                condition=_filled("run"),
            ),
            models.Index(
                fields=["account", "-created_at"], name="texts_people_wrote", condition=models.Q(direction="in")
            ),
            models.Index(
                fields=["account", "-created_at"],
                name="texts_that_fit_nothing",
                condition=models.Q(trace__outcome="no_match"),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.direction} {self.pk} {self.status}"

    @property
    def is_inbound(self) -> bool:
        """Whether a contact wrote it."""
        return self.direction == self.Direction.INBOUND

    @property
    def waits_until(self) -> datetime | None:
        """Until when quiet hours keep it back; None if they do not (P17). A retry waits too, but has been attempted."""
        waits = self.status == self.Status.QUEUED and not self.attempts and self.next_at > now()
        return self.next_at if waits else None

    @property
    def callback_url(self) -> str:
        """Where the carrier reports on this attempt: it names our row, so that a lost answer can be adopted."""
        return f"{self.number.status_webhook_url}?message={self.pk}&attempt={self.attempts}"


class ErasedText(models.Model):
    """A text that was erased with its sender, by a hash of its carrier's id: no webhook or log brings it back (P16)."""

    account = models.ForeignKey(Account, models.CASCADE, db_index=False, related_name="+")
    digest = models.BinaryField(max_length=32)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["account", "digest"], name="one_erased_text")]

    def __str__(self) -> str:
        return f"erased text {self.pk}"


class StatusReport(models.Model):
    """A carrier's word on an outgoing text, kept as it came; one per text and status."""

    account = models.ForeignKey(Account, models.CASCADE, db_index=False, related_name="+")
    carrier_sid = models.CharField(max_length=64)
    status = models.CharField(max_length=20)
    error_code = models.IntegerField(null=True)
    received_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["account", "carrier_sid", "status"], name="one_report_per_status")
        ]

    def __str__(self) -> str:
        return f"{self.carrier_sid} {self.status}"
