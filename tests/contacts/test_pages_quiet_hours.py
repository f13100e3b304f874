"""The page of quiet hours: the table, an account's own lines in it, and the question when somebody may be texted."""

import re
from collections.abc import Iterator
from datetime import date
from html import unescape
from itertools import pairwise

import pytest
from django.http import HttpResponse
from django.urls import reverse
from time_machine import travel

from contacts import clock
from contacts.models import Contact, QuietWindow
from shout.models import Account, Role, User
from tests import build
from tests.outside import OutsideClient

PAGE, NEW = reverse("contacts:quiet_hours"), reverse("contacts:quiet_hours_new")
FORM = {
    "place": "US-CO",
    "mon_fri_opens": "09:00",
    "mon_fri_closes": "18:00",
    "sat_opens": "10:00",
    "sat_closes": "14:00",
    "since": "2026-11-01",
    "source": "Our lawyer",
}


def shown(response: HttpResponse, status: int = 200) -> str:
    assert response.status_code == status
    return re.sub(r"\s+", " ", re.sub(r"<svg.*?</svg>|<[^>]+>", " ", unescape(response.content.decode())))


def links(response: HttpResponse) -> str:
    return unescape(response.content.decode())


def remove(window: QuietWindow) -> str:
    return reverse("contacts:quiet_hours_remove", args=[window.pk])


@pytest.fixture(autouse=True)
def monday_at_noon() -> Iterator[None]:
    """Monday, November 23, 2026: 18:00 UTC: 1 PM in New York, 11 AM in Denver."""
    with travel("2026-11-23T18:00Z", tick=False):
        yield


@pytest.fixture
def account(owner: User, account: Account) -> Account:
    """An account without hours of its own."""
    QuietWindow.objects.all().delete()
    return account


def test_the_table_names_places_hours_sources_and_how_it_is_there_now(browser: OutsideClient, account: Account) -> None:
    text = shown(browser.get(PAGE))
    assert "Texas Mon to Sat: 9:00 AM to 9:00 PM Sun: 12:00 PM to 9:00 PM Open" in text
    assert "Florida Every day: 8:00 AM to 8:00 PM Open Fla. Stat. 501.616(6), since Jul 1, 2021" in text
    assert "Every other state and territory Every day: 8:00 AM to 9:00 PM" in text
    assert "47 CFR 64.1200(c)(1), since Dec 20, 1992" in text
    assert "Not the country's own law." in text
    assert "Pennsylvania Mon to Sat: 9:00 AM to 7:00 PM Sun: Closed" in text


@pytest.mark.parametrize(
    ("at", "place", "words"),
    [
        ("2026-11-24T02:00Z", "Rhode Island", "Opens tomorrow at 9:00 AM their time"),
        ("2026-11-23T12:00Z", "Connecticut", "Opens at 9:00 AM their time"),
        ("2026-11-22T02:00Z", "Louisiana", "Opens Monday at 8:00 AM their time"),
        ("2026-11-23T13:30Z", "Florida", "Opens at 9:00 AM in New York"),
    ],
)
def test_a_quiet_place_says_when_it_opens(
    at: str, place: str, words: str, client: OutsideClient, account: Account, owner: User
) -> None:
    with travel(at, tick=False):
        client.force_login(owner)
        row = shown(client.get(PAGE)).partition(f" {place} ")[2]
    assert words in row[:150]


def test_own_hours_beat_the_shipped_ones_and_going_back_is_one_click(browser: OutsideClient, account: Account) -> None:
    assert browser.post(NEW, FORM)["Location"] == PAGE
    assert clock.table(account.pk).windows("US-CO", date(2026, 11, 28))[0].closes.hour == 14
    assert clock.table(account.pk).windows("US-CO", date(2026, 11, 29)) == ()
    text = shown(browser.get(PAGE))
    assert "Colorado Your own Mon to Fri: 9:00 AM to 6:00 PM Sat: 10:00 AM to 2:00 PM Sun: Closed Open" in text
    assert "Our lawyer, since Nov 1, 2026" in text
    window = account.quiet_windows.first()
    assert window
    assert "Take away your hours for Colorado?" in shown(browser.get(remove(window)))
    assert browser.post(remove(window))["Location"] == PAGE
    assert not account.quiet_windows.exists()
    assert browser.post(remove(window)).status_code == 404


def test_own_hours_say_which_shipped_ones_they_beat(browser: OutsideClient, account: Account) -> None:
    browser.post(NEW, FORM | {"place": "US-FL"})
    text = shown(browser.get(PAGE))
    assert "In place of the shipped ones (Fla. Stat. 501.616(6)): Every day: 8:00 AM to 8:00 PM" in text
    assert "Longer than the shipped hours allow" not in text


def test_saving_the_same_hours_again_changes_nothing(browser: OutsideClient, account: Account) -> None:
    browser.post(NEW, FORM)
    before = list(account.quiet_windows.values())
    browser.post(NEW, FORM)
    assert list(account.quiet_windows.values()) == before
    browser.post(NEW, FORM | {"source": "Our other lawyer"})
    assert set(account.quiet_windows.values_list("source", flat=True)) == {"Our other lawyer"}
    assert account.quiet_windows.count() == 3


def test_hours_of_a_day_to_come_are_shown_as_such(browser: OutsideClient, account: Account) -> None:
    browser.post(NEW, FORM | {"since": "2027-01-01"})
    text = shown(browser.get(PAGE))
    assert "Colorado As for every other From Jan 1, 2027 on: Mon to Fri: 9:00 AM to 6:00 PM" in text
    assert "From Jan 1, 2027 on: Our lawyer Your own" in text
    assert clock.table(account.pk).windows("US-CO", date(2026, 12, 31))[0].opens.hour == 8


def test_a_law_to_come_is_shown_before_it_starts(client: OutsideClient, account: Account, owner: User) -> None:
    with travel("2026-10-01T18:00Z", tick=False):
        client.force_login(owner)
        text = shown(client.get(PAGE))
    assert "Pennsylvania As for every other From Oct 18, 2026 on: Mon to Sat: 9:00 AM to 7:00 PM" in text


def test_hours_beyond_the_law_take_a_word_and_name_it(browser: OutsideClient, account: Account) -> None:
    longer = FORM | {"place": "US-FL", "sat_closes": "21:00"}
    text = shown(browser.post(NEW, longer), 422)
    assert "These hours are longer than the shipped ones allow" in text
    assert "Fla. Stat. 501.616(6)" in text
    assert "Tick this to keep these hours, or make them shorter." in text
    assert not account.quiet_windows.exists()
    assert browser.post(NEW, longer | {"accepted": "on"}).status_code == 302
    assert "Longer than the shipped hours allow: Fla. Stat. 501.616(6)." in shown(browser.get(PAGE))


def test_a_stricter_law_to_come_is_named_as_well(client: OutsideClient, account: Account, owner: User) -> None:
    with travel("2026-10-01T18:00Z", tick=False):
        client.force_login(owner)
        evenings = FORM | {"place": "US-PA", "mon_fri_closes": "20:00", "since": "2026-10-01"}
        assert "Pennsylvania SB 992" in shown(client.post(NEW, evenings), 422)


@pytest.mark.parametrize(
    ("change", "remedy"),
    [
        ({"place": ""}, "Choose a place."),
        ({"place": "US-ZZ"}, "Choose one of the places."),
        ({"mon_fri_opens": "18:00", "mon_fri_closes": "09:00"}, "It has to close after it opens."),
        ({"mon_fri_closes": "09:00"}, "It has to close after it opens."),
        ({"sat_closes": ""}, "Enter both times, or neither"),
        ({"sat_opens": ""}, "Enter both times, or neither"),
        ({"sat_opens": "early"}, "Enter a time like 08:00 or 20:30."),
        ({"since": ""}, "Enter the day."),
        ({"since": "0001-01-01"}, "Choose a day after 1989"),
        ({"since": "2999-01-01"}, "within the next five years"),
        ({"source": ""}, "Say where these hours come from"),
        ({"source": "x" * 201}, "at most 200 characters"),
    ],
)
def test_hours_that_make_no_sense_say_how_to_mend_them(
    change: dict[str, str], remedy: str, browser: OutsideClient, account: Account
) -> None:
    assert remedy in shown(browser.post(NEW, FORM | change), 422)
    assert not account.quiet_windows.exists()


def test_the_form_opens_with_what_counts_for_the_place_now(browser: OutsideClient, account: Account) -> None:
    page = links(browser.get(NEW, {"place": "US-RI"}))
    assert re.search(r'name="mon_fri_opens" value="09:00"', page)
    assert re.search(r'name="sun_closes" value="17:00"', page)
    assert 'value="2026-11-23"' in page
    browser.post(NEW, FORM)
    page = links(browser.get(NEW, {"place": "US-CO"}))
    assert 'value="2026-11-01"' in page
    assert "Our lawyer" in page
    assert "sun_closes" in page
    for place in ("US", "*", "**", "GB", "nowhere", ""):
        assert browser.get(NEW, {"place": place}).status_code == 200


@pytest.mark.parametrize(
    ("asked", "answer"),
    [
        ("+1 303 555 0100", "(303) 555-0100: Colorado Found by the area code 303. It is 11:00 AM there. Open"),
        ("80202", "80202: Colorado Found by the ZIP code 80202. It is 11:00 AM there. Open"),
        ("33101-1234", "Florida Found by the ZIP code 33101-1234."),
        ("+1 888 555 0100", "(888) 555-0100 Nobody knows where that is, so it has to be allowed everywhere"),
        ("+44 20 7946 0000", "United Kingdom Found by the country code. It is 6:00 PM there. Open"),
    ],
)
def test_somebody_may_ask_when_a_phone_may_be_texted(
    asked: str, answer: str, viewers_browser: OutsideClient, account: Account
) -> None:
    assert answer in shown(viewers_browser.get(PAGE, {"q": asked}))


def test_who_is_known_is_where_their_zip_or_the_carrier_says(
    browser: OutsideClient, account: Account, ana: Contact
) -> None:
    Contact.objects.filter(pk=ana.pk).update(carrier_place="US-TX", place="US-TX")
    assert "Ana Ruiz : Texas Found by what the carrier says of them." in shown(browser.get(PAGE, {"q": ana.phone}))
    ana.postal_code = "80202"
    ana.save()
    assert "Ana Ruiz : Colorado Found by the ZIP code 80202." in shown(browser.get(PAGE, {"q": ana.phone}))


@pytest.mark.parametrize("asked", ["", "Denver", "123", "9" * 5000])
def test_a_question_about_nobody_says_what_to_ask(asked: str, browser: OutsideClient) -> None:
    assert "Enter " in shown(browser.get(PAGE, {"q": asked}), 422) or len(asked) > 40


@pytest.mark.parametrize("role", [Role.AGENT, Role.VIEWER])
def test_only_admins_change_hours(role: Role, client: OutsideClient, account: Account) -> None:
    window = build.quiet_window(account, "US-CO")
    client.force_login(build.member(account, role))
    page = links(client.get(PAGE))
    assert NEW not in page
    assert remove(window) not in page
    assert client.post(NEW, FORM).status_code == 403
    assert client.post(remove(window)).status_code == 403
    assert account.quiet_windows.get() == window


def test_a_stranger_finds_no_hours_of_ours(strangers_browser: OutsideClient, account: Account) -> None:
    window = build.quiet_window(account, "US-CO")
    assert strangers_browser.get(remove(window)).status_code == 404
    assert strangers_browser.post(remove(window)).status_code == 404
    assert account.quiet_windows.get() == window


def test_states_come_first_by_name_and_the_general_lines_after_them(browser: OutsideClient, account: Account) -> None:
    browser.post(NEW, FORM | {"place": "GB"})
    text = shown(browser.get(PAGE))
    names = ["Alabama", "Wyoming", "Every other state and territory", "Place unknown", "United Kingdom"]
    places = [text.index(f" {name} ", text.index("Right now")) for name in [*names, "Every other country"]]
    assert all(earlier < later for earlier, later in pairwise(places))
