"""The kernel as a Django app."""

from django.apps import AppConfig


class ShoutConfig(AppConfig):
    """Accounts, users, keys and tenancy."""

    name = "shout"
