"""Permission as rows: what people asked of each number, blocks, and the ledger that proves them."""

from datetime import datetime

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


class OptOuts(models.QuerySet["OptOut"]):
    """Opt-outs, filtered in the words of the business."""

    def in_force(self) -> "OptOuts":
        """Those that no opt-in has lifted."""
        return self.filter(lifted_at=None)


class OptOut(models.Model):
    """This phone has stopped this number. Keyed by phone, so that it outlives the contact (P1).

    `event_seq` is the line of the ledger that asked for it last. An opt-in lifts it for its own number and leaves the
    row: a wider scope may still close other numbers by it (P15).
    """

    account = models.ForeignKey(Account, models.CASCADE, db_index=False, related_name="opt_outs")
    number = models.ForeignKey(Number, models.CASCADE, db_index=False, db_constraint=False, related_name="opt_outs")
    phone = models.CharField(max_length=16)
    source = models.CharField(max_length=20, choices=Source.choices)
    words = models.TextField(blank=True)
    opted_out_at = models.DateTimeField(db_default=Now())
    lifted_at = models.DateTimeField(null=True)
    event_seq = models.BigIntegerField(default=0)

    objects = OptOuts.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["account", "number", "phone"], name="one_opt_out_per_number")]
        indexes = [models.Index(fields=["account", "phone"], name="opt_out_by_phone")]

    def __str__(self) -> str:
        return f"{self.phone} stopped {self.number_id}"


class OptIn(models.Model):
    """This phone has asked for the texts of this number: what was asked of other numbers before does not close it."""

    account = models.ForeignKey(Account, models.CASCADE, db_index=False, related_name="opt_ins")
    number = models.ForeignKey(Number, models.CASCADE, db_index=False, db_constraint=False, related_name="opt_ins")
    phone = models.CharField(max_length=16)
    source = models.CharField(max_length=20, choices=Source.choices)
    words = models.TextField(blank=True)
    opted_in_at = models.DateTimeField(db_default=Now())
    event_seq = models.BigIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["account", "phone", "number"], name="one_opt_in_per_number")]

    def __str__(self) -> str:
        return f"{self.phone} asked for {self.number_id}"


class Block(models.Model):
    """This phone may not be texted from any number. Different from an opt-out: the business decided it (P9)."""

    account = models.ForeignKey(Account, models.CASCADE, related_name="blocks")
    phone = models.CharField(max_length=16)
    reason = models.CharField(max_length=200, blank=True)
    blocked_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    blocked_at = models.DateTimeField(db_default=Now())
    event_seq = models.BigIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["account", "phone"], name="one_block_per_phone")]

    def __str__(self) -> str:
        return f"{self.phone} blocked"


class ConsentEvent(models.Model):
    """One line of the append-only ledger. The database numbers, seals and chains it, and refuses to change it (P12).

    A `late` line changes nothing: it keeps what a person had asked before something that was heard earlier (P2).
    A `purpose` line names nobody: `rule` is what the number was for, `words` what it is for since (P15).

    Number and group are kept as plain values, so that a line stays true after they are renamed or deleted. `seal`
    covers what tells of the person (phone, words, reference) with a random `salt`; an erasure empties those four (P16),
    and the chain, which covers the seal, still holds.
    """

    class Kind(models.TextChoices):
        """What changed."""

        OPTED_OUT = "opted_out", "Opted out"
        OPTED_IN = "opted_in", "Opted in"
        WITHDRAWN = "withdrawn", "Opt-out withdrawn"
        HELD = "held", "Held for review"
        RELEASED = "released", "Hold released"
        JOINED = "joined", "Joined"
        LEFT = "left", "Left"
        BLOCKED = "blocked", "Blocked"
        UNBLOCKED = "unblocked", "Unblocked"
        SCOPE = "scope", "Scope of opt-outs set"
        PURPOSE = "purpose", "Purpose of a number changed"
        LATE = "late", "Heard too late"
        ERASED = "erased", "Erased"

    account = models.ForeignKey(Account, models.DO_NOTHING, db_index=False, related_name="consent_events")
    seq = models.BigIntegerField(editable=False, default=0)
    at = models.DateTimeField(db_default=Now())
    asked_at = models.DateTimeField(null=True)
    kind = models.CharField(max_length=12, choices=Kind.choices)
    phone = models.CharField(max_length=16, blank=True)
    number_ref = models.BigIntegerField(null=True)
    number_e164 = models.CharField(max_length=16, blank=True)
    group_ref = models.BigIntegerField(null=True)
    group_name = models.CharField(max_length=60, blank=True)
    source = models.CharField(max_length=20, choices=Source.choices)
    rule = models.CharField(max_length=40, blank=True)
    words = models.TextField(blank=True)
    reference = models.CharField(max_length=200, blank=True)
    actor = models.CharField(max_length=254, blank=True)
    salt = models.BinaryField(max_length=16, editable=False, default=b"")
    seal = models.BinaryField(max_length=32, editable=False, default=b"")
    hash = models.BinaryField(max_length=32, editable=False, default=b"")

    class Meta:
        ordering = ["seq"]
        constraints = [models.UniqueConstraint(fields=["account", "seq"], name="unique_ledger_seq")]
        indexes = [models.Index(fields=["account", "phone", "seq"], name="ledger_by_phone")]

    def __str__(self) -> str:
        return f"{self.seq} {self.phone} {self.kind}"

    @property
    def since(self) -> datetime:
        """When it was asked for, which may be before it was recorded."""
        return self.asked_at or self.at
