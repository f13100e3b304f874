"""What the carrier's log holds and ours did not."""

from django.db import models
from django.db.models.functions import Now

from contacts.models import Number
from shout.models import Account


class CarrierCheck(models.Model):
    """One comparison of what a number's carrier holds with what we hold.

    Of its inbound log: texts that were missing went in by the door that all texts take, `missed` of them, by their ids
    in `texts`; `stops` of them opted out. `until` is the moment up to which the logs agree since; `failure` says in
    words why it went no further, and `until` is empty when it went nowhere. Of its Messaging Service: `failure` says
    why people cannot stop this number alone, or why nobody knows.
    """

    class Subject(models.TextChoices):
        """What is compared."""

        TEXTS = "texts", "Texts"
        SERVICE = "service", "Messaging Service"

    account = models.ForeignKey(Account, models.CASCADE, related_name="carrier_checks")
    number = models.ForeignKey(
        Number, models.CASCADE, db_index=False, db_constraint=False, related_name="carrier_checks"
    )
    subject = models.CharField(max_length=7, choices=Subject.choices, default=Subject.TEXTS)
    checked_at = models.DateTimeField(db_default=Now())
    since = models.DateTimeField()
    until = models.DateTimeField(null=True)
    looked_at = models.PositiveIntegerField(default=0)
    missed = models.PositiveIntegerField(default=0)
    stops = models.PositiveIntegerField(default=0)
    texts = models.JSONField(default=list)
    failure = models.CharField(max_length=600, blank=True)

    class Meta:
        ordering = ["-checked_at", "-id"]
        indexes = [models.Index(fields=["account", "number", "-checked_at"], name="carrier_checks_by_number")]

    def __str__(self) -> str:
        return f"{self.number_id}: {self.missed} missed"
