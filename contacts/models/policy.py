"""What a business has decided about permission, and from when."""

from django.db import models
from django.db.models.functions import Now

from shout.models import Account, User


class ScopePolicy(models.Model):
    """How far an opt-out reaches, from a moment on, until a later policy takes over (P15)."""

    class Scope(models.TextChoices):
        """Which numbers an opt-out of one number closes."""

        NUMBER = "number", "That number only"
        PURPOSE = "purpose", "All numbers of that purpose"
        ACCOUNT = "account", "All your numbers"

    account = models.ForeignKey(Account, models.CASCADE, related_name="scope_policies")
    scope = models.CharField(max_length=10, choices=Scope.choices)
    starts_at = models.DateTimeField()
    created_at = models.DateTimeField(db_default=Now())
    created_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    canceled_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-starts_at", "-id"]

    def __str__(self) -> str:
        return f"{self.scope} from {self.starts_at:%Y-%m-%d}"


class QuietWindow(models.Model):
    """When marketing may be sent to a place, by the recipient's own clock; beats what Shout ships for it (P17).

    `weekdays` are the digits of its days, Monday 0. Of the windows of one place, those with the latest `since` that
    has come count. A window that opens when it closes is a day without marketing.
    """

    account = models.ForeignKey(Account, models.CASCADE, related_name="quiet_windows")
    place = models.CharField(max_length=6)
    weekdays = models.CharField(max_length=7)
    opens = models.TimeField()
    closes = models.TimeField()
    since = models.DateField()
    source = models.CharField(max_length=200)
    created_at = models.DateTimeField(db_default=Now())
    created_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")

    class Meta:
        ordering = ["place", "since", "weekdays"]
        constraints = [
            models.UniqueConstraint(fields=["account", "place", "since", "weekdays"], name="one_window_per_days")
        ]

    def __str__(self) -> str:
        return f"{self.place} {self.weekdays} {self.opens}-{self.closes}"
