"""The kernel as a Django app."""

from django.apps import AppConfig
from django.core.checks import register

from shout.checks import one_database_driver


class ShoutConfig(AppConfig):
    """Accounts, users, keys and tenancy."""

    name = "shout"

    def ready(self) -> None:
        """Have Django ask Shout's own check too."""
        register(one_database_driver)
