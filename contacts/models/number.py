"""A sending number of the account."""

import secrets

from django.conf import settings
from django.db import models

from contacts.models.contact import Tag
from shout.fields import EncryptedTextField
from shout.models import Account


class Number(models.Model):
    """A sending number ("outlet"): its kind says what for, its line decides how the carrier behaves.

    `tokens` and `refilled_at` are its throughput bucket, in segments; messaging/bulk.py takes from it.
    """

    class Kind(models.TextChoices):
        """The purpose of a number."""

        MARKETING = "marketing", "Marketing"
        CUSTOMER_SERVICE = "customer_service", "Customer service"
        SHOUT_TO_SHOUT = "shout_to_shout", "Shout-to-Shout"

    class Line(models.TextChoices):
        """The carrier's sort of line; YES lifts an opt-out on a local line only (P4)."""

        LOCAL = "local", "Local"
        TOLL_FREE = "toll_free", "Toll-free"
        SHORT_CODE = "short_code", "Short code"
        IN_APP = "in_app", "In-app"

    class Carrier(models.TextChoices):
        """Who carries the texts of a number."""

        TWILIO = "twilio", "Twilio"
        SIMULATOR = "simulator", "Carrier simulator"

    class Confirmer(models.TextChoices):
        """Who answers STOP, START and HELP on a number (P6): exactly one of the two."""

        CARRIER = "carrier", "The carrier"
        SHOUT = "shout", "Shout"

    account = models.ForeignKey(Account, models.CASCADE, related_name="numbers")
    e164 = models.CharField("phone number", max_length=16)
    label = models.CharField(max_length=60)
    kind = models.CharField(max_length=20, choices=Kind.choices)
    line = models.CharField(max_length=20, choices=Line.choices, default=Line.LOCAL)
    carrier = models.CharField(max_length=20, choices=Carrier.choices, default=Carrier.SIMULATOR)
    carrier_account_sid = models.CharField("account SID", max_length=64, blank=True)
    carrier_auth_token = EncryptedTextField("auth token", blank=True)
    webhook_key = models.CharField(max_length=40, editable=False)
    messaging_service_sid = models.CharField(max_length=34, blank=True, editable=False)
    webhooks_set_at = models.DateTimeField(null=True, editable=False)
    confirmed_by = models.CharField(max_length=10, choices=Confirmer.choices, default=Confirmer.CARRIER)
    help_text = models.CharField(max_length=480, blank=True)
    opt_out_tag = models.ForeignKey(Tag, models.RESTRICT, null=True, blank=True, db_constraint=False, related_name="+")
    segments_per_second = models.FloatField(default=20.0)
    burst = models.PositiveIntegerField(default=100)
    bot_replies_per_hour = models.PositiveSmallIntegerField(default=20)
    tokens = models.FloatField(default=100.0, editable=False)
    refilled_at = models.DateTimeField(auto_now_add=True, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["account", "e164"], name="unique_number"),
            models.UniqueConstraint(fields=["webhook_key"], name="unique_webhook_key"),
            models.CheckConstraint(condition=models.Q(segments_per_second__gt=0, burst__gt=0), name="number_can_send"),
        ]

    def __str__(self) -> str:
        return f"{self.label} ({self.e164})"

    @property
    def sms_webhook_url(self) -> str:
        """Where the carrier posts incoming texts."""
        return self._webhook_url("sms")

    @property
    def status_webhook_url(self) -> str:
        """Where the carrier posts what became of an outgoing text."""
        return self._webhook_url("status")

    @property
    def is_simulated(self) -> bool:
        """Whether its texts stay on this machine."""
        return self.carrier == self.Carrier.SIMULATOR

    @property
    def api_base(self) -> str:
        """The address of the carrier's API, without a slash at the end."""
        return settings.SIMULATOR_URL if self.is_simulated else settings.TWILIO_API_BASE

    def _webhook_url(self, event: str) -> str:
        return f"{settings.PUBLIC_BASE_URL}/webhooks/twilio/{self.webhook_key}/{event}/"

    @staticmethod
    def new_webhook_key(account_id: int) -> str:
        """An unguessable key that leads with the account, so that the account is known before any row is read."""
        return f"{account_id}-{secrets.token_urlsafe(18)}"
