"""A shop owner carries out the two recipes by clicking, and texts the words from a phone."""

import re

from playwright.sync_api import Locator, Page, expect

_WELCOME = "Welcome to the VIP list! Text NOVIP to leave it, STOP to stop all texts."
_GOODBYE = "You are off the VIP list. Text VIP to come back."


def test_the_owner_builds_both_bots_and_sees_people_join_leave_and_stop(page: Page) -> None:
    _build_both_bots(page)

    page.goto("/phone/")
    ana = page.get_by_role("region", name="Phone of Ana")
    _text(ana, "vip!")
    expect(ana.get_by_text(_WELCOME)).to_be_visible()
    _profile(page)
    expect(page.get_by_text("Joined VIP").first).to_be_visible()

    page.goto("/phone/")
    _text(ana, "NOVIP")
    expect(ana.get_by_text(_GOODBYE)).to_be_visible()
    _profile(page)
    expect(page.get_by_text("Left VIP").first).to_be_visible()
    expect(page.get_by_role("main").get_by_text("NOVIP", exact=True).first).to_be_visible()

    page.goto("/phone/")
    _text(ana, "“Stop.”")
    _profile(page)
    expect(page.get_by_text("Stopped").first).to_be_visible()
    expect(page.get_by_text("Open", exact=True)).to_have_count(1)

    page.goto("/phone/")
    _text(ana, "START")
    _profile(page)
    expect(page.get_by_text("Open", exact=True)).to_have_count(2)


def _build_both_bots(page: Page) -> None:
    _new_bot(page, "VIP opt-in", "VIP", "Club")
    _add_action(page, "Assign Group")
    _choose_new(page, 1, "group", "VIP")
    _add_action(page, "Reply")
    page.get_by_label("Action 2: Reply text").fill(_WELCOME)
    _save(page)

    _new_bot(page, "VIP opt-out", "NoVIP", "Leave")
    _add_action(page, "Remove from Group")
    page.get_by_label("Action 1: Group").select_option(label="VIP")
    _add_action(page, "Add Tag")
    _choose_new(page, 2, "tag", "NOVIP")
    _add_action(page, "Reply")
    page.get_by_label("Action 3: Reply text").fill(_GOODBYE)
    _save(page)


def _new_bot(page: Page, name: str, *words: str) -> None:
    page.goto("/bots/new/")
    page.get_by_label("Name of the bot").fill(name)
    for number, word in enumerate(words, start=1):
        if number > 1:
            page.get_by_role("button", name="Add Trigger Word").click()
        page.get_by_label(f"Trigger word {number}", exact=True).fill(word)


def _add_action(page: Page, kind: str) -> None:
    number = page.get_by_role("button", name=re.compile("Remove action")).count() + 1
    page.get_by_text("Add Action", exact=True).click()
    page.get_by_role("button", name=kind, exact=True).click()
    expect(page.get_by_role("button", name=f"Remove action {number}")).to_be_visible()


def _choose_new(page: Page, number: int, noun: str, name: str) -> None:
    page.get_by_label(f"Action {number}: {noun.capitalize()}").select_option(label=f"New {noun}…")
    page.get_by_label(f"Action {number}: Name of the new {noun}").fill(name)


def _save(page: Page) -> None:
    page.get_by_role("button", name="Save bot").click()
    expect(page.get_by_role("heading", name=re.compile("VIP opt-"))).to_be_visible()


def _text(handset: Locator, body: str) -> None:
    handset.get_by_label("Text", exact=True).fill(body)
    handset.get_by_role("button", name="Send").click()
    expect(handset.get_by_role("listitem").filter(has_text=f"Sent: {body}").last).to_be_visible()


def _profile(page: Page) -> None:
    page.goto("/contacts/?q=5550142")
    page.get_by_role("main").get_by_role("link", name=re.compile(r"555-0142")).first.click()
    expect(page.get_by_text("May we text")).to_be_visible()
