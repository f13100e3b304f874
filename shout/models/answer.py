"""What programs were answered, to be answered again."""

from django.db import models

from shout.models.account import Account


class Answer(models.Model):
    """What the POST with this Idempotency-Key was answered; `fingerprint` tells whether another one asks the same."""

    account = models.ForeignKey(Account, models.CASCADE, related_name="answers")
    key = models.CharField(max_length=255)
    fingerprint = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField()
    body = models.TextField()
    answered_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["account", "key"], name="one_answer_per_key")]

    def __str__(self) -> str:
        return f"{self.status} to {self.key}"
