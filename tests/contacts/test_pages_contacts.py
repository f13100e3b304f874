"""The list of contacts, and contacts added and edited by hand."""

from html import unescape

import pytest
from django.http import HttpResponse
from django.urls import reverse

from contacts import bulk, permissions
from contacts.models import ConsentEvent, Contact, Number
from contacts.permissions import Evidence
from contacts.views import pages
from shout.models import Account, User
from tests import build
from tests.outside import OutsideClient

LIST, NEW = reverse("contacts:contact_list"), reverse("contacts:contact_new")
ADD = {"phone": "(415) 555-0142", "first_name": "Ana", "last_name": "Ruiz", "email": "ana@example.com", "notes": "Tea"}


def shown(response: HttpResponse, status: int = 200) -> str:
    assert response.status_code == status
    return unescape(response.content.decode())


@pytest.fixture
def ben(account: Account) -> Contact:
    return build.contact(account, first_name="Ben", last_name="Li", phone="+14155550143", email="ben@example.com")


def test_an_account_without_contacts_is_told_what_to_do_next(browser: OutsideClient) -> None:
    text = shown(browser.get(LIST))
    assert "No contacts yet" in text
    assert reverse("contacts:import_new") in text


@pytest.mark.parametrize("query", ["ana", "RUIZ", "ana ruiz", "(415) 555-0142", "0142"])
def test_a_search_finds_people_by_name_and_number(
    query: str, browser: OutsideClient, ana: Contact, ben: Contact
) -> None:
    text = shown(browser.get(LIST, {"q": query}))
    assert "Ana Ruiz" in text
    assert "Ben Li" not in text


def test_a_search_finds_people_by_email(browser: OutsideClient, ana: Contact, ben: Contact) -> None:
    assert "Ana Ruiz" not in shown(browser.get(LIST, {"q": "ben@"}))


def test_a_search_without_a_match_says_so_and_leads_back(browser: OutsideClient, ana: Contact) -> None:
    assert "Nobody matches" in shown(browser.get(LIST, {"q": "zebra"}))


def test_the_list_is_narrowed_by_group_and_tag(
    browser: OutsideClient, account: Account, ana: Contact, ben: Contact
) -> None:
    group, tag = build.group(account), build.tag(account)
    bulk.join(account.pk, [(ana.pk, group.pk), (ben.pk, group.pk)])
    bulk.tag(account.pk, [(ben.pk, tag.pk)])
    text = shown(browser.get(LIST, {"group": group.pk, "tag": tag.pk}))
    assert "Ben Li" in text
    assert "Ana Ruiz" not in text


def test_the_list_is_narrowed_by_permission(
    browser: OutsideClient, ana: Contact, ben: Contact, marketing: Number, service: Number, owner: User
) -> None:
    permissions.opt_out(number=marketing, phone=ana.phone, evidence=Evidence.staff(owner))
    permissions.block(contact=ben, by=owner)
    found = {state: shown(browser.get(LIST, {"state": state})) for state in ("open", "stopped", "blocked")}
    assert "Nobody matches" in found["open"]
    assert "Stopped on 1 of 2" in found["stopped"]
    assert "Ben Li" not in found["stopped"]
    assert "Ben Li" in found["blocked"]
    assert "Ana Ruiz" not in found["blocked"]


def test_a_filter_that_is_none_is_named_and_left_aside(browser: OutsideClient, ana: Contact) -> None:
    text = shown(browser.get(LIST, {"group": "987654", "state": "sleepy", "before": "x"}))
    assert "Select a valid choice" in text
    assert "Ana Ruiz" in text


def test_htmx_gets_only_the_table_and_a_restored_page_gets_everything(browser: OutsideClient, ana: Contact) -> None:
    table = browser.get(LIST, {"q": "ana"}, headers={"HX-Request": "true"})
    whole = browser.get(LIST, headers={"HX-Request": "true", "HX-History-Restore-Request": "true"})
    assert shown(table).lstrip().startswith('<div id="contact-table"')
    assert "HX-Request" in table["Vary"]
    assert "<html" in shown(whole)


def test_pages_lead_on_and_back_without_losing_the_search(
    browser: OutsideClient, account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pages, "SIZE", 2)
    people = [build.contact(account, first_name=f"Ana {n}") for n in range(5)]
    first = browser.get(LIST, {"q": "ana"}).context["page"]
    second = browser.get(LIST + first.next).context["page"]
    last = browser.get(LIST + second.next).context["page"]
    back = browser.get(LIST + second.previous).context["page"]
    assert [row.pk for row in first.rows + second.rows + last.rows] == [person.pk for person in reversed(people)]
    assert (first.previous, last.next, back.rows) == ("", "", first.rows)
    assert "q=ana" in second.next


def test_the_list_asks_as_few_questions_for_many_contacts_as_for_one(
    browser: OutsideClient, account: Account, marketing: Number, django_assert_max_num_queries: object
) -> None:
    for _ in range(10):
        build.contact(account)
    with django_assert_max_num_queries(22):  # type: ignore[operator]
        browser.get(LIST)


def test_a_contact_is_added_however_the_number_is_written(browser: OutsideClient, account: Account) -> None:
    response = browser.post(NEW, ADD)
    contact = account.contacts.get()
    assert (contact.phone, contact.name, contact.email, contact.notes) == (
        "+14155550142",
        "Ana Ruiz",
        "ana@example.com",
        "Tea",
    )
    assert response["Location"] == reverse("messaging:conversation", args=[contact.pk])


def test_a_contact_added_to_a_list_leaves_a_line_with_how_they_agreed(
    browser: OutsideClient, account: Account, owner: User
) -> None:
    group = build.group(account)
    browser.post(NEW, ADD | {"group": group.pk, "words": "Asked at the till"})
    line = ConsentEvent.objects.get()
    assert (line.kind, line.phone, line.group_ref) == ("joined", "+14155550142", group.pk)
    assert (line.source, line.words, line.actor) == ("staff", "Asked at the till", owner.email)


@pytest.mark.parametrize(
    ("change", "remedy"),
    [
        ({"phone": ""}, "Enter a phone number, like +1 415 555 0123."),
        ({"phone": "call me"}, "Write it with its country code, like +1 415 555 0123."),
        ({"phone": "\x00"}, "Null characters are not allowed."),
        ({"email": "ana"}, "Write the e-mail address like ana@example.com, or leave it empty."),
        ({"group": "987654", "words": "x"}, "Choose one of the groups listed."),
    ],
)
def test_bad_input_is_told_how_to_mend_it_and_loses_nothing(
    change: dict[str, str], remedy: str, browser: OutsideClient, account: Account
) -> None:
    text = shown(browser.post(NEW, ADD | change), 422)
    assert remedy in text
    assert 'value="Ruiz"' in text
    assert not account.contacts.exists()


def test_joining_a_list_takes_how_they_agreed(browser: OutsideClient, account: Account) -> None:
    text = shown(browser.post(NEW, ADD | {"group": build.group(account).pk}), 422)
    assert "Say how they agreed to this list, or choose no list." in text
    assert not account.contacts.exists()


def test_a_number_that_somebody_has_already_leads_to_them(browser: OutsideClient, account: Account) -> None:
    browser.post(NEW, ADD)
    text = shown(browser.post(NEW, ADD | {"first_name": "Anna"}), 422)
    assert f'href="{reverse("messaging:conversation", args=[account.contacts.get().pk])}"' in text
    assert account.contacts.get().first_name == "Ana"


def test_an_edit_changes_the_person_and_never_the_phone_number(browser: OutsideClient, ana: Contact) -> None:
    url = reverse("contacts:contact_edit", args=[ana.pk])
    browser.post(url, {"first_name": "Anna", "phone": "+14155550199"})
    ana.refresh_from_db()
    assert (ana.first_name, ana.last_name, ana.phone) == ("Anna", "", "+14155550142")


def test_an_edit_brings_in_nothing_that_turns_the_direction_of_writing(browser: OutsideClient, ana: Contact) -> None:
    browser.post(reverse("contacts:contact_edit", args=[ana.pk]), {"first_name": "A\u202enna", "notes": "One\nTwo"})
    ana.refresh_from_db()
    assert (ana.first_name, ana.notes.split()) == ("Anna", ["One", "Two"])


def test_an_edit_lifts_no_opt_out(browser: OutsideClient, ana: Contact, marketing: Number, owner: User) -> None:
    permissions.opt_out(number=marketing, phone=ana.phone, evidence=Evidence.staff(owner))
    browser.post(reverse("contacts:contact_edit", args=[ana.pk]), {"first_name": "Anna"})
    assert permissions.refusal(marketing, ana.phone) == "opted_out"
