"""What bots have done, are waiting to do, and have told the team and others."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from bots.models.bot import Bot
from contacts.models import Contact, Number
from shout.models import Account


class Run(models.Model):
    """One bot answered one inbound text: `inbound_id` is unique, so no text runs twice (B6).

    A run that waits, or asks, keeps the steps that are left in `rest`, as they were when it came to them; the first of
    an asking run is its question. `text_id` is the latest text of theirs that it spoke to, `said` how often;
    `ledger_seq` was the ledger's last line then, so that what they say afterwards can end what waits. `put_on` and
    `taken_off` are the groups that it has put them on and taken them off, whatever the bot does by now.
    """

    class State(models.TextChoices):
        """How far a run has come."""

        DONE = "done", "Done"
        WAITING = "waiting", "Waiting"
        ASKING = "asking", "Asking"
        ENDED = "ended", "Ended before its last step"

    account = models.ForeignKey(Account, models.CASCADE, db_index=False, related_name="runs")
    bot = models.ForeignKey(Bot, models.CASCADE, db_index=False, db_constraint=False, related_name="runs")
    inbound_id = models.BigIntegerField()
    number = models.ForeignKey(Number, models.CASCADE, db_index=False, db_constraint=False, related_name="+")
    phone = models.CharField(max_length=16)
    word_key = models.CharField(max_length=180)
    ran_at = models.DateTimeField(db_default=Now())
    joined = models.PositiveSmallIntegerField(db_default=0)
    left = models.PositiveSmallIntegerField(db_default=0)
    state = models.CharField(max_length=8, choices=State.choices, db_default=State.DONE)
    rest = models.JSONField(default=list, db_default=[])
    tries = models.PositiveSmallIntegerField(db_default=0)
    next_at = models.DateTimeField(null=True)
    text_id = models.BigIntegerField(null=True)
    said = models.PositiveSmallIntegerField(db_default=0)
    ledger_seq = models.BigIntegerField(db_default=0)
    put_on = ArrayField(models.BigIntegerField(), default=list, db_default=[])
    taken_off = ArrayField(models.BigIntegerField(), default=list, db_default=[])

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["account", "inbound_id"], name="one_run_per_text"),
            models.UniqueConstraint(
                fields=["account", "phone", "number"], condition=Q(state="asking"), name="one_open_question"
            ),
        ]
        indexes = [
            # With what figures count, so that they read no rows.
            models.Index(
                fields=["account", "bot", "-ran_at"],
                name="runs_of_a_bot",
                include=["id", "joined", "left", "number", "phone"],
            ),
            models.Index(fields=["account", "next_at"], name="runs_to_resume", condition=Q(next_at__isnull=False)),
            models.Index(fields=["account", "phone"], name="waits_of_a_phone", condition=Q(state="waiting")),
        ]

    def __str__(self) -> str:
        return f"{self.bot_id} ran for {self.inbound_id}"


class Notice(models.Model):
    """Something a bot tells the team: in the app until somebody has seen to it, and once by e-mail."""

    class Kind(models.TextChoices):
        """What happened."""

        NOTIFY = "notify", "A bot tells you"
        HAND_OVER = "hand_over", "Handed over to you"
        LOOP = "loop", "Automatic replies withheld"
        CALL = "call", "A webhook did not answer"

    account = models.ForeignKey(Account, models.CASCADE, db_index=False, related_name="notices")
    kind = models.CharField(max_length=10, choices=Kind.choices)
    bot = models.ForeignKey(Bot, models.CASCADE, null=True, db_index=False, db_constraint=False, related_name="+")
    contact = models.ForeignKey(
        Contact, models.CASCADE, null=True, db_index=False, db_constraint=False, related_name="notices"
    )
    body = models.TextField()
    created_at = models.DateTimeField(db_default=Now())
    emailed_at = models.DateTimeField(null=True)
    done_at = models.DateTimeField(null=True)
    done_by = models.CharField(max_length=254, blank=True, db_default="")

    class Meta:
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["account", "-id"], name="notices_to_see_to", condition=Q(done_at=None)),
            models.Index(fields=["account", "id"], name="notices_to_mail", condition=Q(emailed_at=None)),
            models.Index(fields=["account", "contact"], name="notices_of_a_contact"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}"


class WebhookCall(models.Model):
    """One post to an address that a bot names; `payload` is what it says, `text_id` the text it comes of (B5)."""

    class State(models.TextChoices):
        """Where a call is in its life."""

        QUEUED = "queued", "Queued"
        DONE = "done", "Answered"
        FAILED = "failed", "Failed"

    account = models.ForeignKey(Account, models.CASCADE, db_index=False, related_name="webhook_calls")
    run = models.ForeignKey(Run, models.CASCADE, db_index=False, db_constraint=False, related_name="webhook_calls")
    text_id = models.BigIntegerField(null=True)
    url = models.CharField(max_length=500)
    payload = models.JSONField()
    state = models.CharField(max_length=6, choices=State.choices, db_default=State.QUEUED)
    attempts = models.PositiveSmallIntegerField(db_default=0)
    next_at = models.DateTimeField(db_default=Now())
    status_code = models.PositiveSmallIntegerField(null=True)
    error = models.CharField(max_length=200, blank=True, db_default="")
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        ordering = ["id"]
        indexes = [
            models.Index(fields=["account", "next_at"], name="calls_to_make", condition=Q(state="queued")),
            models.Index(fields=["account", "run"], name="calls_of_a_run"),
        ]

    def __str__(self) -> str:
        return f"call {self.pk} {self.state}"
