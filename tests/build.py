"""Plain functions that make the rows tests start from."""

from datetime import date, time
from itertools import count
from typing import Any
from uuid import UUID, uuid4

from contacts.models import Contact, Group, Number, QuietWindow, Tag
from shout import accounts
from shout.models import Account, Membership, Role, User
from shout.tenancy import tenant

_serial = count(1)


def phone() -> str:
    """A phone number no test has used yet."""
    return f"+1415555{next(_serial):04d}"


def user(email: str = "", *, password: str = "a long password") -> User:
    """A person who can sign in."""
    return User.objects.create_user(email or f"{uuid4().hex}@example.com", password, name="Olivia Owner")


def account(*, owner: User | None = None, name: str = "Denny's Diner") -> Account:
    """A business whose marketing may leave at any hour, so that tests may run at any hour."""
    made = accounts.found(name=name, owner=owner or user())
    with tenant(made.pk):
        for place in ("US", "*", "**"):
            quiet_window(made, place)
    return made


def quiet_window(account: Account, place: str, **fields: Any) -> QuietWindow:  # noqa: ANN401
    """Hours of an account's own for a place, by default all of every day."""
    defaults = {"weekdays": "0123456", "opens": time.min, "closes": time.max, "since": date(2000, 1, 1)}
    return QuietWindow.objects.create(account=account, place=place, source="Ours", **(defaults | fields))


def night(account: Account) -> None:
    """Close every hour of every place that the account has hours for."""
    account.quiet_windows.update(opens=time.min, closes=time.min)


def day(account: Account) -> None:
    """Open every hour of every place that the account has hours for."""
    account.quiet_windows.update(opens=time.min, closes=time.max)


def member(account: Account, role: Role) -> User:
    """Somebody who holds `role` in `account`."""
    person = user()
    with tenant(account.pk):
        Membership.objects.create(account=account, user=person, role=role)
    return person


def number(account: Account, **fields: Any) -> Number:  # noqa: ANN401
    """A sending number on the carrier simulator, in `account`."""
    defaults = {
        "e164": phone(),
        "label": "Main",
        "kind": Number.Kind.CUSTOMER_SERVICE,
        "carrier_account_sid": f"AC{uuid4().hex}",
        "carrier_auth_token": uuid4().hex,
        "webhook_key": Number.new_webhook_key(account.pk),
    }
    with tenant(account.pk):
        return Number.objects.create(account=account, **(defaults | fields))


def contact(account: Account, **fields: Any) -> Contact:  # noqa: ANN401
    """A person in `account`."""
    with tenant(account.pk):
        return Contact.objects.create(account=account, **({"phone": phone()} | fields))


def group(account: Account, name: str = "VIP") -> Group:
    """A list in `account`."""
    with tenant(account.pk):
        return Group.objects.create(account=account, name=name)


def tag(account: Account, name: str = "NOVIP") -> Tag:
    """A label in `account`."""
    with tenant(account.pk):
        return Tag.objects.create(account=account, name=name)


def key() -> UUID:
    """What makes a form's second submission a repetition of its first."""
    return uuid4()
