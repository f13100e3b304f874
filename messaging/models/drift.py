"""What the carrier's log holds and ours did not."""

from django.db import models
from django.db.models.functions import Now

from contacts.models import Number
from shout.models import Account


class CarrierCheck(models.Model):
    """One comparison of a number's inbound log at its carrier with what we have taken in.

    Texts that were missing went in by the door that all texts take: `missed` of them, `stops` of which opted out.
    `until` is the moment up to which the logs agree since; empty, with `failure` in words, when the carrier did not
    answer.
    """

    account = models.ForeignKey(Account, models.CASCADE, related_name="carrier_checks")
    number = models.ForeignKey(
        Number, models.CASCADE, db_index=False, db_constraint=False, related_name="carrier_checks"
    )
    checked_at = models.DateTimeField(db_default=Now())
    since = models.DateTimeField()
    until = models.DateTimeField(null=True)
    looked_at = models.PositiveIntegerField(default=0)
    missed = models.PositiveIntegerField(default=0)
    stops = models.PositiveIntegerField(default=0)
    failure = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering = ["-checked_at", "-id"]
        indexes = [models.Index(fields=["account", "number", "-checked_at"], name="carrier_checks_by_number")]

    def __str__(self) -> str:
        return f"{self.number_id}: {self.missed} missed"
