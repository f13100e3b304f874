"""The bots app."""

from django.apps import AppConfig


class BotsConfig(AppConfig):
    """From a text to what should happen."""

    name = "bots"
