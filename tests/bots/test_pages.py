"""The bot pages: the builder without JavaScript, and every door's refusals."""

import re
from html import unescape

import pytest
from django.http import HttpResponse
from django.test import Client

from bots import drafts
from bots.drafts import Draft, DraftAction, DraftTrigger, draft_of
from bots.models import Action, Bot
from shout import phones
from shout.models import Account, Role, User
from shout.tenancy import tenant
from tests import build
from tests.bots.conftest import ran

Form = dict[str, object]
FORM: Form = {
    "name": "Greeter",
    "status": "active",
    "listens": "all",
    "word": ["HI"],
    "match": ["whole"],
    "kind": ["reply"],
    "target": [""],
    "new_name": [""],
    "body": ["Hello! Text STOP to opt out."],
    "do": "save",
}


@pytest.fixture
def browser(client: Client, owner: User, shop: Account) -> Client:
    """The owner's browser."""
    client.force_login(owner)
    return client


@pytest.fixture
def bot(shop: Account) -> Bot:
    """A bot that greets whoever texts HI."""
    return make(shop, "HI")


def make(account: Account, word: str, **fields: object) -> Bot:
    reply = DraftAction(kind=Action.Kind.REPLY, body="Hello! Text STOP to opt out.")
    with tenant(account.pk):
        wanted = Draft(name="Greeter", triggers=(DraftTrigger(word=word),), actions=(reply,), **fields)  # type: ignore[arg-type]
        return drafts.save(account=account, draft=wanted)


def bots(account: Account) -> list[Draft]:
    with tenant(account.pk):
        return [draft_of(bot) for bot in account.bots.kept()]


def page(response: HttpResponse) -> str:
    assert response.status_code == 200
    return unescape(response.content.decode())


def test_the_empty_list_explains_the_two_recipes(browser: Client) -> None:
    shown = page(browser.get("/bots/"))
    assert "No bots yet" in shown
    assert "Assign Group" in shown
    assert "Remove from Group" in shown
    assert 'href="/bots/new/"' in shown


def test_the_list_shows_words_numbers_and_runs(browser: Client, shop: Account) -> None:
    number = build.number(shop, label="Offers")
    bot = make(shop, "HI", numbers=(number.pk,))
    make(shop, "HO")
    for _ in range(2):
        ran(bot, number, "hi")
    shown = page(browser.get("/bots/"))
    assert [text in shown for text in ("Offers", "All numbers", ">2<", "Never")] == [True] * 4


def test_a_bot_shows_what_it_listens_to_what_it_does_and_its_runs(browser: Client, shop: Account, bot: Bot) -> None:
    number = build.number(shop, label="Offers")
    run = ran(bot, number, "hi")
    shown = page(browser.get(f"/bots/{bot.pk}/"))
    assert [text in shown for text in ("HI", "Hello! Text STOP", phones.show(run.phone), "Offers")] == [True] * 4


def test_a_run_leads_to_the_person_it_answered(browser: Client, shop: Account, bot: Bot) -> None:
    run = ran(bot, build.number(shop), "hi")
    ana = build.contact(shop, phone=run.phone, first_name="Ana")
    shown = page(browser.get(f"/bots/{bot.pk}/"))
    assert f'href="/contacts/{ana.pk}/"' in shown
    assert ">Ana</a>" in shown


def test_a_bot_warns_about_what_may_surprise(browser: Client, shop: Account) -> None:
    build.number(shop)
    shown = page(browser.get(f"/bots/{make(shop, 'YES').pk}/"))
    assert "YES from somebody who has opted out" in shown


def test_the_recipe_of_the_article_is_one_form(browser: Client, shop: Account) -> None:
    form = FORM | {
        "word": ["Leave", "NoVIP"],
        "match": ["whole", "first"],
        "kind": ["remove_from_group", "add_tag", "reply"],
        "target": ["new", "new", ""],
        "new_name": ["VIP", "NOVIP", ""],
        "body": ["", "", "You are off the list."],
    }
    response = browser.post("/bots/new/", form)
    [bot] = bots(shop)
    with tenant(shop.pk):
        assert response.url == f"/bots/{shop.bots.get().pk}/"  # type: ignore[attr-defined]
        group, tag = shop.groups.get(), shop.tags.get()
    assert (group.name, tag.name) == ("VIP", "NOVIP")
    assert bot.triggers == (DraftTrigger(word="Leave"), DraftTrigger(word="NoVIP", match="first"))
    assert bot.actions == (
        DraftAction(kind="remove_from_group", group=group.pk),
        DraftAction(kind="add_tag", tag=tag.pk),
        DraftAction(kind="reply", body="You are off the list."),
    )


def test_a_refusal_stands_beside_its_row_and_nothing_typed_is_lost(browser: Client, shop: Account) -> None:
    form = FORM | {"word": ["HI", "stop"], "match": ["whole", "contains"]}
    shown = page(browser.post("/bots/new/", form))
    row = shown.partition('id="word-2"')[2].partition("</li>")[0]
    assert "STOP belongs to the carrier and the law" in row
    assert 'value="stop"' in row
    assert '<option value="contains" selected' in row
    assert "Hello! Text STOP to opt out." in shown
    assert bots(shop) == []


@pytest.mark.parametrize(
    "wrong, focus",
    [
        ({"name": ""}, "name"),
        ({"word": ["HI", ""], "match": ["whole", "whole"]}, "word-2"),
        ({"word": [], "match": []}, "add-trigger"),
        ({"kind": [], "target": [], "new_name": [], "body": []}, "add-action"),
        ({"body": [""]}, "action-1"),
        ({"listens": "chosen"}, "numbers"),
    ],
)
def test_a_refusal_takes_the_focus_to_the_first_thing_to_mend(browser: Client, wrong: Form, focus: str) -> None:
    shown = page(browser.post("/bots/new/", FORM | wrong))
    [focused] = [tag for tag in re.findall("<[^>]*>", shown) if "autofocus" in tag]
    assert f'id="{focus}"' in focused


@pytest.mark.parametrize(
    "command, words, kinds, focus",
    [
        ("add_trigger", ["A", "B", ""], ["assign_group", "reply"], "word-3"),
        ("remove_trigger:0", ["B"], ["assign_group", "reply"], "add-trigger"),
        ("add_action:add_tag", ["A", "B"], ["assign_group", "reply", "add_tag"], "action-3"),
        ("remove_action:0", ["A", "B"], ["reply"], "add-action"),
        ("up:1", ["A", "B"], ["reply", "assign_group"], "down-1"),
        ("down:0", ["A", "B"], ["reply", "assign_group"], "up-2"),
    ],
)
@pytest.mark.parametrize("htmx", [False, True])
def test_a_row_button_shows_the_form_anew_and_saves_nothing(
    browser: Client, shop: Account, command: str, words: list[str], kinds: list[str], focus: str, htmx: bool
) -> None:
    form = FORM | {
        "word": ["A", "B"],
        "match": ["whole", "first"],
        "kind": ["assign_group", "reply"],
        "target": ["new", ""],
        "new_name": ["VIP", ""],
        "body": ["", "Hello!"],
        "do": command,
    }
    response = browser.post("/bots/new/", form, headers={"HX-Request": "true"} if htmx else {})
    assert ("<html" in page(response)) is not htmx
    builder = response.context["builder"]
    assert [row.trigger.word for row in builder.trigger_rows()] == words
    assert [row.action.kind for row in builder.action_rows()] == kinds
    assert builder.focus == focus
    assert f'id="{focus}"' in page(response)
    assert page(response).count("autofocus") == 1
    assert ('value="VIP"' in page(response)) is ("assign_group" in kinds)
    assert bots(shop) == []


def test_editing_starts_from_the_bot_and_saving_again_changes_nothing(browser: Client, shop: Account, bot: Bot) -> None:
    before = bots(shop)
    assert 'value="HI"' in page(browser.get(f"/bots/{bot.pk}/edit/"))
    for _ in range(2):
        assert browser.post(f"/bots/{bot.pk}/edit/", FORM).status_code == 302
    assert bots(shop) == before


def test_a_bot_on_chosen_numbers_takes_at_least_one(browser: Client, shop: Account) -> None:
    number = build.number(shop)
    assert "Choose at least one number" in page(browser.post("/bots/new/", FORM | {"listens": "chosen"}))
    browser.post("/bots/new/", FORM | {"listens": "chosen", "numbers": [number.pk]})
    assert bots(shop)[0].numbers == (number.pk,)


@pytest.mark.parametrize(
    "wrong",
    [
        {"word": []},
        {"kind": ["dance"]},
        {"body": ["one", "two"]},
        {"do": "explode"},
        {"do": "up:x"},
        {"do": "down:7"},
        {"do": "remove_trigger:-1"},
        {"do": "add_action:dance"},
    ],
)
def test_a_form_that_no_browser_shows_is_a_bad_request(browser: Client, shop: Account, wrong: Form) -> None:
    assert browser.post("/bots/new/", FORM | wrong).status_code == 400
    assert bots(shop) == []


@pytest.mark.parametrize(
    "wrong, sentence",
    [
        ({"name": "\x00"}, "Give the bot a name."),
        ({"status": "asleep"}, "Choose Active or Paused."),
        ({"match": ["roughly"]}, "Choose how a text has to hold the word."),
        ({"listens": "chosen", "numbers": ["x", "9" * 30]}, "Choose at least one number"),
        ({"kind": ["add_tag"], "target": ["9" * 30]}, "Choose a tag for this action."),
        ({"kind": ["add_tag"], "target": ["new"]}, "Type the name of the new tag."),
        ({"body": ["x" * 1601]}, "A text has at most 1,600 characters; this one has 1,601."),
    ],
)
def test_bad_input_is_answered_with_how_to_mend_it(browser: Client, shop: Account, wrong: Form, sentence: str) -> None:
    assert sentence in page(browser.post("/bots/new/", FORM | wrong))
    assert bots(shop) == []


def test_pausing_and_activating_happen_once_however_often_they_are_asked(
    browser: Client, shop: Account, bot: Bot
) -> None:
    for status in ("paused", "paused", "active", "active"):
        response = browser.post(f"/bots/{bot.pk}/status/", {"status": status})
        assert response.status_code == 302
        assert [draft.status for draft in bots(shop)] == [status]
    assert browser.post(f"/bots/{bot.pk}/status/", {"status": "asleep"}).status_code == 400


def test_activating_is_refused_while_another_bot_holds_the_word(browser: Client, shop: Account, bot: Bot) -> None:
    browser.post(f"/bots/{bot.pk}/status/", {"status": "paused"})
    make(shop, "HI")
    response = browser.post(f"/bots/{bot.pk}/status/", {"status": "active"}, follow=True)
    assert "already starts the bot “Greeter”" in page(response)
    assert sorted(draft.status for draft in bots(shop)) == ["active", "paused"]


def test_deleting_asks_first_and_happens_once(browser: Client, shop: Account, bot: Bot) -> None:
    assert "Delete the bot “Greeter”?" in page(browser.get(f"/bots/{bot.pk}/delete/"))
    assert len(bots(shop)) == 1
    assert browser.post(f"/bots/{bot.pk}/delete/").status_code == 302
    assert browser.post(f"/bots/{bot.pk}/delete/").status_code == 404
    assert bots(shop) == []


PAGES = ["/bots/{}/", "/bots/{}/edit/", "/bots/{}/delete/"]
WRITES = ["/bots/new/", "/bots/{}/edit/", "/bots/{}/status/", "/bots/{}/delete/"]


def test_a_stranger_finds_no_bot(browser: Client, shop: Account, bot: Bot) -> None:
    before = bots(shop)
    browser.force_login(build.member(build.account(), Role.OWNER))
    assert "No bots yet" in page(browser.get("/bots/"))
    assert {browser.get(path.format(bot.pk)).status_code for path in PAGES} == {404}
    assert {browser.post(path.format(bot.pk), FORM).status_code for path in WRITES[1:]} == {404}
    assert bots(shop) == before


def test_a_viewer_may_look_but_not_write(browser: Client, shop: Account, bot: Bot) -> None:
    before = bots(shop)
    browser.force_login(build.member(shop, Role.VIEWER))
    assert "New bot" not in page(browser.get("/bots/"))
    assert "Delete" not in page(browser.get(f"/bots/{bot.pk}/"))
    assert {browser.post(path.format(bot.pk), FORM).status_code for path in WRITES} == {403}
    assert bots(shop) == before


def test_rows_of_another_account_cannot_be_named(browser: Client, shop: Account) -> None:
    other = build.account()
    number, group = build.number(other), build.group(other)
    assert "does not exist" in page(browser.post("/bots/new/", FORM | {"listens": "chosen", "numbers": [number.pk]}))
    form = FORM | {"kind": ["assign_group"], "target": [group.pk]}
    assert "does not exist" in page(browser.post("/bots/new/", form))
    assert bots(shop) == []


def test_who_is_signed_out_is_asked_to_sign_in(client: Client, bot: Bot) -> None:
    for path in ("/bots/", *PAGES, *WRITES):
        for answer in (client.get(path.format(bot.pk)), client.post(path.format(bot.pk))):
            assert answer.status_code == 405 or answer.url.startswith("/accounts/login/")  # type: ignore[attr-defined]
