"""Permission as rows: opt-outs, blocks and the ledger that proves them."""

from django.db import models
from django.db.models.functions import Now

from contacts.models.number import Number
from shout.models import Account, User


class Source(models.TextChoices):
    """By what a person's permission changed."""

    KEYWORD = "keyword", "Keyword"
    UNIVERSAL_KEYWORD = "universal_keyword", "Universal keyword"
    PHRASE = "phrase", "Phrase"
    STAFF = "staff", "Staff"
    IMPORT = "import", "Import"
    API = "api", "API"
    WEB_FORM = "web_form", "Web form"
    CARRIER = "carrier", "Carrier"


class OptOut(models.Model):
    """This phone may not be texted from this number. Keyed by phone, so that it outlives the contact (P1)."""

    account = models.ForeignKey(Account, models.CASCADE, db_index=False, related_name="opt_outs")
    number = models.ForeignKey(Number, models.CASCADE, db_index=False, db_constraint=False, related_name="opt_outs")
    phone = models.CharField(max_length=16)
    source = models.CharField(max_length=20, choices=Source.choices)
    words = models.TextField(blank=True)
    opted_out_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [models.UniqueConstraint(fields=["account", "number", "phone"], name="one_opt_out_per_number")]
        indexes = [models.Index(fields=["account", "phone"], name="opt_out_by_phone")]

    def __str__(self) -> str:
        return f"{self.phone} stopped {self.number_id}"


class Block(models.Model):
    """This phone may not be texted from any number. Different from an opt-out: the business decided it (P9)."""

    account = models.ForeignKey(Account, models.CASCADE, related_name="blocks")
    phone = models.CharField(max_length=16)
    reason = models.CharField(max_length=200, blank=True)
    blocked_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    blocked_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [models.UniqueConstraint(fields=["account", "phone"], name="one_block_per_phone")]

    def __str__(self) -> str:
        return f"{self.phone} blocked"


class ConsentEvent(models.Model):
    """One line of the append-only ledger. The database numbers and chains it, and refuses to change it (P12).

    Number and group are kept as plain values, so that a line stays true after they are renamed or deleted.
    """

    class Kind(models.TextChoices):
        """What changed."""

        OPTED_OUT = "opted_out", "Opted out"
        OPTED_IN = "opted_in", "Opted in"
        JOINED = "joined", "Joined"
        LEFT = "left", "Left"
        BLOCKED = "blocked", "Blocked"
        UNBLOCKED = "unblocked", "Unblocked"

    account = models.ForeignKey(Account, models.DO_NOTHING, db_index=False, related_name="consent_events")
    seq = models.BigIntegerField(editable=False, default=0)
    at = models.DateTimeField(db_default=Now())
    asked_at = models.DateTimeField(null=True)
    kind = models.CharField(max_length=12, choices=Kind.choices)
    phone = models.CharField(max_length=16)
    number_ref = models.BigIntegerField(null=True)
    number_e164 = models.CharField(max_length=16, blank=True)
    group_ref = models.BigIntegerField(null=True)
    group_name = models.CharField(max_length=60, blank=True)
    source = models.CharField(max_length=20, choices=Source.choices)
    words = models.TextField(blank=True)
    reference = models.CharField(max_length=200, blank=True)
    actor = models.CharField(max_length=254, blank=True)
    hash = models.BinaryField(max_length=32, editable=False, default=b"")

    class Meta:
        ordering = ["seq"]
        constraints = [models.UniqueConstraint(fields=["account", "seq"], name="unique_ledger_seq")]
        indexes = [models.Index(fields=["account", "phone", "seq"], name="ledger_by_phone")]

    def __str__(self) -> str:
        return f"{self.seq} {self.phone} {self.kind}"
