"""Somebody opens a bot with the longest names on a phone."""

import re

from playwright.sync_api import Page, expect

LIST = "Wochenendfrühstücksgutscheinabonnentinnenverteiler"
WORD = "DONAUDAMPFSCHIFFFAHRTSGESELLSCHAFTSKAPITAENSMUETZE"


def test_long_names_do_not_widen_the_pages_of_a_bot(page: Page) -> None:
    page.goto("/bots/new/")
    page.get_by_label("Name of the bot").fill(LIST)
    page.get_by_label("Trigger word 1", exact=True).fill(WORD)
    page.get_by_text("Add Action", exact=True).click()
    page.get_by_role("button", name="Assign Group", exact=True).click()
    page.get_by_label("Action 1: Group").select_option("new")
    page.get_by_label("Action 1: Name of the new group").fill(LIST)
    page.get_by_role("button", name="Save bot").click()
    expect(page.get_by_role("heading", name=LIST)).to_be_visible()
    bot = re.sub(r".*(/bots/\d+/).*", r"\1", page.url)
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto(f"{bot}share/")
    public = page.locator("a.break-all").first.get_attribute("href")
    assert public
    widths = {}
    for path in (bot, f"{bot}share/", f"{bot}edit/", f"{bot}versions/", f"{bot}delete/", public):
        page.goto(path)
        widths[path] = page.evaluate("document.documentElement.scrollWidth")
    page.goto("/bots/new/")
    page.get_by_text("Add Action", exact=True).click()
    page.get_by_role("button", name="Reply", exact=True).click()
    page.get_by_label("Action 1: Reply text").fill(WORD * 3)
    page.get_by_role("button", name="Remove action 1").click()
    expect(page.get_by_role("button", name="Undo")).to_be_visible()
    widths["removed"] = page.evaluate("document.documentElement.scrollWidth")
    assert set(widths.values()) == {390}, widths
