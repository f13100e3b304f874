"""Opening an account in one go: the business, its owner, its numbers and a key; for operators and the demo."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from allauth.account.models import EmailAddress

from contacts.models import Number
from shout import accounts, phones
from shout.models import Account, ApiKey, User
from shout.tenancy import tenant


@dataclass(frozen=True, slots=True, kw_only=True)
class NewNumber:
    """A number an account is to have."""

    e164: str
    kind: Number.Kind
    label: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """A new account; `password` is empty when the owner could sign in already."""

    account: Account
    owner: User
    password: str
    api_key: str
    numbers: Sequence[Number]

    def as_dict(self) -> dict[str, Any]:
        """What an operator's script needs."""
        return {
            "account_id": self.account.pk,
            "owner": self.owner.email,
            "password": self.password,
            "api_key": self.api_key,
            "numbers": [
                {
                    "id": number.pk,
                    "e164": number.e164,
                    "kind": number.kind,
                    "sms_webhook_url": number.sms_webhook_url,
                    "status_webhook_url": number.status_webhook_url,
                }
                for number in self.numbers
            ],
        }


def open_account(
    *,
    name: str,
    owner_email: str,
    numbers: Sequence[NewNumber],
    account_sid: str = "",
    auth_token: str = "",
    password: str = "",
) -> Opened:
    """Open an account. An owner who has no sign-in yet gets one, with `password` or one made up.

    Without `account_sid` the numbers are on the carrier simulator, which knows any credentials.
    """
    owner, password = _owner(owner_email, password)
    account = accounts.found(name=name, owner=owner)
    carrier = Number.Carrier.TWILIO if account_sid else Number.Carrier.SIMULATOR
    account_sid, auth_token = account_sid or f"AC{uuid4().hex}", auth_token or uuid4().hex
    with tenant(account.pk):
        made = [
            Number.objects.create(
                account=account,
                e164=number.e164,
                kind=number.kind,
                label=number.label,
                line=_line(number),
                carrier=carrier,
                carrier_account_sid=account_sid,
                carrier_auth_token=auth_token,
                webhook_key=Number.new_webhook_key(account.pk),
            )
            for number in numbers
        ]
        _, api_key = ApiKey.issue(account=account, name="First key", by=owner)
    return Opened(account=account, owner=owner, password=password, api_key=api_key, numbers=made)


def _line(number: NewNumber) -> Number.Line:
    if number.kind == Number.Kind.SHOUT_TO_SHOUT:
        return Number.Line.IN_APP
    return Number.Line.TOLL_FREE if phones.is_toll_free(number.e164) else Number.Line.LOCAL


def _owner(email: str, password: str) -> tuple[User, str]:
    existing = User.objects.filter(email__iexact=email).first()
    if existing:
        return existing, ""
    password = password or secrets.token_urlsafe(12)
    owner = User.objects.create_user(email, password)
    # The operator vouches for the address.
    EmailAddress.objects.create(user=owner, email=owner.email, verified=True, primary=True)
    return owner, password
