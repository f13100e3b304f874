"""Signing in, opening accounts and working in several of them."""

from http import HTTPStatus
from urllib.parse import urlsplit

import pytest
from django.core import mail
from django.middleware.csrf import get_token
from django.test import Client
from django.urls import reverse

from shout import accounts
from shout.models import Membership, Role, User
from shout.tenancy import tenant
from tests import build

NEW, SWITCH, HOME = "/account/new/", "/account/switch/", "/contacts/"


@pytest.fixture
def person(db: None) -> User:
    return build.user()


@pytest.fixture
def browser(person: User) -> Client:
    browser = Client()
    browser.force_login(person)
    return browser


def shown(browser: Client) -> str:
    """The name of the account whose pages the browser shows."""
    return str(browser.get(HOME).wsgi_request.account)  # type: ignore[attr-defined]


def test_somebody_new_signs_up_confirms_the_address_signs_in_and_opens_an_account(db: None, browser: Client) -> None:
    browser.logout()
    credentials = {"email": "new@example.com", "password1": "a long password"}
    browser.post(reverse("account_signup"), credentials)
    login = {"login": credentials["email"], "password": credentials["password1"]}
    assert browser.post(reverse("account_login"), login)["Location"] == reverse("account_email_verification_sent")
    link = next(word for word in mail.outbox[0].body.split() if "confirm-email" in word)
    assert browser.post(urlsplit(link).path).status_code == HTTPStatus.FOUND
    answer = browser.post(reverse("account_login"), login, follow=True)
    assert answer.redirect_chain[-1][0] == NEW


def test_a_wrong_password_signs_nobody_in(person: User) -> None:
    answer = Client().post(reverse("account_login"), {"login": person.email, "password": "another password"})
    assert answer.status_code == HTTPStatus.OK
    assert not answer.wsgi_request.user.is_authenticated


def test_who_belongs_to_no_account_is_led_to_open_one_and_owns_it(browser: Client, person: User) -> None:
    assert browser.get(HOME)["Location"] == NEW
    answer = browser.post(NEW, {"name": "Denny's Diner"}, follow=True)
    assert answer.redirect_chain[-1][0] == HOME
    assert shown(browser) == "Denny's Diner"
    assert [(seat.account_name, seat.role) for seat in accounts.seats_of(person)] == [("Denny's Diner", Role.OWNER)]


def test_an_account_needs_a_name(browser: Client, person: User) -> None:
    answer = browser.post(NEW, {"name": " "})
    assert answer.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert b"This field is required." in answer.content
    assert accounts.seats_of(person) == []


def test_a_person_works_in_one_account_at_a_time_and_switches(browser: Client, person: User) -> None:
    ours, theirs = build.account(owner=person, name="Bar"), build.account(owner=person, name="Café")
    assert shown(browser) == "Bar"
    assert browser.post(SWITCH, {"account": theirs.pk})["Location"] == "/"
    assert shown(browser) == "Café"
    browser.post(SWITCH, {"account": ours.pk})
    assert shown(browser) == "Bar"


def test_a_form_left_open_in_one_account_writes_nothing_into_another(person: User) -> None:
    build.account(owner=person, name="Bar")
    theirs = build.account(owner=person, name="Café")
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(person)
    token = get_token(browser.get("/groups/new/").wsgi_request)
    assert browser.post(SWITCH, {"account": theirs.pk, "csrfmiddlewaretoken": token}).status_code == HTTPStatus.FOUND
    stale = browser.post("/groups/new/", {"name": "VIP", "csrfmiddlewaretoken": token})
    assert stale.status_code == HTTPStatus.FORBIDDEN
    assert "switched accounts" in stale.content.decode()
    with tenant(theirs.pk):
        assert not theirs.groups.exists()


@pytest.mark.parametrize("wanted", ["", "x", "0", "-1", "1e3", str(10**30)])
def test_an_account_that_is_none_cannot_be_switched_to(browser: Client, person: User, wanted: str) -> None:
    build.account(owner=person, name="Bar")
    assert browser.post(SWITCH, {"account": wanted}).status_code == HTTPStatus.NOT_FOUND
    assert shown(browser) == "Bar"


def test_somebody_elses_account_cannot_be_switched_to(browser: Client, person: User) -> None:
    build.account(owner=person, name="Bar")
    foreign = build.account(name="Foreign")
    assert browser.post(SWITCH, {"account": foreign.pk}).status_code == HTTPStatus.NOT_FOUND
    assert shown(browser) == "Bar"


def test_who_has_left_an_account_sees_another_of_theirs(browser: Client, person: User) -> None:
    build.account(owner=person, name="Bar")
    left = build.account(owner=person, name="Zoo")
    browser.post(SWITCH, {"account": left.pk})
    with tenant(left.pk):
        Membership.objects.filter(user=person).delete()
    assert shown(browser) == "Bar"


def test_the_switcher_names_a_persons_own_accounts_and_no_others(browser: Client, person: User) -> None:
    build.account(owner=person, name="Bar")
    build.account(owner=person, name="Café")
    build.account(name="Foreign")
    page = browser.get(HOME).content.decode()
    assert "Bar" in page
    assert "Café" in page
    assert "Foreign" not in page


@pytest.mark.parametrize(
    ("role", "needed", "may"),
    [
        (Role.OWNER, Role.OWNER, True),
        (Role.OWNER, Role.VIEWER, True),
        (Role.ADMIN, Role.OWNER, False),
        (Role.ADMIN, Role.AGENT, True),
        (Role.AGENT, Role.ADMIN, False),
        (Role.VIEWER, Role.AGENT, False),
        (Role.VIEWER, Role.VIEWER, True),
    ],
)
def test_a_role_may_all_that_the_roles_below_it_may(role: Role, needed: Role, *, may: bool) -> None:
    assert role.may(needed) is may


def test_who_may_not_is_told_whom_to_ask(person: User, browser: Client) -> None:
    account = build.account(name="Bar")
    with tenant(account.pk):
        Membership.objects.create(account=account, user=person, role=Role.VIEWER)
    answer = browser.post("/contacts/new/", {"phone": build.phone()})
    assert answer.status_code == HTTPStatus.FORBIDDEN
    assert "This is for owners, admins and agents of Bar; your role is viewer." in answer.content.decode()


def test_the_health_check_answers_anybody_and_says_nothing_else(db: None) -> None:
    answer = Client().get("/healthz/")
    assert (answer.status_code, answer.content) == (HTTPStatus.OK, b"ok")
