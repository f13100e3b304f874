"""The operator's command: what it prints, and what it refuses in words (no trace, nothing half made)."""

import json
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from bots.models import Bot
from shout import accounts
from shout.models import ApiKey, User
from shout.tenancy import tenant

NUMBERS = ["--number", "+14155550100=marketing:Offers", "--number", "+14155550101=customer_service"]
TWILIO = ["--twilio-account-sid", "AC1", "--twilio-auth-token", "secret"]


def _create(*arguments: str) -> str:
    printed = StringIO()
    call_command("create_account", *arguments, stdout=printed)
    return printed.getvalue()


@pytest.mark.django_db
def test_an_operator_gets_the_account_its_key_and_the_addresses_of_its_webhooks() -> None:
    made = json.loads(_create("Denny's Diner", "--owner", "olivia@example.com", *NUMBERS, *TWILIO, "--json"))
    assert [number["e164"] for number in made["numbers"]] == ["+14155550100", "+14155550101"]
    assert all(number["sms_webhook_url"].endswith("/sms/") for number in made["numbers"])
    with tenant(made["account_id"]):
        assert ApiKey.objects.get().key_id in made["api_key"]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["", "--owner", "a@example.com"], "name: "),
        (["x" * 101, "--owner", "a@example.com"], "name: "),
        (["Shop", "--owner", "nobody"], "owner: "),
        (["Shop", "--owner", "a@example.com", "--number", "+14155550100=sales"], "KIND"),
        (["Shop", "--owner", "a@example.com", *NUMBERS, *NUMBERS], "once"),
        (["Shop", "--owner", "a@example.com", "--number", f"+14155550100=marketing:{'x' * 61}"], "at most 60"),
        (["Shop", "--owner", "a@example.com", *TWILIO[:2]], "both"),
        (["Shop", "--owner", "a@example.com", "--twilio-account-sid", "x" * 65, *TWILIO[2:]], "at most 64"),
    ],
)
def test_what_cannot_be_stored_is_refused_in_words(arguments: list[str], said: str) -> None:
    with pytest.raises(CommandError, match=said):
        _create(*arguments)
    assert not User.objects.filter(email__in=["a@example.com", "nobody"]).exists()


@pytest.mark.django_db
def test_the_demo_can_be_made_and_its_bots_have_a_history() -> None:
    call_command("demo", stdout=StringIO(), stderr=StringIO())
    with tenant(accounts.seats_of(User.objects.get(email="demo@shout.example"))[0].account_id):
        kept = {bot.name: list(bot.versions.all()) for bot in Bot.objects.all()}
    assert {name: len(versions) for name, versions in kept.items()} == {
        "Join the Bread Club": 1,
        "Leave the Bread Club": 1,
    }
