"""The owner decides about an unclear text, plans the wider scope and asks when somebody may be texted."""

import re
from datetime import UTC, datetime, timedelta
from itertools import product

import pytest
from playwright.sync_api import Page, expect

TABS = ["Overview", "Reviews", "Ledger", "Evidence", "Opt-out scope", "Quiet hours", "Carrier"]


def test_an_unclear_text_is_decided_by_keyboard_and_the_decision_undone(page: Page) -> None:
    page.goto("/phone/")
    handset = page.get_by_role("region", name="Phone of Ana")
    handset.get_by_label("Text", exact=True).fill("I think you have the wrong number")
    # The handset shows the text before Shout has answered for it.
    with page.expect_response(lambda answer: answer.request.method == "POST" and "/phone/texts/" in answer.url):
        handset.get_by_role("button", name="Send").click()

    page.goto("/contacts/")
    page.get_by_role("link", name=re.compile("Permission.*waiting for your decision")).click()
    expect(page.get_by_text("1 text waits for your decision")).to_be_visible()
    page.get_by_role("link", name="Decide").click()
    expect(page.get_by_text("I think you have the wrong number")).to_be_visible()
    page.get_by_role("button", name="Stop texting them").press("Enter")
    expect(page.get_by_text("Nothing waits for your decision")).to_be_visible()
    page.get_by_role("button", name=re.compile("Undo the decision")).press("Enter")
    expect(page.get_by_text("is held again until you decide")).to_be_visible()
    page.get_by_role("button", name="Not a request").press("Enter")
    expect(page.get_by_text("as before")).to_be_visible()


def test_the_wider_scope_is_planned_and_taken_back(page: Page) -> None:
    day = datetime.now(UTC).date() + timedelta(days=30)
    page.goto("/permission/scope/")
    page.get_by_role("main").get_by_label("All your numbers").check()
    page.get_by_label("From").fill(day.isoformat())
    page.get_by_role("button", name="See who changes").click()
    expect(page.get_by_text("Nothing has changed yet.")).to_be_visible()
    page.get_by_role("button", name="Schedule the change").click()
    expect(page.get_by_text(f"from {day:%b} {day.day}, {day.year} on, decided by")).to_be_visible()
    page.get_by_role("link", name="Take back").click()
    page.get_by_role("dialog").get_by_role("button", name="Take back").click()
    expect(page.get_by_text("The planned change is taken back.")).to_be_visible()


def test_the_page_of_quiet_hours_answers_for_a_zip_code(page: Page) -> None:
    page.goto("/permission/quiet-hours/")
    page.get_by_role("searchbox").fill("80202")
    page.get_by_role("button", name="Ask").click()
    expect(page.get_by_text("80202: Colorado")).to_be_visible()


@pytest.mark.parametrize(("width", "scheme"), list(product([390, 1280], ["light", "dark"])))
def test_every_tab_fits_the_screen_and_shows_where_one_is(page: Page, width: int, scheme: str) -> None:
    page.set_viewport_size({"width": width, "height": 900})
    page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    page.goto("/permission/")
    for name in TABS:
        page.get_by_role("navigation", name="Permission").get_by_role("link", name=name).click()
        tab = page.get_by_role("navigation", name="Permission").get_by_role("link", name=name)
        expect(tab).to_have_attribute("aria-current", "page")
        expect(tab).to_be_in_viewport()
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), name
