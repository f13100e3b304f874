"""Bots: trigger words and ordered actions, and what they did."""

from django.db import models

from contacts.models import Group, Number, Tag
from shout import text
from shout.models import Account


class Bot(models.Model):
    """Trigger words plus ordered actions. Only active bots listen (B1)."""

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

    class Meta:
        ordering = ["name", "id"]

    def __str__(self) -> str:
        return self.name

    @property
    def is_active(self) -> bool:
        """Whether the bot listens."""
        return self.status == self.Status.ACTIVE


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
    """One step of a bot, carried out in the listed order (B5)."""

    class Kind(models.TextChoices):
        """What a step does."""

        ASSIGN_GROUP = "assign_group", "Assign group"
        REMOVE_FROM_GROUP = "remove_from_group", "Remove from group"
        ADD_TAG = "add_tag", "Add tag"
        REMOVE_TAG = "remove_tag", "Remove tag"
        REPLY = "reply", "Reply"

    account = models.ForeignKey(Account, models.CASCADE, related_name="+")
    bot = models.ForeignKey(Bot, models.CASCADE, db_constraint=False, related_name="actions")
    position = models.PositiveSmallIntegerField()
    kind = models.CharField(max_length=20, choices=Kind.choices)
    group = models.ForeignKey(Group, models.RESTRICT, null=True, blank=True, db_constraint=False, related_name="+")
    tag = models.ForeignKey(Tag, models.RESTRICT, null=True, blank=True, db_constraint=False, related_name="+")
    body = models.TextField(blank=True, max_length=1600)

    class Meta:
        ordering = ["position"]
        constraints = [models.UniqueConstraint(fields=["account", "bot", "position"], name="one_action_per_position")]

    def __str__(self) -> str:
        return self.get_kind_display()


class Run(models.Model):
    """One bot answered one inbound text: `inbound_id` is unique, so no text runs twice (B6)."""

    account = models.ForeignKey(Account, models.CASCADE, db_index=False, related_name="runs")
    bot = models.ForeignKey(Bot, models.CASCADE, db_index=False, db_constraint=False, related_name="runs")
    inbound_id = models.BigIntegerField()
    number = models.ForeignKey(Number, models.CASCADE, db_index=False, db_constraint=False, related_name="+")
    phone = models.CharField(max_length=16)
    word_key = models.CharField(max_length=180)
    ran_at = models.DateTimeField(db_default=models.functions.Now())

    class Meta:
        constraints = [models.UniqueConstraint(fields=["account", "inbound_id"], name="one_run_per_text")]
        indexes = [models.Index(fields=["account", "bot", "-ran_at"], name="runs_of_a_bot")]

    def __str__(self) -> str:
        return f"{self.bot_id} ran for {self.inbound_id}"
