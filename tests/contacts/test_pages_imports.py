"""Importing a file in the browser, and what became of it."""

import csv
import io
from html import unescape

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse
from django.urls import reverse

from contacts.models import Group, Import
from shout.models import Account, User
from tests import build
from tests.outside import OutsideClient

NEW = reverse("contacts:import_new")
FILE = "Phone,Name,Email\n4155550142,Ana Ruiz,\ncall me,=1+1,\n+1 415 555 0143,Ben,nonsense\n"


def upload(data: str | bytes = FILE, name: str = "guests.csv") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, data if isinstance(data, bytes) else data.encode())


def shown(response: HttpResponse, status: int = 200) -> str:
    assert response.status_code == status
    return unescape(response.content.decode())


@pytest.fixture
def vip(account: Account) -> Group:
    return build.group(account)


def test_a_file_is_imported_onto_a_list_and_the_result_told(
    browser: OutsideClient, account: Account, vip: Group, owner: User
) -> None:
    response = browser.post(NEW, {"file": upload(), "consent_source": "Sign-up sheet", "group": vip.pk}, follow=True)
    done = Import.objects.get()
    text = shown(response)
    assert (done.file_name, done.consent_source, done.imported_by) == ("guests.csv", "Sign-up sheet", owner)
    assert (done.rows, done.created, done.joined, len(done.errors)) == (3, 1, 1, 2)
    assert [contact.name for contact in vip.contacts.all()] == ["Ana Ruiz"]
    assert "“call me” is not a phone number." in text
    assert "Newly on VIP" in text


def test_the_rows_to_mend_download_in_their_own_columns_and_without_formulas(
    browser: OutsideClient, account: Account
) -> None:
    browser.post(NEW, {"file": upload(), "consent_source": "Sign-up sheet"})
    response = browser.get(reverse("contacts:import_detail", args=[Import.objects.get().pk]), {"format": "csv"})
    rows = list(csv.reader(io.StringIO(response.content.decode("utf-8-sig"))))
    assert rows[0] == ["What to mend", "Row in the file", "Phone", "Name", "Email"]
    assert [row[1:] for row in rows[1:]] == [
        ["3", "call me", "'=1+1", ""],
        ["4", "'+1 415 555 0143", "Ben", "nonsense"],
    ]


def test_the_download_may_be_mended_and_imported_again(browser: OutsideClient, account: Account) -> None:
    browser.post(NEW, {"file": upload(), "consent_source": "Sign-up sheet"})
    page = reverse("contacts:import_detail", args=[Import.objects.get().pk])
    mended = browser.get(page, {"format": "csv"}).content.decode("utf-8-sig").replace("nonsense", "ben@example.com")
    browser.post(NEW, {"file": upload(mended), "consent_source": "Sign-up sheet"})
    ben = account.contacts.get(phone="+14155550143")
    assert (ben.name, ben.email, ben.fields) == ("Ben", "ben@example.com", {})


@pytest.mark.parametrize(
    ("change", "remedy"),
    [
        ({"file": ""}, "Choose the CSV file to import."),
        ({"file": upload("")}, "This file is empty."),
        ({"file": upload("Name\nAna\n")}, "Call it “Phone” in the first row of the file."),
        ({"file": upload(b"PK\x03\x04", "guests.xlsx")}, "In Excel, choose Save As"),
        ({"file": upload(b"x" * (10 * 1024**2 + 1))}, "This file is larger than 10 MB. Split it"),
        ({"consent_source": " "}, "Say where these people agreed to be texted."),
        ({"group": "987654"}, "Choose one of the groups listed."),
    ],
)
def test_what_cannot_be_imported_is_told_how_to_mend_it(
    change: dict[str, object], remedy: str, browser: OutsideClient, account: Account
) -> None:
    text = shown(browser.post(NEW, {"file": upload(), "consent_source": "Sign-up sheet"} | change), 422)
    assert remedy in text
    assert "consent_source" in change or 'value="Sign-up sheet"' in text
    assert not account.contacts.exists()
    assert not Import.objects.exists()


def test_latest_imports_are_listed_where_the_next_one_starts(browser: OutsideClient, account: Account) -> None:
    browser.post(NEW, {"file": upload(), "consent_source": "Sign-up sheet"})
    assert reverse("contacts:import_detail", args=[Import.objects.get().pk]) in shown(browser.get(NEW))
