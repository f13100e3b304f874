"""Encrypted columns: the only place that reads and writes secrets at rest."""

import base64
import hashlib
from functools import cache
from typing import Any

from cryptography.fernet import Fernet, MultiFernet
from django.conf import settings
from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper


@cache
def _cipher(keys: tuple[str, ...]) -> MultiFernet:
    # Hashing lets a key be any long random string, not only Fernet's own format.
    return MultiFernet([Fernet(base64.urlsafe_b64encode(hashlib.sha256(key.encode()).digest())) for key in keys])


class EncryptedTextField(models.TextField):  # type: ignore[type-arg]
    """Text encrypted with the first of FIELD_ENCRYPTION_KEYS; a value no key opens raises `InvalidToken`."""

    def get_prep_value(self, value: str | None) -> str | None:
        """The text as the database holds it."""
        return _cipher(tuple(settings.FIELD_ENCRYPTION_KEYS)).encrypt(value.encode()).decode() if value else value

    def from_db_value(self, value: str | None, expression: object, connection: BaseDatabaseWrapper) -> str | None:
        """The text as it was written."""
        return _cipher(tuple(settings.FIELD_ENCRYPTION_KEYS)).decrypt(value.encode()).decode() if value else value

    def deconstruct(self) -> tuple[str, str, Any, Any]:
        """A plain text column to migrations, which import no code of the project."""
        name, _, args, kwargs = super().deconstruct()
        return name, "django.db.models.TextField", args, kwargs
