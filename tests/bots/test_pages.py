"""The bot pages: the builder without JavaScript, and every door's refusals."""

import re

import pytest
from django.test import Client

from bots.drafts import DraftAction, DraftTrigger
from bots.drafts.refusals import MOST_ROWS
from bots.models import Bot
from shout import phones
from shout.models import Account, Role
from shout.tenancy import tenant
from tests import build
from tests.bots.conftest import FORM, Form, bots, filled, make, page, ran


def test_the_empty_list_explains_the_two_recipes(dashboard: Client) -> None:
    shown = page(dashboard.get("/bots/"))
    assert "No bots yet" in shown
    assert "Assign Group" in shown
    assert "Remove from Group" in shown
    assert 'href="/bots/new/"' in shown


def test_the_list_shows_words_numbers_and_runs(dashboard: Client, shop: Account) -> None:
    number = build.number(shop, label="Offers")
    bot = make(shop, "HI", numbers=(number.pk,))
    make(shop, "HO")
    for _ in range(2):
        ran(bot, number, "hi")
    shown = page(dashboard.get("/bots/"))
    assert [text in shown for text in ("Offers", "All numbers", ">2<", "Never")] == [True] * 4


def test_the_list_is_in_the_order_of_names(dashboard: Client, shop: Account) -> None:
    last, first = make(shop, "HI"), make(shop, "HO")
    with tenant(shop.pk):
        shop.bots.filter(pk=first.pk).update(name="A first one")
    shown = page(dashboard.get("/bots/"))
    assert shown.index(f"/bots/{first.pk}/") < shown.index(f"/bots/{last.pk}/")


def test_a_bot_shows_what_it_listens_to_what_it_does_and_its_runs(dashboard: Client, shop: Account, bot: Bot) -> None:
    number = build.number(shop, label="Offers")
    run = ran(bot, number, "hi")
    shown = page(dashboard.get(f"/bots/{bot.pk}/"))
    assert [text in shown for text in ("HI", "Hello! Text STOP", phones.show(run.phone), "Offers")] == [True] * 4


def test_a_run_leads_to_the_person_it_answered(dashboard: Client, shop: Account, bot: Bot) -> None:
    run = ran(bot, build.number(shop), "hi")
    ana = build.contact(shop, phone=run.phone, first_name="Ana")
    shown = page(dashboard.get(f"/bots/{bot.pk}/"))
    assert f'href="/contacts/{ana.pk}/"' in shown
    assert ">Ana</a>" in shown


def test_a_bot_warns_about_what_may_surprise(dashboard: Client, shop: Account) -> None:
    build.number(shop)
    shown = page(dashboard.get(f"/bots/{make(shop, 'YES').pk}/"))
    assert "YES from somebody who has opted out" in shown


def test_the_recipe_of_the_article_is_one_form(dashboard: Client, shop: Account) -> None:
    form = FORM | {
        "word": ["Leave", "NoVIP"],
        "match": ["whole", "first"],
        "kind": ["remove_from_group", "add_tag", "reply"],
        "target": ["new", "new", ""],
        "new_name": ["VIP", "NOVIP", ""],
        "body": ["", "", "You are off the list."],
    }
    response = dashboard.post("/bots/new/", filled(form))
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


def test_a_bot_of_as_many_rows_as_it_may_have_is_saved(dashboard: Client, shop: Account) -> None:
    words, replies = [f"WORD{n}" for n in range(MOST_ROWS)], [f"Reply {n}" for n in range(MOST_ROWS)]
    full = {"target": [""] * MOST_ROWS, "new_name": [""] * MOST_ROWS, "kind": ["reply"] * MOST_ROWS, "body": replies}
    form = filled(FORM | full | {"word": words, "match": ["whole"] * MOST_ROWS})
    assert dashboard.post("/bots/new/", form).status_code == 302
    [bot] = bots(shop)
    assert (len(bot.triggers), len(bot.actions)) == (MOST_ROWS, MOST_ROWS)


def test_a_refusal_stands_beside_its_row_and_nothing_typed_is_lost(dashboard: Client, shop: Account) -> None:
    form = FORM | {"word": ["HI", "stop"], "match": ["whole", "contains"]}
    shown = page(dashboard.post("/bots/new/", filled(form)))
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
def test_a_refusal_takes_the_focus_to_the_first_thing_to_mend(dashboard: Client, wrong: Form, focus: str) -> None:
    shown = page(dashboard.post("/bots/new/", filled(FORM | wrong)))
    [focused] = [tag for tag in re.findall("<[^>]*>", shown) if "autofocus" in tag]
    assert f'id="{focus}"' in focused


@pytest.mark.parametrize(
    "command, words, kinds, focus",
    [
        ("add_trigger", ["A", "B", ""], ["assign_group", "reply"], "word-3"),
        ("remove_trigger:0", ["B"], ["assign_group", "reply"], "add-trigger"),
        ("add_action:add_tag", ["A", "B"], ["assign_group", "reply", "add_tag"], "action-3"),
        ("remove_action:0", ["A", "B"], ["reply"], "put-back-1"),
        ("up:1", ["A", "B"], ["reply", "assign_group"], "down-1"),
        ("down:0", ["A", "B"], ["reply", "assign_group"], "up-2"),
    ],
)
@pytest.mark.parametrize("htmx", [False, True])
def test_a_row_button_shows_the_form_anew_and_saves_nothing(
    dashboard: Client, shop: Account, command: str, words: list[str], kinds: list[str], focus: str, htmx: bool
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
    response = dashboard.post("/bots/new/", filled(form), headers={"HX-Request": "true"} if htmx else {})
    assert ("<html" in page(response)) is not htmx
    builder = response.context["builder"]
    assert [row.trigger.word for row in builder.trigger_rows] == words
    assert [row.action.kind for row in builder.action_rows] == kinds
    assert builder.focus == focus
    assert f'id="{focus}"' in page(response)
    assert page(response).count("autofocus") == 1
    assert 'value="VIP"' in page(response)
    assert bots(shop) == []


def test_editing_starts_from_the_bot_and_saving_again_changes_nothing(
    dashboard: Client, shop: Account, bot: Bot
) -> None:
    before = bots(shop)
    assert 'value="HI"' in page(dashboard.get(f"/bots/{bot.pk}/edit/"))
    for _ in range(2):
        assert dashboard.post(f"/bots/{bot.pk}/edit/", filled(FORM)).status_code == 302
    assert bots(shop) == before


def test_a_bot_on_chosen_numbers_takes_at_least_one(dashboard: Client, shop: Account) -> None:
    number = build.number(shop)
    assert "Choose at least one number" in page(dashboard.post("/bots/new/", filled(FORM | {"listens": "chosen"})))
    dashboard.post("/bots/new/", filled(FORM | {"listens": "chosen", "numbers": [number.pk]}))
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
def test_a_form_that_no_browser_shows_is_a_bad_request(dashboard: Client, shop: Account, wrong: Form) -> None:
    assert dashboard.post("/bots/new/", filled(FORM | wrong)).status_code == 400
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
def test_bad_input_is_answered_with_how_to_mend_it(
    dashboard: Client, shop: Account, wrong: Form, sentence: str
) -> None:
    assert sentence in page(dashboard.post("/bots/new/", filled(FORM | wrong)))
    assert bots(shop) == []


def test_pausing_and_activating_happen_once_however_often_they_are_asked(
    dashboard: Client, shop: Account, bot: Bot
) -> None:
    for status in ("paused", "paused", "active", "active"):
        response = dashboard.post(f"/bots/{bot.pk}/status/", {"status": status})
        assert response.status_code == 302
        assert [draft.status for draft in bots(shop)] == [status]
    assert dashboard.post(f"/bots/{bot.pk}/status/", {"status": "asleep"}).status_code == 400


def test_activating_is_refused_while_another_bot_holds_the_word(dashboard: Client, shop: Account, bot: Bot) -> None:
    dashboard.post(f"/bots/{bot.pk}/status/", {"status": "paused"})
    make(shop, "HI")
    response = dashboard.post(f"/bots/{bot.pk}/status/", {"status": "active"}, follow=True)
    assert "already starts the bot “Greeter”" in page(response)
    assert sorted(draft.status for draft in bots(shop)) == ["active", "paused"]


def test_deleting_asks_first_and_happens_once(dashboard: Client, shop: Account, bot: Bot) -> None:
    assert "Delete the bot “Greeter”?" in page(dashboard.get(f"/bots/{bot.pk}/delete/"))
    assert len(bots(shop)) == 1
    assert dashboard.post(f"/bots/{bot.pk}/delete/").status_code == 302
    assert dashboard.post(f"/bots/{bot.pk}/delete/").status_code == 404
    assert bots(shop) == []


PAGES = ["/bots/{}/", "/bots/{}/edit/", "/bots/{}/delete/", "/bots/{}/versions/"]
WRITES = ["/bots/new/", *(f"/bots/{{}}/{name}/" for name in ("edit", "status", "delete", "restore", "problems"))]


def test_a_stranger_finds_no_bot(dashboard: Client, shop: Account, bot: Bot) -> None:
    before = bots(shop)
    dashboard.force_login(build.member(build.account(), Role.OWNER))
    assert "No bots yet" in page(dashboard.get("/bots/"))
    assert {dashboard.get(path.format(bot.pk)).status_code for path in PAGES} == {404}
    assert {dashboard.post(path.format(bot.pk), FORM).status_code for path in WRITES[1:]} == {404}
    assert bots(shop) == before


def test_a_viewer_may_look_but_not_write(dashboard: Client, shop: Account, bot: Bot) -> None:
    before = bots(shop)
    dashboard.force_login(build.member(shop, Role.VIEWER))
    assert "New bot" not in page(dashboard.get("/bots/"))
    assert "Delete" not in page(dashboard.get(f"/bots/{bot.pk}/"))
    assert {dashboard.post(path.format(bot.pk), FORM).status_code for path in WRITES} == {403}
    assert bots(shop) == before


def test_rows_of_another_account_cannot_be_named(dashboard: Client, shop: Account) -> None:
    other = build.account()
    number, group = build.number(other), build.group(other)
    assert "does not exist" in page(
        dashboard.post("/bots/new/", filled(FORM | {"listens": "chosen", "numbers": [number.pk]}))
    )
    form = FORM | {"kind": ["assign_group"], "target": [group.pk]}
    assert "does not exist" in page(dashboard.post("/bots/new/", filled(form)))
    assert bots(shop) == []


def test_who_is_signed_out_is_asked_to_sign_in(client: Client, bot: Bot) -> None:
    for path in ("/bots/", *PAGES, *WRITES):
        for answer in (client.get(path.format(bot.pk)), client.post(path.format(bot.pk))):
            assert answer.status_code == 405 or answer.url.startswith("/accounts/login/")  # type: ignore[attr-defined]
