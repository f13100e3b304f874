"""A shop owner makes a list with the wizard in a browser, and somebody joins and leaves it by their phone."""

import re

from playwright.sync_api import Locator, Page, expect


def test_the_owner_makes_a_list_and_people_join_it_by_its_word(page: Page) -> None:
    page.goto("/bots/")
    page.get_by_role("link", name="Make a list people can join").click()
    page.get_by_label("What is the list called?").press_sequentially("Crumb Club")
    expect(page.get_by_label("Word to join")).to_have_value("CRUMB")
    expect(page.get_by_label("Word to leave")).to_have_value("NOCRUMB")
    page.get_by_label("What do people get?").press_sequentially("news of fresh bread")
    welcome = page.get_by_label("The welcome", exact=True)
    expect(welcome).to_have_value(re.compile("You are on the Crumb Club! You get news of fresh bread. Up to 4 msgs"))
    _take_a_clause_out_and_put_it_back(page, welcome)
    _learn_of_a_taken_word_while_typing(page)
    page.get_by_role("button", name="Make the list").click()

    expect(page.get_by_role("heading", name="How people join Crumb Club")).to_be_visible()
    expect(page.get_by_role("img", name="QR code that opens a text with the word CRUMB")).to_be_visible()
    _try_the_word_out(page)
    _open_the_public_page(page)

    page.goto("/phone/")
    ana = page.get_by_role("region", name="Phone of Ana")
    _text(ana, "Crumb!")
    expect(ana.get_by_text("You are on the Crumb Club")).to_be_visible()
    _text(ana, "nocrumb")
    expect(ana.get_by_text("You are off the Crumb Club")).to_be_visible()
    _read_the_trace_of_the_last_text(page)


def _take_a_clause_out_and_put_it_back(page: Page, welcome: Locator) -> None:
    welcome.fill("Hi from Bluebird Bakery! Up to 4 msgs a month with news of bread. Reply NOCRUMB or STOP")
    expect(page.get_by_text("It does not say that rates may apply.")).to_be_visible()
    expect(welcome).to_be_focused()
    page.get_by_role("button", name="Put it back: that rates may apply").click()
    expect(welcome).to_have_value(re.compile(r"^Hi from .* Msg & data rates may apply\.$"))
    page.get_by_role("button", name="Put it back: how to get help").click()
    expect(page.get_by_text("It does not say")).to_have_count(0)
    page.get_by_label("The welcome", exact=True).fill("")
    expect(page.get_by_label("The welcome", exact=True)).to_be_focused()
    page.get_by_label("What do people get?").fill("word of fresh bread!")
    expect(welcome).to_have_value(re.compile(r"You are on the Crumb Club! You get word of fresh bread\."))


def _learn_of_a_taken_word_while_typing(page: Page) -> None:
    join = page.get_by_label("Word to join")
    join.fill("BREAD")
    expect(page.get_by_text("already starts the bot “Join the Bread Club”")).to_be_visible()
    expect(join).to_be_focused()
    join.fill("CRUMB")
    expect(page.get_by_text("already starts the bot")).to_have_count(0)
    expect(page.get_by_label("Word to leave")).to_have_value("NOCRUMB")
    expect(page.get_by_label("The goodbye", exact=True)).to_have_value(re.compile("Text CRUMB to come back"))


def _try_the_word_out(page: Page) -> None:
    shared = page.url
    page.get_by_role("link", name="Try the word").click()
    page.get_by_label("From").fill("(415) 555-0199")
    expect(page.get_by_label("Text", exact=True)).to_have_value("CRUMB")
    page.get_by_role("button", name="Try it").click()
    expect(page.get_by_text("You are on the Crumb Club!")).to_be_visible()
    expect(page.get_by_text("Would leave at once")).to_be_visible()
    expect(page.get_by_text("Added to the group Crumb Club")).to_be_visible()
    page.goto("/contacts/?q=5550199")
    expect(page.get_by_role("link", name="555-0199")).to_have_count(0)
    page.goto(shared)


def _read_the_trace_of_the_last_text(page: Page) -> None:
    page.goto("/contacts/?q=5550142")
    page.get_by_role("link", name="(415) 555-0142").first.click()
    page.get_by_role("link", name="Trace of this text").last.click()
    expect(page.get_by_text("answered, because the whole text is its word “NOCRUMB”")).to_be_visible()
    expect(page.get_by_text("Taken off the group Crumb Club")).to_be_visible()


def _open_the_public_page(page: Page) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    page.locator("a[href*='/s/']").click()
    button = page.get_by_role("link", name="Text CRUMB")
    expect(button).to_have_attribute("href", re.compile(r"^sms:\+1\d{10}\?&body=CRUMB$"))
    expect(page.get_by_role("heading", name="Join Crumb Club")).to_be_visible()
    expect(page.get_by_text("Consent is not a condition of purchase.")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.set_viewport_size({"width": 1280, "height": 900})


def _text(handset: Locator, body: str) -> None:
    handset.get_by_label("Text", exact=True).fill(body)
    handset.get_by_role("button", name="Send").click()
    expect(handset.get_by_role("listitem").filter(has_text=f"Sent: {body}").last).to_be_visible()
