"""Who may only look is led to nothing that they may not do, and told at once who may."""

import re
from html import unescape

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django.fixtures import Settings

from shout.models import Role
from tests import build
from tests.test_doors import DOORS, Door, House, enter

# Their pages show something besides the form, which only others see.
FOR_ALL_TO_SEE = {"contacts:call_to_action_list", "messaging:bot_replay", "messaging:phone_texts"}
PAGES = [door for door in DOORS if not door.is_api]
# No address of its own: a form that posts to its own page, a script's or a mail's.
_LINK = re.compile(r'(?:href|action|hx-get|hx-post)="(/[^"#?]*)')


@pytest.fixture
def viewer(db: None, settings: Settings) -> House:
    """The house as somebody sees it who may only look."""
    settings.SIMULATOR_URL = "http://127.0.0.1:9"
    return enter(build.account(), build.account(name="Other"), Role.VIEWER)


def writes(viewer: House, door: Door) -> bool:
    """Whether the door takes a form, but none from a viewer."""
    return viewer.ask(door, "POST", viewer.own(door)).status_code == 403


def test_a_page_that_is_only_a_form_is_closed_at_once_to_who_may_only_look(viewer: House) -> None:
    closed = [door for door in PAGES if writes(viewer, door) and door.name not in FOR_ALL_TO_SEE]
    assert len(closed) > 30
    for door in closed:
        assert viewer.ask(door, "GET", viewer.own(door)).status_code in (403, 405), door


def test_the_closed_page_says_who_may(viewer: House) -> None:
    for url, who in (("/bots/wizard/", "owners, admins and agents"), ("/numbers/new/", "owners and admins")):
        answer = viewer.page.get(url)
        said = f"This is for {who} of {viewer.ours.name}; your role is viewer. An owner can change it."
        assert answer.status_code == 403
        assert said in unescape(answer.content.decode())


@pytest.mark.parametrize("role", [Role.VIEWER, Role.AGENT])
def test_no_page_leads_anybody_to_what_they_may_not_do(db: None, settings: Settings, role: Role) -> None:
    settings.SIMULATOR_URL = "http://127.0.0.1:9"
    house = enter(build.account(), build.account(name="Other"), role)
    assert {dead for door in PAGES for dead in dead_links(house.page, house.own(door))} == set()


@pytest.mark.parametrize("role", [Role.VIEWER, Role.AGENT])
def test_no_page_of_an_empty_account_does_either(db: None, role: Role) -> None:
    browser = Client()
    browser.force_login(build.member(build.account(), role))
    assert {dead for door in PAGES if not door.nouns for dead in dead_links(browser, reverse(door.name))} == set()


def dead_links(browser: Client, url: str) -> set[tuple[str, str]]:
    """The page's address with each address on it that is closed to who reads it."""
    page = browser.get(url)
    if page.status_code != 200:
        return set()
    found = {link for link in _LINK.findall(page.content.decode()) if not link.startswith(("/static/", "/accounts/"))}
    return {(url, link) for link in found if is_closed(browser, link)}


def is_closed(browser: Client, url: str) -> bool:
    answer = browser.get(url)
    return (browser.post(url) if answer.status_code == 405 else answer).status_code == 403
