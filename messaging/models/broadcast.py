"""One composition to an audience, from one number."""

from django.db import models

from contacts.models import Group, Number
from shout.models import Account, User


class Broadcast(models.Model):
    """One text to a whole group. `cursor` is the last contact whose row has been written, so that it can resume."""

    class Status(models.TextChoices):
        """How far the fan-out has come."""

        FANNING_OUT = "fanning_out", "Being written"
        QUEUED = "queued", "Written"

    account = models.ForeignKey(Account, models.CASCADE, related_name="broadcasts")
    number = models.ForeignKey(Number, models.RESTRICT, db_constraint=False, related_name="broadcasts")
    group = models.ForeignKey(Group, models.SET_NULL, null=True, db_constraint=False, related_name="+")
    group_name = models.CharField(max_length=60)
    body = models.TextField(max_length=1600)
    segments = models.PositiveSmallIntegerField()
    status = models.CharField(max_length=12, choices=Status.choices, default=Status.FANNING_OUT)
    cursor = models.BigIntegerField(default=0)
    form_key = models.UUIDField()
    created_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-id"]
        constraints = [models.UniqueConstraint(fields=["account", "form_key"], name="one_broadcast_per_form")]
        indexes = [
            models.Index(fields=["account"], name="broadcasts_to_do", condition=models.Q(status="fanning_out")),
        ]

    def __str__(self) -> str:
        return f"{self.group_name} {self.pk}"
