"""Bots: trigger words and ordered actions, and how they came to be what they are."""

from django.db import models

from contacts.models import Group, Number, Tag
from shout import text
from shout.models import Account


class Bots(models.QuerySet["Bot"]):
    """Bots, filtered in the words of the business."""

    def kept(self) -> "Bots":
        """Those that nobody has deleted."""
        return self.filter(deleted_at=None)

    def listening(self) -> "Bots":
        """Those that answer texts."""
        return self.kept().filter(status=Bot.Status.ACTIVE)


class Bot(models.Model):
    """Trigger words plus ordered actions. Only active bots listen (B1); a deleted one can be brought back."""

    class Status(models.TextChoices):
        """Whether a bot listens."""

        ACTIVE = "active", "Active"
        PAUSED = "paused", "Paused"

    account = models.ForeignKey(Account, models.CASCADE, related_name="bots")
    name = models.CharField(max_length=60)
    status = models.CharField(max_length=10, choices=Status.choices, default=Status.ACTIVE)
    on_all_numbers = models.BooleanField("listens on all numbers", default=True)
    numbers = models.ManyToManyField(Number, through="BotNumber", related_name="bots")
    created_at = models.DateTimeField(auto_now_add=True)
    changed_at = models.DateTimeField(auto_now=True)
    deleted_at = models.DateTimeField(null=True, editable=False)

    objects = Bots.as_manager()

    class Meta:
        ordering = ["name", "id"]

    def __str__(self) -> str:
        return self.name

    @property
    def is_active(self) -> bool:
        """Whether the bot listens."""
        return self.status == self.Status.ACTIVE


class BotVersion(models.Model):
    """A bot as somebody saved it; `what` is the draft as JSON."""

    account = models.ForeignKey(Account, models.CASCADE, related_name="+")
    bot = models.ForeignKey(Bot, models.CASCADE, db_constraint=False, related_name="versions")
    what = models.JSONField()
    saved_at = models.DateTimeField(db_default=models.functions.Now())
    saved_by = models.CharField(max_length=254, blank=True)

    class Meta:
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"{self.bot_id} at {self.saved_at}"


class BotNumber(models.Model):
    """A bot listens on a chosen number."""

    account = models.ForeignKey(Account, models.CASCADE, related_name="+")
    bot = models.ForeignKey(Bot, models.CASCADE, db_constraint=False)
    number = models.ForeignKey(Number, models.CASCADE, db_constraint=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["account", "bot", "number"], name="one_bot_per_number")]

    def __str__(self) -> str:
        return f"{self.bot_id} on {self.number_id}"


class Trigger(models.Model):
    """A word that starts a bot; `word_key` is the word as texts are compared with it (B2, B3)."""

    class Match(models.TextChoices):
        """How a text has to hold the word."""

        WHOLE = "whole", "The whole text is the word"
        FIRST = "first", "The first word is the word"
        CONTAINS = "contains", "The text contains the word"

    account = models.ForeignKey(Account, models.CASCADE, related_name="triggers")
    bot = models.ForeignKey(Bot, models.CASCADE, db_constraint=False, related_name="triggers")
    word = models.CharField(max_length=60)
    word_key = models.CharField(max_length=180, editable=False)
    match = models.CharField(max_length=10, choices=Match.choices, default=Match.WHOLE)

    class Meta:
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["account", "bot", "word_key"], name="one_trigger_per_word")]

    def __str__(self) -> str:
        return self.word

    def save(self, *args: object, **kwargs: object) -> None:
        """Save with the key that belongs to the word."""
        self.word_key = text.normalise(self.word)
        super().save(*args, **kwargs)  # type: ignore[arg-type]


class Action(models.Model):
    """One step of a bot, carried out in the listed order (B5).

    `body` is what a reply, a question or a notice says; `field` and `value` are of the field to set, by an answer or
    outright; `minutes` is how long to wait, or for how long a question stays open; `again` is said to an answer that
    is none.
    """

    class Kind(models.TextChoices):
        """What a step does."""

        ASSIGN_GROUP = "assign_group", "Assign group"
        REMOVE_FROM_GROUP = "remove_from_group", "Remove from group"
        ADD_TAG = "add_tag", "Add tag"
        REMOVE_TAG = "remove_tag", "Remove tag"
        REPLY = "reply", "Reply"
        SET_FIELD = "set_field", "Set a field"
        ASK = "ask", "Ask a question"
        WAIT = "wait", "Wait"
        NOTIFY = "notify", "Notify the team"
        CALL = "call", "Call a webhook"
        HAND_OVER = "hand_over", "Hand over to the inbox"

    class Answer(models.TextChoices):
        """What a question takes for an answer."""

        ANY = "any", "Any text"
        NUMBER = "number", "A number"
        DATE = "date", "A date"
        EMAIL = "email", "An e-mail address"
        ZIP = "zip", "A ZIP code"

    account = models.ForeignKey(Account, models.CASCADE, related_name="+")
    bot = models.ForeignKey(Bot, models.CASCADE, db_constraint=False, related_name="actions")
    position = models.PositiveSmallIntegerField()
    kind = models.CharField(max_length=20, choices=Kind.choices)
    group = models.ForeignKey(Group, models.RESTRICT, null=True, blank=True, db_constraint=False, related_name="+")
    tag = models.ForeignKey(Tag, models.RESTRICT, null=True, blank=True, db_constraint=False, related_name="+")
    body = models.TextField(blank=True, max_length=1600)
    media = models.JSONField(default=list, blank=True)
    field = models.CharField(max_length=60, blank=True)
    value = models.CharField(max_length=500, blank=True)
    answer = models.CharField(max_length=10, choices=Answer.choices, default=Answer.ANY)
    again = models.CharField(max_length=480, blank=True)
    minutes = models.PositiveIntegerField(null=True, blank=True)
    url = models.CharField(max_length=500, blank=True)

    class Meta:
        ordering = ["position"]
        constraints = [models.UniqueConstraint(fields=["account", "bot", "position"], name="one_action_per_position")]

    def __str__(self) -> str:
        return self.get_kind_display()
