"""The messaging app."""

from django.apps import AppConfig


class MessagingConfig(AppConfig):
    """Texts in, texts out."""

    name = "messaging"
