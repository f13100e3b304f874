"""The keys by which programs speak for an account."""

import hashlib
import hmac
import secrets
from typing import Self

from django.db import models

from shout.models.account import Account, Role
from shout.models.user import User


class ApiKey(models.Model):
    """A bearer key `shout_<account>_<key id>_<secret>`; only the hash of the secret is kept.

    The account's id stands in the key so that the account is known before any tenant row is read.
    """

    account = models.ForeignKey(Account, models.CASCADE, related_name="api_keys")
    name = models.CharField(max_length=100)
    key_id = models.CharField(max_length=16)
    secret_hash = models.CharField(max_length=64)
    role = models.CharField(max_length=10, choices=Role.choices, default=Role.ADMIN)
    created_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["account", "key_id"], name="unique_key_id")]

    def __str__(self) -> str:
        return self.name

    @classmethod
    def issue(cls, *, account: Account, name: str, role: Role = Role.ADMIN, by: User | None = None) -> tuple[Self, str]:
        """A new key and its full text, which is shown once and cannot be read again."""
        key_id, secret = secrets.token_hex(6), secrets.token_urlsafe(32)
        key = cls.objects.create(
            account=account, name=name, role=role, created_by=by, key_id=key_id, secret_hash=_hash(secret)
        )
        return key, f"shout_{account.pk}_{key_id}_{secret}"

    def opens_with(self, secret: str) -> bool:
        """Whether `secret` is this key's, compared in constant time."""
        return hmac.compare_digest(self.secret_hash, _hash(secret))

    def may(self, needed: Role) -> bool:
        """Whether this key's role reaches `needed`."""
        return Role(self.role).may(needed)


def _hash(secret: str) -> str:
    # A fast hash is enough for 256 random bits; a slow one would only cost every request.
    return hashlib.sha256(secret.encode()).hexdigest()
