"""The pages of the ledger: its lines, its verification, any day's state, and the packs that prove it."""

import csv
import io
import json
from datetime import timedelta
from html import unescape
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse
from django.urls import reverse
from django.utils.timezone import now

from contacts import permissions, scopes
from contacts.evidence import as_pdf
from contacts.models import ConsentEvent, Contact, Group, LedgerCheck, Number
from contacts.models.consent import Source
from contacts.permissions import Evidence
from shout.models import Account, User
from tests import build
from tests.contacts.test_ledger import tamper
from tests.outside import OutsideClient

LEDGER, CHECKS = reverse("contacts:ledger"), reverse("contacts:ledger_check_new")
STATE, EVIDENCE = reverse("contacts:state"), reverse("contacts:evidence")
STOP = Evidence(source=Source.UNIVERSAL_KEYWORD, words="Stop.", reference="SM1")
ANA_STOPPED = "Ana Ruiz stopped Marketing by texting “Stop.”"


@pytest.fixture
def vip(account: Account) -> Group:
    return build.group(account)


@pytest.fixture
def bob(account: Account) -> Contact:
    return build.contact(account, first_name="Bob", phone="+14155550143")


@pytest.fixture
def lines(
    account: Account, ana: Contact, bob: Contact, marketing: Number, service: Number, vip: Group, owner: User
) -> None:
    """Four lines of several kinds about two people."""
    permissions.join(group=vip, contacts=[ana], evidence=Evidence(source=Source.KEYWORD, words="JOIN"))
    permissions.opt_out(number=marketing, phone=ana.phone, evidence=STOP)
    permissions.block(contact=bob, reason="Rude", by=owner)
    permissions.opt_out(number=service, phone=bob.phone, evidence=Evidence.staff(owner, words="Rang", asked_at=now()))


def shown(response: HttpResponse, status: int = 200) -> str:
    assert response.status_code == status
    return unescape(response.content.decode())


def seqs(page: str) -> list[int]:
    """The lines on a page, in their order."""
    return [int(part.partition('"')[0]) for part in page.split('id="line-')[1:]]


def body(response: HttpResponse) -> bytes:
    assert response.status_code == 200, response.content
    return b"".join(response.streaming_content) if response.streaming else response.content  # type: ignore[attr-defined]


def test_the_ledger_tells_each_line_newest_first(
    browser: OutsideClient, lines: None, ana: Contact, owner: User
) -> None:
    page = shown(browser.get(LEDGER))
    assert seqs(page) == [4, 3, 2, 1]
    assert ANA_STOPPED in page
    assert f"Bob stopped Service, as {owner.email} recorded: “Rang”." in page
    assert reverse("messaging:conversation", args=[ana.pk]) in page
    assert bytes(ConsentEvent.objects.get(seq=2).hash).hex() in page


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"q": "ana"}, [2, 1]),
        ({"q": "(415) 555-0142"}, [2, 1]),
        ({"q": "415.555.0143"}, [4, 3]),
        ({"q": "0143"}, [4, 3]),
        ({"q": "nobody"}, []),
        ({"kind": "blocked"}, [3]),
        ({"source": "staff"}, [4, 3]),
        ({"q": "ruiz", "kind": "joined"}, [1]),
        ({"since": "2020-01-01", "until": "2020-12-31"}, []),
        ({"since": "2020-01-01"}, [4, 3, 2, 1]),
        ({"before": "3"}, [2, 1]),
        ({"after": "3"}, [4]),
    ],
)
def test_the_ledger_is_searched(query: dict[str, str], found: list[int], browser: OutsideClient, lines: None) -> None:
    assert seqs(shown(browser.get(LEDGER, query))) == found


def test_the_ledger_is_searched_by_number_and_group(
    browser: OutsideClient, lines: None, service: Number, vip: Group
) -> None:
    assert seqs(shown(browser.get(LEDGER, {"number": service.pk}))) == [4]
    assert seqs(shown(browser.get(LEDGER, {"group": vip.pk}))) == [1]


@pytest.mark.parametrize(
    ("query", "remedy"),
    [
        ({"kind": "x"}, "Choose from those listed."),
        ({"number": "987654"}, "Choose from those listed."),
        ({"group": "x"}, "Choose from those listed."),
        ({"since": "soon"}, "Enter a day, like 2026-03-14."),
        ({"since": "2026-03-02", "until": "2026-03-01"}, "This day is before the first. Choose a later one."),
        ({"until": "9999-12-31"}, "Choose an earlier day."),
    ],
)
def test_a_search_that_makes_no_sense_is_told_how_to_mend_it(
    query: dict[str, str], remedy: str, browser: OutsideClient, lines: None
) -> None:
    assert remedy in shown(browser.get(LEDGER, query))


def test_long_ledgers_are_cut_into_pages(browser: OutsideClient, account: Account, vip: Group) -> None:
    people = [build.contact(account) for _ in range(60)]
    permissions.join(group=vip, contacts=people, evidence=STOP)
    first = shown(browser.get(LEDGER))
    assert seqs(first) == list(range(60, 10, -1))
    assert "?before=11" in first
    assert seqs(shown(browser.get(LEDGER, {"before": "11"}))) == list(range(10, 0, -1))


def test_an_empty_ledger_says_what_will_come(browser: OutsideClient, account: Account) -> None:
    assert "Nothing is recorded yet" in shown(browser.get(LEDGER))


def test_a_person_verifies_the_ledger_and_sees_that_it_is_whole(browser: OutsideClient, lines: None) -> None:
    assert "has not been verified yet" in shown(browser.get(LEDGER))
    page = shown(browser.post(CHECKS, follow=True))
    assert "The ledger is whole: all 4 lines are as they were written" in page
    check = LedgerCheck.objects.get()
    assert (check.lines, check.broken_seq) == (4, None)


def test_a_broken_ledger_is_told_with_its_line_and_what_that_means(browser: OutsideClient, lines: None) -> None:
    tamper("UPDATE contacts_consentevent SET words = 'x' WHERE seq = 2")
    page = shown(browser.post(CHECKS, follow=True))
    assert "The ledger is broken at line 2" in page
    assert "Do not rely on later ones as proof" in page
    assert 'href="?before=3"' in page


def test_what_differs_from_the_ledger_is_told_with_a_way_to_mend_it(
    browser: OutsideClient, account: Account, marketing: Number
) -> None:
    permissions.opt_out(number=marketing, phone="+14155550142", evidence=STOP)
    tamper("DELETE FROM contacts_optout")
    page = shown(browser.post(CHECKS, follow=True))
    assert "not everybody is stopped or blocked as it says" in page
    assert "may be texted from Marketing, though the ledger has an opt-out." in page
    assert 'href="?q=%2B14155550142"' in page
    assert "Not everybody is stopped or blocked as it says" in shown(browser.get("/permission/"))
    permissions.opt_out(number=marketing, phone="+14155550142", evidence=STOP)
    assert "The ledger is whole: all 2 lines are as they were written" in shown(browser.post(CHECKS, follow=True))
    tamper(
        "INSERT INTO contacts_block (account_id, phone, reason, event_seq)"
        " SELECT account_id, phone, '', 1 FROM contacts_optout"
    )
    page = shown(browser.post(CHECKS, follow=True))
    assert "is blocked, though the ledger has no block." in page


def test_whoever_may_only_look_reads_the_ledger_and_verifies_nothing(
    strangers_browser: OutsideClient, viewers_browser: OutsideClient, lines: None
) -> None:
    page = shown(viewers_browser.get(LEDGER))
    assert seqs(page) == [4, 3, 2, 1]
    assert "Verify now" not in page
    assert viewers_browser.post(CHECKS).status_code == 403
    assert viewers_browser.get(CHECKS).status_code == 405
    assert seqs(shown(strangers_browser.get(LEDGER))) == []
    assert "Ana" not in shown(strangers_browser.get(LEDGER))
    assert not LedgerCheck.objects.exists()


def asked(number: Number, phone: str = "(415) 555-0142", at: str = "") -> dict[str, Any]:
    return {"phone": phone, "number": number.pk, "at": at or now().strftime("%Y-%m-%dT%H:%M")}


def test_the_state_of_a_day_says_whether_why_and_by_which_line(
    browser: OutsideClient, lines: None, marketing: Number, service: Number
) -> None:
    page = shown(browser.get(STATE, asked(marketing)))
    assert "Could not be texted" in page
    assert ANA_STOPPED in page
    assert "Line 2" in page
    assert "That number only" in page
    assert "VIP" in page
    assert "Could be texted" in shown(browser.get(STATE, asked(service)))


def test_the_state_of_an_earlier_day_is_what_it_was_then(
    browser: OutsideClient, lines: None, marketing: Number
) -> None:
    yesterday = (now() - timedelta(days=1)).strftime("%Y-%m-%dT%H:%M")
    page = shown(browser.get(STATE, asked(marketing, at=yesterday)))
    assert "Could be texted" in page
    assert "Nothing in the ledger closed this number to them then." in page
    assert "This number was added only on" in page


def test_the_state_of_a_number_that_is_open_again_names_who_opened_it_and_how(
    browser: OutsideClient, lines: None, ana: Contact, marketing: Number
) -> None:
    start = Evidence(source=Source.UNIVERSAL_KEYWORD, words="Start")
    permissions.opt_in(number=marketing, phone=ana.phone, evidence=start)
    page = shown(browser.get(STATE, asked(marketing)))
    assert "Could be texted" in page
    assert "Ana Ruiz asked for texts from Marketing by texting “Start”." in page
    assert "Line 5" in page
    assert "Nothing in the ledger closed" not in page


def test_the_state_follows_the_scope_of_that_time(
    browser: OutsideClient, account: Account, lines: None, service: Number, owner: User
) -> None:
    scopes.set_scope(account=account, scope="account", starts_at=now(), by=owner)
    page = shown(browser.get(STATE, asked(service)))
    assert "Could not be texted" in page
    assert "All your numbers" in page


def test_the_state_has_an_answer_for_phones_that_are_no_contacts(
    browser: OutsideClient, marketing: Number, account: Account
) -> None:
    stranger = build.phone()
    permissions.opt_out(number=marketing, phone=stranger, evidence=STOP)
    assert "Could not be texted" in shown(browser.get(STATE, asked(marketing, phone=stranger)))


@pytest.mark.parametrize(
    ("change", "remedy"),
    [
        ({"phone": "abc"}, "is not a phone number"),
        ({"phone": ""}, "Enter a phone number"),
        ({"number": "987654"}, "Choose from the numbers listed."),
        ({"at": "then"}, "Enter a date and time"),
        ({"at": "2999-01-01T00:00"}, "This is in the future."),
    ],
)
def test_a_question_that_makes_no_sense_is_told_how_to_mend_it(
    change: dict[str, str], remedy: str, browser: OutsideClient, marketing: Number
) -> None:
    assert remedy in shown(browser.get(STATE, asked(marketing) | change), 422)


def test_the_state_page_opens_with_the_phone_it_was_linked_with(browser: OutsideClient, marketing: Number) -> None:
    assert 'value="+14155550142"' in shown(browser.get(STATE, {"phone": "+14155550142"}))


def test_a_pack_about_one_person_is_one_click_away_in_every_format(browser: OutsideClient, lines: None) -> None:
    link = {"phone": "+14155550142"}
    assert "+14155550142" in shown(browser.get(EVIDENCE, link))
    pdf = browser.get(EVIDENCE, link | {"format": "pdf"})
    assert body(pdf).startswith(b"%PDF-")
    assert pdf["Content-Disposition"] == f'attachment; filename="evidence-dennys-diner-{now():%Y-%m-%d}.pdf"'
    told = json.loads(body(browser.get(EVIDENCE, link | {"format": "json"})))
    assert [line["seq"] for line in told["people"][0]["lines"]] == [1, 2]
    rows = list(csv.DictReader(io.StringIO(body(browser.get(EVIDENCE, link | {"format": "csv"})).decode("utf-8-sig"))))
    assert [row["seq"] for row in rows if row["row"] == "line"] == ["1", "2"]


def people(response: HttpResponse) -> list[str]:
    return [person["phone"] for person in json.loads(body(response))["people"]]


def test_a_pack_takes_a_pasted_list_and_a_file_together(browser: OutsideClient, lines: None) -> None:
    file = SimpleUploadedFile("list.csv", b"Name,Phone\nBob,415 555 0143\nAna,4155550142\n")
    form = {"phone": "(415) 555-0142\n1-415-555-0199", "file": file, "format": "json"}
    assert people(browser.post(EVIDENCE, form)) == ["+14155550142", "+14155550199", "+14155550143"]


def test_a_pack_about_a_period_is_read_outside_the_requests_transaction(browser: OutsideClient, lines: None) -> None:
    today = f"{now():%Y-%m-%d}"
    assert people(browser.post(EVIDENCE, {"since": today, "format": "json"})) == ["+14155550142", "+14155550143"]
    assert people(browser.post(EVIDENCE, {"since": "2020-01-01", "until": "2020-01-02", "format": "json"})) == []


@pytest.mark.parametrize(
    ("form", "remedy"),
    [
        ({}, "Say whom it is about: enter phone numbers, or choose the first day of a period."),
        ({"phone": "415 555 0142\nabc"}, "No phone number: row 2 (“abc”)."),
        ({"until": "2026-03-01"}, "Choose the first day of the period."),
        ({"since": "2026-03-02", "until": "2026-03-01"}, "This day is before the first."),
        ({"since": "2026-03-02", "phone": "415 555 0142"}, "Choose either people or a period, not both."),
        ({"phone": "415 555 0142", "format": "docx"}, "Choose PDF, CSV or JSON."),
        ({"since": "2026-01-01", "until": "9999-12-31"}, "Choose an earlier day."),
    ],
)
def test_a_pack_that_cannot_be_made_is_told_how_to_mend_it(
    form: dict[str, str], remedy: str, browser: OutsideClient, account: Account
) -> None:
    assert remedy in shown(browser.post(EVIDENCE, {"format": "csv"} | form), 422)


@pytest.mark.parametrize(
    ("data", "remedy"),
    [
        (b"", "This file is empty."),
        (b"Name\nAna\n", "No column of phone numbers was found."),
        (b"Phone\n4155550142\nno\n", "row 3 (“no”)"),
        (b"x" * (2 * 1024**2 + 1), "larger than 2 MB"),
    ],
)
def test_a_file_that_is_no_list_is_told_how_to_mend_it(
    data: bytes, remedy: str, browser: OutsideClient, account: Account
) -> None:
    form = {"file": SimpleUploadedFile("list.csv", data), "format": "csv"}
    assert remedy in shown(browser.post(EVIDENCE, form), 422)


def test_a_pdf_that_would_be_too_long_points_to_csv(
    browser: OutsideClient, lines: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(as_pdf, "LIMIT", 2)
    answer = shown(browser.post(EVIDENCE, {"since": f"{now():%Y-%m-%d}", "format": "pdf"}), 422)
    assert "A PDF holds up to 2 people and lines, and this pack has 6. Choose CSV or JSON" in answer


def test_whoever_may_only_look_makes_packs_and_another_account_finds_nobody(
    strangers_browser: OutsideClient, viewers_browser: OutsideClient, lines: None
) -> None:
    form = {"phone": "+14155550142", "format": "json"}
    assert json.loads(body(viewers_browser.post(EVIDENCE, form)))["people"][0]["contact"]["name"] == "Ana Ruiz"
    [theirs] = json.loads(body(strangers_browser.post(EVIDENCE, form)))["people"]
    assert (theirs["contact"], theirs["numbers"], theirs["lines"]) == (None, [], [])
    assert not LedgerCheck.objects.exists()


@pytest.mark.parametrize("address", [LEDGER, STATE, EVIDENCE])
def test_pages_say_where_they_stand_in_the_section(address: str, browser: OutsideClient, marketing: Number) -> None:
    assert "Ledger" in shown(browser.get(address))
