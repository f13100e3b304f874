"""A contact's postal code, by every door, and the place that follows from it for quiet hours (P17)."""

import pytest
from django.urls import reverse

from contacts import imports
from contacts.models import Contact
from shout.models import Account, ApiKey, Role, User
from tests import build
from tests.outside import OutsideClient

PHONE = "+14155550142"  # San Francisco


@pytest.fixture
def ana(account: Account) -> Contact:
    """A contact of a Californian number."""
    return build.contact(account, first_name="Ana", phone=PHONE)


def bring_in(account: Account, owner: User, rows: str) -> None:
    imports.bring_in(account=account, by=owner, file_name="a.csv", data=rows.encode(), consent_source="Till")


def test_a_postal_code_typed_in_says_where_they_are(browser: OutsideClient, ana: Contact) -> None:
    url = reverse("contacts:contact_edit", args=[ana.pk])
    assert 'name="postal_code"' in browser.get(url).content.decode()
    for code, place in (("80202", "US-CO"), ("", "US-CA"), ("nonsense", "US-CA"), ("33101-1234", "US-FL")):
        assert browser.post(url, {"first_name": "Ana", "postal_code": code}).status_code == 302
        ana.refresh_from_db()
        assert (ana.postal_code, ana.place) == (code, place)
    assert browser.post(url, {"postal_code": "1" * 13}).status_code == 422


def test_the_api_takes_a_postal_code_and_locates_them_anew(account: Account, ana: Contact) -> None:
    _, key = ApiKey.issue(account=account, name="Shop", role=Role.AGENT)
    client = OutsideClient(headers={"Authorization": f"Bearer {key}"})
    url = f"/api/v1/contacts/{ana.pk}/"
    answer = client.patch(url, {"postal_code": "80202"}, content_type="application/json")
    assert (answer.status_code, answer.json()["postal_code"]) == (200, "80202")
    ana.refresh_from_db()
    assert ana.place == "US-CO"
    made = client.post(
        "/api/v1/contacts/", {"phone": "+14155550143", "postal_code": "33101"}, content_type="application/json"
    )
    assert account.contacts.get(pk=made.json()["id"]).place == "US-FL"


@pytest.mark.parametrize("heading", ["ZIP", "Zip Code", "Postal code", "Postcode", "zip_postal_code"])
def test_an_import_knows_the_column_by_its_name(heading: str, account: Account, owner: User) -> None:
    bring_in(account, owner, f"Phone,{heading}\n{PHONE},80202\n")
    found = account.contacts.get()
    assert (found.postal_code, found.place, found.fields) == ("80202", "US-CO", {})


def test_an_import_updates_the_code_and_an_empty_cell_changes_nothing(
    account: Account, owner: User, ana: Contact
) -> None:
    for cell, code, place in (("80202", "80202", "US-CO"), ("", "80202", "US-CO"), ("33101", "33101", "US-FL")):
        bring_in(account, owner, f"Phone,ZIP\n{PHONE},{cell}\n")
        ana.refresh_from_db()
        assert (ana.postal_code, ana.place) == (code, place)


def test_a_zero_that_a_spreadsheet_has_lost_is_put_back(account: Account, owner: User) -> None:
    bring_in(account, owner, f"Phone,ZIP\n{PHONE},2134\n+41443643532,8001\n")
    assert account.contacts.get(phone=PHONE).place == "US-MA"
    assert account.contacts.get(phone=PHONE).postal_code == "02134"
    assert account.contacts.get(phone="+41443643532").postal_code == "8001"


def test_a_later_row_of_a_file_fills_in_the_code(account: Account, owner: User) -> None:
    bring_in(account, owner, f"Phone,ZIP,Name\n{PHONE},80202,Ana\n{PHONE},,Anna\n")
    assert (account.contacts.get().postal_code, account.contacts.get().first_name) == ("80202", "Anna")


def test_a_code_that_is_too_long_is_an_error_of_its_row(account: Account, owner: User) -> None:
    bring_in(account, owner, f"Phone,ZIP\n{PHONE},1234567890123\n")
    assert not account.contacts.exists()
    assert "postal code is longer than 12 characters" in account.imports.get().errors[0]["error"]


@pytest.mark.parametrize("code", ["", "80202", "99999-0000", "K1A 0B1", "nonsense"])
@pytest.mark.parametrize("carrier_place", ["", "US-TX", "US-CA"])
@pytest.mark.parametrize("phone", [PHONE, "+18885550142", "+442079460000", "+16135550142"])
def test_an_import_puts_people_where_saving_them_does(
    phone: str, carrier_place: str, code: str, account: Account, owner: User
) -> None:
    contact = build.contact(account, phone=phone, carrier_place=carrier_place, postal_code="10001")
    bring_in(account, owner, f"Phone,ZIP\n{phone},{code}\n")
    contact.refresh_from_db()
    imported = contact.place
    contact.save()
    assert contact.place == imported
    assert contact.postal_code == (code or "10001")
