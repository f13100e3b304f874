"""The contacts app."""

from django.apps import AppConfig


class ContactsConfig(AppConfig):
    """Who may be texted, from which number, and why."""

    name = "contacts"
