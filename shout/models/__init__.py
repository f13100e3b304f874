"""The kernel's tables."""

from shout.models.account import Account, Membership, Role
from shout.models.answer import Answer
from shout.models.api_key import ApiKey
from shout.models.user import User

__all__ = ["Account", "Answer", "ApiKey", "Membership", "Role", "User"]
