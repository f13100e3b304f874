"""Somebody builds bots in a real browser: with the mouse alone, and with the keyboard alone."""

import re

from playwright.sync_api import Dialog, Page, expect


def test_a_bot_with_a_question_is_built_by_mouse_and_its_rows_are_dragged(page: Page) -> None:
    page.goto("/bots/new/")
    page.get_by_label("Name of the bot").fill("Birthdays")
    page.get_by_label("Trigger word 1", exact=True).fill("stop")
    expect(page.get_by_text("STOP belongs to the carrier and the law")).to_be_visible()
    page.get_by_label("Trigger word 1", exact=True).fill("CAKE")
    expect(page.get_by_text("STOP belongs to the carrier and the law")).to_be_hidden()

    _add(page, "Ask a Question", 1)
    page.get_by_label("Action 1: Question").fill("When is your birthday?")
    page.get_by_label("Action 1: Answer is").select_option("date")
    page.get_by_label("Action 1: Saved to the field").fill("birthday")
    _add(page, "Reply", 2)
    page.get_by_label("Action 2: Reply text").fill("Hello ")
    page.get_by_role("group", name="Action 2").get_by_role("button", name="First name").click()
    preview = page.get_by_role("region", name="Phone of Preview")
    expect(preview.get_by_text("When is your birthday?")).to_be_visible()
    expect(preview.get_by_text("Hello there")).to_be_visible()

    grip, first = (page.locator("[data-row]").nth(row).locator("[data-drag]") for row in (1, 0))
    to = first.bounding_box()
    assert to
    grip.hover()
    page.mouse.down()
    page.mouse.move(to["x"] + 5, to["y"] - 20, steps=12)
    page.mouse.up()
    expect(page.get_by_label("Action 1: Reply text")).to_have_value('Hello {{ first_name|default:"there" }}')
    expect(page.get_by_label("Action 2: Question")).to_have_value("When is your birthday?")

    page.get_by_role("button", name="Save bot").click()
    expect(page.get_by_role("heading", name="Birthdays")).to_be_visible()
    expect(page.get_by_text("Waits up to 1 day for an answer (a date) and saves it as birthday.")).to_be_visible()

    page.get_by_role("link", name="Delete").click()
    page.get_by_role("button", name="Delete bot").click()
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_role("heading", name="Birthdays")).to_be_visible()


def test_a_bot_is_built_by_keyboard_alone(page: Page) -> None:
    page.goto("/bots/new/")
    page.get_by_label("Name of the bot").focus()
    _type(page, "Keys")
    _tab_to(page, "word-1")
    _type(page, "KEYS")
    for number, kind in ((1, "Wait"), (2, "Reply")):
        _tab_to(page, "add-action")
        page.keyboard.press("Enter")
        _tab_to_words(page, kind)
        page.keyboard.press("Enter")
        expect(page.locator(f"#action-{number}")).to_be_focused()
        _type(page, "2" if kind == "Wait" else "Hello! Text STOP to opt out.")
    _tab_to(page, "up-2", back=True)
    page.keyboard.press("Enter")
    expect(page.get_by_label("Action 1: Reply text")).to_have_value("Hello! Text STOP to opt out.")
    expect(page.locator("#down-1")).to_be_focused()
    page.locator("#action-2").focus()
    _tab_to_words(page, "Save bot")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Keys")).to_be_visible()
    expect(page.get_by_text("2 hours, then it goes on.")).to_be_visible()


def test_leaving_the_builder_asks_only_while_something_is_not_saved(page: Page) -> None:
    asked: list[str] = []

    def stay(dialog: Dialog) -> None:
        asked.append(dialog.type)
        dialog.dismiss()

    page.on("dialog", stay)
    page.goto("/bots/new/")
    _add(page, "Wait", 1)
    page.get_by_role("button", name="Remove action 1").click()
    page.get_by_role("button", name="Undo").click()
    page.get_by_role("link", name="Cancel").click()
    expect(page.get_by_label("Action 1: Waits")).to_be_visible()
    page.get_by_label("Name of the bot").fill("Lost")
    page.get_by_role("link", name="Cancel").click()
    expect(page.get_by_label("Name of the bot")).to_have_value("Lost")
    assert asked == ["beforeunload"] * 2

    page.get_by_label("Trigger word 1", exact=True).fill("stop")
    page.get_by_role("button", name="Save bot").click()
    expect(page.get_by_text("Not saved yet")).to_be_visible()
    assert asked == ["beforeunload"] * 2
    page.get_by_role("link", name="Cancel").click()
    expect(page.get_by_text("Not saved yet")).to_be_visible()
    assert asked == ["beforeunload"] * 3

    page.get_by_label("Trigger word 1", exact=True).fill("FOUND")
    page.get_by_label("Action 1: Waits").fill("2")
    page.get_by_role("button", name="Save bot").click()
    expect(page.get_by_role("heading", name="Lost")).to_be_visible()
    page.get_by_role("link", name="Edit").click()
    page.get_by_label("Name of the bot").fill("Kept")
    page.get_by_label("Name of the bot").fill("Lost")
    page.get_by_role("link", name="Cancel").click()
    expect(page.get_by_role("link", name="Duplicate")).to_be_visible()
    assert asked == ["beforeunload"] * 3


def test_a_removed_action_comes_back_by_keyboard_and_is_spoken_of(page: Page) -> None:
    page.goto("/bots/new/")
    for number, kind in ((1, "Reply"), (2, "Wait")):
        _add(page, kind, number)
    page.get_by_label("Action 1: Reply text").fill("Hello there")
    page.get_by_role("button", name="Remove action 1").focus()
    page.keyboard.press("Enter")
    undo = page.get_by_role("button", name="Undo")
    expect(undo).to_be_focused()
    expect(undo).to_have_accessible_description("Reply is removed: “Hello there”")
    expect(page.get_by_label("Action 1: Waits")).to_be_visible()
    page.keyboard.press("Enter")
    expect(page.get_by_label("Action 1: Reply text")).to_have_value("Hello there")
    expect(page.get_by_label("Action 1: Reply text")).to_be_focused()
    expect(undo).to_be_hidden()


def _add(page: Page, kind: str, number: int) -> None:
    page.get_by_text("Add Action", exact=True).click()
    page.get_by_role("button", name=kind, exact=True).click()
    expect(page.get_by_role("button", name=f"Remove action {number}")).to_be_visible()


def _type(page: Page, words: str) -> None:
    page.keyboard.type(words)
    expect(page.locator(":focus")).to_have_value(re.compile(re.escape(words)))


def _tab_to(page: Page, control: str, *, back: bool = False) -> None:
    _tab(page, f"document.activeElement.id === '{control}'", back=back)


def _tab_to_words(page: Page, words: str) -> None:
    _tab(page, f"document.activeElement.innerText.trim().split('\\n')[0] === '{words}'")


def _tab(page: Page, arrived: str, *, back: bool = False) -> None:
    for _ in range(60):
        page.keyboard.press("Shift+Tab" if back else "Tab")
        if page.evaluate(arrived):
            return
    raise AssertionError(f"Tab never came to where {arrived}")
