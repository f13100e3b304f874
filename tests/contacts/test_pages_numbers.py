"""Sending numbers: setting them up, and what is shown of them."""

from html import unescape

import pytest
from django.http import HttpResponse
from django.urls import reverse
from django.utils.timezone import now

from contacts.models import Number, OptOut
from shout.models import Account
from tests import build
from tests.outside import OutsideClient

NEW = reverse("contacts:number_new")
SID, TOKEN = "AC" + "0" * 32, "a-very-secret-token"
FORM = {
    "e164": "(415) 555-0110",
    "label": "Front desk",
    "kind": "customer_service",
    "line": "local",
    "carrier": "simulator",
    "confirmed_by": "carrier",
    "segments_per_second": "1",
    "burst": "10",
    "bot_replies_per_hour": "20",
}
TWILIO = {"carrier": "twilio", "carrier_account_sid": SID, "carrier_auth_token": TOKEN}


def shown(response: HttpResponse, status: int = 200) -> str:
    assert response.status_code == status
    return unescape(response.content.decode())


def edit(number: Number) -> str:
    return reverse("contacts:number_edit", args=[number.pk])


def test_a_number_on_the_simulator_needs_no_credentials(browser: OutsideClient, account: Account) -> None:
    response = browser.post(NEW, FORM | {"opt_out_tag_name": "Opted out: Front desk"})
    number = account.numbers.get()
    # The simulator is told at once, by the page that sets numbers up.
    assert (response.status_code, response["Location"]) == (307, reverse("messaging:number_webhooks", args=[number.pk]))
    assert (number.e164, number.kind, number.line) == ("+14155550110", "customer_service", "local")
    assert number.carrier_account_sid.startswith("AC")
    assert number.carrier_auth_token
    assert number.webhook_key.startswith(f"{account.pk}-")
    assert str(number.opt_out_tag) == "Opted out: Front desk"


def test_the_auth_token_is_kept_when_left_empty_and_never_shown(browser: OutsideClient, account: Account) -> None:
    browser.post(NEW, FORM | TWILIO)
    number = account.numbers.get()
    browser.post(edit(number), FORM | TWILIO | {"carrier_auth_token": "", "label": "Reception"})
    number.refresh_from_db()
    assert (number.label, number.carrier_auth_token) == ("Reception", TOKEN)
    pages = [edit(number), reverse("contacts:number_detail", args=[number.pk])]
    assert not any(TOKEN in shown(browser.get(page)) for page in pages)


def test_the_page_of_a_number_shows_its_webhooks_and_opt_outs(browser: OutsideClient, account: Account) -> None:
    number = build.number(account)
    for _ in range(2):
        OptOut.objects.create(account=account, number=number, phone=build.phone(), source="staff")
    text = shown(browser.get(reverse("contacts:number_detail", args=[number.pk])))
    assert number.sms_webhook_url in text
    assert number.status_webhook_url in text
    assert "2 people" in text
    assert "do not reach Shout yet" in text
    assert reverse("messaging:number_webhooks", args=[number.pk]) in text


@pytest.mark.parametrize(
    ("change", "remedy"),
    [
        ({"e164": ""}, "Enter the phone number, like +1 415 555 0123."),
        ({"e164": "555-0110"}, "Write it with its country code, like +1 415 555 0123."),
        ({"e164": "12345"}, "Write it with its country code, like +1 415 555 0123."),
        ({"e164": "+1 415 555 0110", "line": "short_code"}, "A short code has 3 to 8 digits."),
        ({"e164": "(888) 555-0110"}, "This is a toll-free number. Choose the line Toll-free."),
        ({"line": "toll_free"}, "This is not a toll-free number. Choose the line Local."),
        ({"e164": "(888) 555-0110", "line": "toll_free", "confirmed_by": "shout"}, "The network always answers"),
        ({"line": "in_app"}, "An in-app line is for Shout-to-Shout. Choose that kind, or another line."),
        ({"label": ""}, "Enter a label for the number."),
        ({"kind": ""}, "Choose what the number is for."),
        ({"segments_per_second": "0"}, "Enter a number above 0, and not above 1,000."),
        ({"segments_per_second": "nan"}, "Enter a number."),
        ({"burst": "0"}, "Enter a whole number from 1 to 100,000."),
        ({"bot_replies_per_hour": "0"}, "Enter a whole number from 1 to 1,000. To silence a bot, pause it."),
        ({"bot_replies_per_hour": "1001"}, "Enter a whole number from 1 to 1,000. To silence a bot, pause it."),
        ({"bot_replies_per_hour": ""}, "Enter how many automatic replies one person may get in an hour."),
        ({"carrier": "twilio"}, "Copy the auth token from the Twilio Console."),
        (TWILIO | {"carrier_account_sid": "mine"}, "Copy it from the Twilio Console: AC and 32 letters and digits."),
        ({"opt_out_tag_name": "\u200b"}, "Nothing of this name can be seen."),
    ],
)
def test_a_number_that_could_not_text_is_told_how_to_mend_it(
    change: dict[str, str], remedy: str, browser: OutsideClient, account: Account
) -> None:
    text = shown(browser.post(NEW, FORM | change), 422)
    assert remedy in text
    assert "label" in change or 'value="Front desk"' in text
    assert not account.numbers.exists()


def test_a_number_is_added_once(browser: OutsideClient, account: Account) -> None:
    browser.post(NEW, FORM)
    assert "Edit that one." in shown(browser.post(NEW, FORM | {"e164": "+14155550110"}), 422)
    assert account.numbers.count() == 1


def test_a_short_code_is_a_number_too(browser: OutsideClient, account: Account) -> None:
    browser.post(NEW, FORM | {"e164": "12345", "line": "short_code"})
    assert account.numbers.get().e164 == "12345"


def test_a_shout_to_shout_number_is_an_in_app_line_without_a_carrier(browser: OutsideClient, account: Account) -> None:
    browser.post(NEW, FORM | TWILIO | {"kind": "shout_to_shout"})
    number = account.numbers.get()
    assert (number.line, number.carrier) == ("in_app", "simulator")
    assert number.carrier_account_sid != SID


def test_the_digits_of_a_number_never_change_because_opt_outs_are_kept_by_it(
    browser: OutsideClient, account: Account
) -> None:
    number = build.number(account, e164="+14155550110")
    browser.post(edit(number), FORM | {"e164": "+14155550111"})
    number.refresh_from_db()
    assert (number.e164, number.label) == ("+14155550110", "Front desk")


def test_webhooks_have_to_be_set_up_again_after_a_change_of_carrier(browser: OutsideClient, account: Account) -> None:
    number = build.number(account, webhooks_set_at=now(), messaging_service_sid="MG1")
    assert browser.post(edit(number), FORM).status_code == 302
    number.refresh_from_db()
    assert number.webhooks_set_at is not None
    assert number.messaging_service_sid == "MG1"
    assert "Copy the auth token" in shown(browser.post(edit(number), FORM | TWILIO | {"carrier_auth_token": ""}), 422)
    browser.post(edit(number), FORM | TWILIO)
    number.refresh_from_db()
    assert (number.carrier, number.carrier_auth_token, number.webhooks_set_at) == ("twilio", TOKEN, None)
    assert number.messaging_service_sid == ""
