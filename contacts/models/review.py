"""A text that may ask for no more texts, waiting for a person's decision."""

from datetime import date, timedelta

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.timezone import now

from contacts.models.number import Number
from shout.models import Account, User

_BUSINESS_DAYS = 10


class Review(models.Model):
    """While it is open, marketing from this number to this phone is held (P8).

    A request plain enough to be obeyed at once is a review that its rule has confirmed: nobody's `decided_by`. A
    decision can be undone, which opens the review again. `due_on` is the last of the ten business days that 47 CFR
    64.1200(a)(10) gives; `decision_seq` is the line of the ledger that the decision wrote.
    """

    class Decision(models.TextChoices):
        """What a person, or the contact's own later word, decided."""

        OPEN = "", "Open"
        CONFIRMED = "confirmed", "Confirmed"
        DISMISSED = "dismissed", "Dismissed"

    account = models.ForeignKey(Account, models.CASCADE, db_index=False, related_name="reviews")
    number = models.ForeignKey(Number, models.CASCADE, db_index=False, db_constraint=False, related_name="reviews")
    phone = models.CharField(max_length=16)
    words = models.TextField()
    rule = models.CharField(max_length=40)
    reference = models.CharField(max_length=200, blank=True)
    opened_at = models.DateTimeField(db_default=Now())
    due_on = models.DateField()
    event_seq = models.BigIntegerField(default=0)
    decision = models.CharField(max_length=10, choices=Decision.choices, blank=True, default=Decision.OPEN)
    decided_at = models.DateTimeField(null=True)
    decided_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    decision_seq = models.BigIntegerField(null=True)

    class Meta:
        ordering = ["opened_at", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["account", "phone", "number"], condition=Q(decision=""), name="one_open_review_per_number"
            )
        ]
        indexes = [models.Index(fields=["account", "decision", "opened_at"], name="review_queue")]

    def __str__(self) -> str:
        return f"{self.phone} to {self.number_id}: {self.rule}"

    @property
    def is_open(self) -> bool:
        """Whether it waits for a decision."""
        return self.decision == self.Decision.OPEN

    @property
    def is_overdue(self) -> bool:
        """Whether its ten business days are over."""
        return self.due_on < now().date()

    @property
    def business_days_left(self) -> int:
        """How many business days after today there are to honour it: 0 on the last day and, overdue, after it."""
        today = now().date()
        days = range((self.due_on - today).days)
        return sum((today + timedelta(days=day + 1)).weekday() < 5 for day in days)

    @staticmethod
    def due_after(day: date) -> date:
        """The last day to honour what was asked on `day`. Holidays count as business days: the clock is never late."""
        left = _BUSINESS_DAYS
        while left:
            day += timedelta(days=1)
            left -= day.weekday() < 5
        return day
