"""The states of a text: which way it went, who speaks, where it is in its life, and what permission said."""

from django.db import models


class Direction(models.TextChoices):
    """Which way a text went."""

    INBOUND = "in", "Received"
    OUTBOUND = "out", "Sent"


class Status(models.TextChoices):
    """Where a text is in its life."""

    RECEIVED = "received", "Received"
    PROCESSED = "processed", "Processed"
    PARKED = "parked", "Parked"
    QUEUED = "queued", "Queued"
    HELD = "held", "Held"
    SENDING = "sending", "Sending"
    UNKNOWN = "unknown", "Unknown"
    UNCONFIRMED = "unconfirmed", "Unconfirmed"
    SENT = "sent", "Sent"
    DELIVERED = "delivered", "Delivered"
    UNDELIVERED = "undelivered", "Undelivered"
    FAILED = "failed", "Failed"
    REFUSED = "refused", "Refused"
    CANCELED = "canceled", "Canceled"


class Origin(models.TextChoices):
    """Who speaks."""

    CONTACT = "contact", "Contact"
    CONFIRMATION = "confirmation", "Confirmation"
    BOT = "bot", "Bot"
    FOLLOW_UP = "follow_up", "Bot, after a wait"
    INBOX = "inbox", "Inbox"
    API = "api", "API"
    BROADCAST = "broadcast", "Broadcast"


class Refusal(models.TextChoices):
    """Why a text did not leave."""

    OPTED_OUT = "opted_out", "They have stopped this number"
    BLOCKED = "blocked", "They are blocked"
    NO_PERMISSION = "no_permission", "They are not on the list"
    TOO_LATE = "too_late", "A confirmation may only follow within five minutes"
    NOT_LISTENING = "not_listening", "The bot that would say it is paused, deleted, or off this number"
    QUIET_HOURS_EXPIRED = "quiet_hours_expired", "Quiet hours kept it back for three days"


class Basis(models.TextChoices):
    """Why a text was allowed to leave."""

    CONFIRMATION = "confirmation", "It confirms what they asked for"
    REPLY = "reply", "It answers their own text"
    LIST = "list", "They have joined the list"
    OPT_IN = "opt_in", "They have opted in to this number"
    CONVERSATION = "conversation", "They have texted this number"
    NO_OBJECTION = "no_objection", "They have not stopped this number"
