"""Somebody is writing to a person who stops the number at that moment."""

import re

from playwright.sync_api import Page, expect


def test_a_stop_closes_the_composer_under_ones_hands_and_keeps_what_was_written(page: Page) -> None:
    page.goto("/phone/")
    _text(page, "BREAD")
    expect(page.get_by_text("Welcome to the Bluebird Bread Club!").first).to_be_visible()
    page.goto("/contacts/?q=5550142")
    page.get_by_role("main").get_by_role("link", name=re.compile(r"555-0142")).first.click()
    written = page.locator("#composer").get_by_role("textbox")
    written.press_sequentially("Your table is")

    other = page.context.new_page()
    other.goto("/phone/")
    _text(other, "Anybody there?")
    expect(page.get_by_text("Anybody there?").first).to_be_visible()
    expect(written).to_be_focused()

    _text(other, "STOP")
    expect(page.get_by_role("alert").get_by_text("You cannot text (415) 555-0142 from Offers")).to_be_visible()
    expect(page.get_by_text("Not sent, and kept for the number that you choose:")).to_be_visible()
    expect(page.get_by_text("Yes, from 1 of 2 numbers.")).to_be_visible()

    page.get_by_role("alert").get_by_role("link", name="Front desk").click()
    expect(page.get_by_text("You cannot text")).to_be_hidden()
    expect(written).to_have_value("Your table is")
    written.press("End")
    written.press_sequentially(" ready")
    page.get_by_role("button", name="Send").click()
    expect(page.get_by_role("listitem").filter(has_text="Sent: Your table is ready")).to_be_visible()
    page.get_by_text("Why this text was allowed").last.click()
    expect(page.get_by_text("Allowed: They have joined the list")).to_be_visible()


def test_a_message_box_that_was_made_larger_breaks_no_rule_when_another_number_is_chosen(page: Page) -> None:
    page.goto("/contacts/")
    page.get_by_role("main").get_by_role("link", name="Maya Chen").first.click()
    box = page.locator("#composer").get_by_role("textbox").bounding_box()
    assert box
    page.mouse.move(box["x"] + box["width"] - 4, box["y"] + box["height"] - 4)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] - 4, box["y"] + box["height"] + 60)
    page.mouse.up()
    expect(page.locator("#composer").get_by_role("textbox")).to_have_attribute("style", re.compile("height"))
    other = page.locator("#composer a:not([aria-current])").first
    name = other.inner_text()
    other.click()
    expect(page.locator("#composer a[aria-current]")).to_have_text(name)


def _text(page: Page, body: str) -> None:
    ana = page.get_by_role("region", name="Phone of Ana")
    ana.get_by_label("Text", exact=True).fill(body)
    with page.expect_response(lambda answer: answer.request.method == "POST" and "/phone/texts/" in answer.url):
        ana.get_by_role("button", name="Send").click()
    expect(ana.get_by_role("listitem").filter(has_text=f"Sent: {body}").last).to_be_visible()
