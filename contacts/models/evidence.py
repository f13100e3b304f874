"""What proves permission beside the ledger's lines: what people were shown, and that the ledger is whole."""

from django.db import models
from django.db.models.functions import Now

from contacts.models.consent import Source
from contacts.models.contact import Group
from contacts.models.number import Number
from shout.models import Account, User


class CallToAction(models.Model):
    """The wording by which people were asked to join a list, from a day on; each change of it is a row of its own.

    The database refuses to change one. The list is kept as a plain value, as in the ledger: proof outlives it.
    """

    account = models.ForeignKey(Account, models.CASCADE, db_index=False, related_name="calls_to_action")
    group_ref = models.BigIntegerField()
    wording = models.TextField(max_length=2000)
    shown_at = models.CharField("where it is shown", max_length=200)
    shown_from = models.DateTimeField()
    created_at = models.DateTimeField(db_default=Now())
    created_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")

    class Meta:
        ordering = ["-shown_from", "-id"]
        indexes = [models.Index(fields=["account", "group_ref", "shown_from"], name="call_to_action_by_group")]

    def __str__(self) -> str:
        return f"{self.group_ref} from {self.shown_from:%Y-%m-%d}"


class LedgerCheck(models.Model):
    """One verification of an account's ledger: `broken_seq` is the first line that is not as it was written.

    `differences` counts the opt-outs and blocks in force that are not what the ledger says, either way.
    """

    account = models.ForeignKey(Account, models.CASCADE, related_name="ledger_checks")
    checked_at = models.DateTimeField(db_default=Now())
    lines = models.BigIntegerField()
    head = models.BinaryField(max_length=32)
    broken_seq = models.BigIntegerField(null=True)
    differences = models.PositiveIntegerField(db_default=0)

    class Meta:
        ordering = ["-checked_at", "-id"]

    def __str__(self) -> str:
        return f"{self.lines} lines, {'whole' if self.broken_seq is None else f'broken at {self.broken_seq}'}"


class Tombstone(models.Model):
    """What an erased person had asked for, by a keyed hash of the phone, so that it holds if the phone comes back.

    It stopped a `number`, or left a `group`, or is a block, where both are empty.
    """

    account = models.ForeignKey(Account, models.CASCADE, db_index=False, related_name="tombstones")
    digest = models.BinaryField(max_length=32)
    number = models.ForeignKey(Number, models.CASCADE, null=True, db_index=False, db_constraint=False, related_name="+")
    group = models.ForeignKey(Group, models.CASCADE, null=True, db_index=False, db_constraint=False, related_name="+")
    source = models.CharField(max_length=20, choices=Source.choices, blank=True)
    asked_at = models.DateTimeField()
    lifted_at = models.DateTimeField(null=True)
    event_seq = models.BigIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["account", "digest", "number", "group"], name="one_tombstone", nulls_distinct=False
            )
        ]

    def __str__(self) -> str:
        return f"tombstone {self.pk}"
