"""`manage.py demo`: the demo account on the carrier simulator, made at the first start."""

from typing import Any

from django.core.management import BaseCommand
from django.db import transaction

from bots import drafts
from bots.drafts import Draft, DraftAction, DraftTrigger
from bots.models import Action
from contacts import permissions
from contacts.models import Contact, Group, Number, Tag
from contacts.models.consent import Source
from contacts.permissions import Evidence
from messaging import onboarding, provisioning
from messaging.onboarding import NewNumber
from shout import accounts
from shout.models import Account, User
from shout.tenancy import tenant

EMAIL, PASSWORD = "demo@shout.example", "shout demo"
_NUMBERS = [
    NewNumber(e164="+18885550110", kind=Number.Kind.MARKETING, label="Offers"),
    NewNumber(e164="+14155550110", kind=Number.Kind.CUSTOMER_SERVICE, label="Front desk"),
]
_PEOPLE = [
    ("+14155550171", "Maya", "Chen", "maya@example.com"),
    ("+14155550172", "Theo", "Okafor", ""),
    ("+14155550173", "Rosa", "Delgado", "rosa@example.com"),
]


class Command(BaseCommand):
    """Makes the demo account once, and says how to sign in."""

    help = "Make the demo account unless it is there, and print its sign-in."

    def handle(self, **options: Any) -> None:  # noqa: ANN401
        """Repeating it changes nothing."""
        owner = User.objects.filter(email=EMAIL).first()
        account_ids = [seat.account_id for seat in accounts.seats_of(owner)] if owner else [_open()]
        # At each start, because the addresses of web and simulator may have changed.
        for account_id in account_ids:
            for complaint in provisioning.connect_simulated(account_id):
                self.stderr.write(complaint)
        self.stdout.write(f"Sign in as {EMAIL} with the password: {PASSWORD}")


def _open() -> int:
    """Make the demo account, whole or not at all; its id."""
    with transaction.atomic():
        opened = onboarding.open_account(name="Bluebird Bakery", owner_email=EMAIL, numbers=_NUMBERS, password=PASSWORD)
        with tenant(opened.account.pk):
            _furnish(opened.account, opened.numbers[1])
    return opened.account.pk


def _furnish(account: Account, desk: Number) -> None:
    """Some people, one list with the bots by which to join and leave it, and one who has stopped a number."""
    group = Group.objects.create(account=account, name="Bread Club", description="Fresh bread news, twice a week")
    tag = Tag.objects.create(account=account, name="NOBREAD")
    people = [
        Contact.objects.create(account=account, phone=phone, first_name=first, last_name=last, email=email)
        for phone, first, last, email in _PEOPLE
    ]
    consent = Evidence(source=Source.WEB_FORM, words="Signed up on the bakery's website")
    permissions.join(group=group, contacts=people, evidence=consent)
    permissions.opt_out(
        number=desk, phone=people[2].phone, evidence=Evidence(source=Source.UNIVERSAL_KEYWORD, words="Stop")
    )
    welcome = (
        "Welcome to the Bluebird Bread Club! 2 texts a week. Msg & data rates may apply."
        " Text NOBREAD to leave the club, STOP to stop all texts."
    )
    _bot(account, "Join the Bread Club", ["BREAD", "JOIN"], actions=(
        DraftAction(kind=Action.Kind.ASSIGN_GROUP, group=group.pk),
        DraftAction(kind=Action.Kind.REPLY, body=welcome),
    ))  # fmt: skip
    _bot(account, "Leave the Bread Club", ["NOBREAD"], actions=(
        DraftAction(kind=Action.Kind.REMOVE_FROM_GROUP, group=group.pk),
        DraftAction(kind=Action.Kind.ADD_TAG, tag=tag.pk),
        DraftAction(kind=Action.Kind.REPLY, body="You are off the Bread Club list. Text BREAD to come back."),
    ))  # fmt: skip


def _bot(account: Account, name: str, words: list[str], *, actions: tuple[DraftAction, ...]) -> None:
    triggers = tuple(DraftTrigger(word=word) for word in words)
    drafts.save(account=account, draft=Draft(name=name, triggers=triggers, actions=actions))
