"""The builder's newer half: every kind of step, problems while typing, copies, undo, versions and the preview."""

import re
from dataclasses import replace
from html import unescape

import pytest
from django.test import Client

from bots import drafts
from bots.drafts import Draft, DraftAction, DraftTrigger
from bots.models import Bot
from shout.models import Account, User
from shout.tenancy import tenant
from tests import build
from tests.bots.conftest import FORM, Form, bots, filled, make, page

EVERYTHING = (
    DraftAction(kind="reply", body='Hi {{ first_name|default:"there" }}', media=("https://example.com/a.jpg",)),
    DraftAction(kind="ask", body="When?", field="birthday", answer="date", again="Once more", minutes=120),
    DraftAction(kind="set_field", field="source", value="poster"),
    DraftAction(kind="wait", minutes=2880),
    DraftAction(kind="notify", body="Somebody joined"),
    DraftAction(kind="call", url="https://example.com/hook"),
    DraftAction(kind="hand_over", body="Please answer"),
)


def shown_form(shown: str) -> Form:
    """What a dashboard would post of the builder on this page."""
    form = shown.partition('<form id="builder"')[2].partition("</form>")[0]
    posted: dict[str, list[str]] = {}
    controls = r"<(input|select|textarea)([^>]*)>(?:\n([^<]*)</textarea>|((?:\s*<option.*?</option>)*\s*)</select>)?"
    for found in re.finditer(controls, form, re.DOTALL):
        name = re.search(r' name="(\w+)"', found[2])
        if name and not ('type="radio"' in found[2] and "checked" not in found[2]):
            chosen = re.search(r'value="([^"]*)" selected', found[4] or "")
            value = re.search(r' value="([^"]*)"', found[2])
            held = found[3] if found[1] == "textarea" else chosen[1] if chosen else value[1] if value else ""
            posted.setdefault(name[1], []).append(unescape(held))
    return posted | {"do": "save"}


def test_a_bot_of_every_kind_of_step_is_the_same_after_it_is_opened_and_saved_again(
    dashboard: Client, shop: Account
) -> None:
    with tenant(shop.pk):
        wanted = Draft(name="All", triggers=(DraftTrigger(word="HI"),), actions=EVERYTHING)
        bot = drafts.save(account=shop, draft=wanted)
    response = dashboard.get(f"/bots/{bot.pk}/edit/")
    assert response.status_code == 200
    answer = dashboard.post(f"/bots/{bot.pk}/edit/", shown_form(response.content.decode()))
    assert answer.status_code == 302, answer.content.decode()
    assert bots(shop) == [wanted]


def test_a_bot_shows_every_kind_of_step_in_words(dashboard: Client, shop: Account) -> None:
    with tenant(shop.pk):
        bot = drafts.save(
            account=shop, draft=Draft(name="All", triggers=(DraftTrigger(word="HI"),), actions=EVERYTHING)
        )
    shown = page(dashboard.get(f"/bots/{bot.pk}/"))
    said = [
        "https://example.com/a.jpg",
        "Waits up to 2 hours for an answer (a date) and saves it as birthday. An answer that does not fit gets:",
        "source becomes “poster”.",
        "2 days, then it goes on.",
        "Somebody joined",
        "https://example.com/hook",
        "Hand over to the Inbox",
    ]
    assert [text for text in said if text not in shown] == []


@pytest.mark.parametrize(
    "wrong, focus, sentence",
    [
        ({"kind": ["ask"], "field": [""]}, "action-1-field", "Name the field that is set"),
        ({"kind": ["ask"], "field": ["x"], "again": ["{{ nix }}"]}, "action-1-again", "No contact has a field “nix”"),
        ({"kind": ["wait"], "amount": ["1.5"]}, "action-1", "Choose from one minute to 90 days."),
        ({"kind": ["wait"], "amount": ["9" * 30], "unit": ["1440"]}, "action-1", "Choose from one minute"),
        ({"kind": ["call"], "url": ["example"]}, "action-1", "Enter a whole address"),
        ({"media": ["example"]}, "action-1-media", "Enter a whole address"),
    ],
)
def test_what_is_wrong_in_a_step_stands_at_its_field(
    dashboard: Client, shop: Account, wrong: Form, focus: str, sentence: str
) -> None:
    shown = page(dashboard.post("/bots/new/", filled(FORM | wrong)))
    [focused] = [tag for tag in re.findall("<[^>]*>", shown) if "autofocus" in tag]
    assert f'id="{focus}"' in focused
    assert 'aria-invalid="true"' in focused
    assert sentence in shown
    assert bots(shop) == []


def test_a_unit_that_no_browser_shows_is_a_bad_request(dashboard: Client) -> None:
    assert dashboard.post("/bots/new/", filled(FORM | {"unit": ["7"]})).status_code == 400


def test_what_is_written_is_refused_while_typing_and_what_is_empty_is_not_wrong_yet(
    dashboard: Client, shop: Account, bot: Bot
) -> None:
    form = filled(FORM | {"name": "", "word": ["stop", "HI", ""], "match": ["whole"] * 3})
    shown = page(dashboard.post("/bots/new/problems/", form))
    assert "STOP belongs to the carrier and the law" in shown
    assert "“HI” already starts the bot “Greeter”" in shown
    assert "Give the bot a name." not in shown
    assert "Type a word with letters" not in shown
    assert "Give the bot a name." in page(dashboard.post("/bots/new/problems/", form | {"refused": "yes"}))
    assert "already starts" not in page(dashboard.post(f"/bots/{bot.pk}/problems/", filled(FORM)))
    assert len(bots(shop)) == 1


def test_what_may_surprise_is_said_while_typing(dashboard: Client, shop: Account) -> None:
    build.number(shop)
    shown = page(dashboard.post("/bots/new/problems/", filled(FORM | {"word": ["YES"]})))
    assert 'data-of="word-1-errors"' in shown
    assert "YES from somebody who has opted out" in shown


def test_a_copy_opens_paused_under_another_name_and_is_not_saved_yet(
    dashboard: Client, shop: Account, bot: Bot
) -> None:
    form = shown_form(dashboard.get(f"/bots/new/?copy_of={bot.pk}").content.decode())
    assert form["name"] == ["Greeter copy"]
    assert form["status"] == ["paused"]
    assert len(bots(shop)) == 1
    shown = page(dashboard.post("/bots/new/problems/", form))
    assert 'data-severity="refusal"' not in shown
    assert "“HI” starts the bot “Greeter”. Before you activate this bot" in shown
    assert dashboard.post("/bots/new/", form | {"word": ["HO"]}).status_code == 302
    assert [draft.status for draft in bots(shop)] == ["active", "paused"]
    assert dashboard.get("/bots/new/?copy_of=x").status_code == 400
    other = make(build.account(), "HI")
    assert dashboard.get(f"/bots/new/?copy_of={other.pk}").status_code == 404


def test_a_word_in_the_address_is_there_to_be_saved(dashboard: Client, bot: Bot) -> None:
    assert 'value="VPI"' in page(dashboard.get("/bots/new/?word=VPI"))
    shown = page(dashboard.get(f"/bots/{bot.pk}/edit/?word=VPI"))
    assert [f'value="{word}"' in shown for word in ("HI", "VPI")] == [True, True]


def test_a_deleted_bot_comes_back_by_one_button(dashboard: Client, shop: Account, bot: Bot) -> None:
    before = bots(shop)
    shown = page(dashboard.post(f"/bots/{bot.pk}/delete/", follow=True))
    assert "The bot “Greeter” is deleted." in shown
    assert f'action="/bots/{bot.pk}/restore/"' in shown
    for _ in range(2):
        assert dashboard.post(f"/bots/{bot.pk}/restore/").status_code == 302
        assert bots(shop) == before


def test_a_deleted_bot_whose_word_is_taken_is_mended_as_a_new_one(dashboard: Client, shop: Account, bot: Bot) -> None:
    dashboard.post(f"/bots/{bot.pk}/delete/")
    make(shop, "HI")
    answer = dashboard.post(f"/bots/{bot.pk}/restore/")
    shown = page(answer)
    assert "cannot be brought back as it was. Below is a new bot that does the same." in shown
    assert "already starts the bot “Greeter”" in shown
    assert len(bots(shop)) == 1
    mended = shown_form(answer.content.decode()) | {"word": ["HEY"]}
    assert dashboard.post("/bots/new/", mended).status_code == 302
    assert [[trigger.word for trigger in each.triggers] for each in bots(shop)] == [["HI"], ["HEY"]]


def test_a_version_whose_group_is_gone_is_mended_and_saved(dashboard: Client, shop: Account, bot: Bot) -> None:
    with tenant(shop.pk):
        group, other = build.group(shop, name="Old"), build.group(shop, name="New")
        now = drafts.draft_of(bot)
        drafts.save(account=shop, draft=replace(now, actions=(assign(group.pk), *now.actions)), bot=bot)
        drafts.save(account=shop, draft=now, bot=bot)
        group.delete()
        version = bot.versions.all()[1]
    answer = dashboard.post(f"/bots/{bot.pk}/restore/", {"version": version.pk})
    shown = page(answer)
    assert "cannot be brought back as it was. Nothing has changed." in shown
    assert "This group does not exist. Choose another." in shown
    assert bots(shop) == [now]
    mended = shown_form(answer.content.decode())
    mended["target"][0] = str(other.pk)
    assert dashboard.post(f"/bots/{bot.pk}/edit/", mended).status_code == 302
    assert bots(shop) == [replace(now, actions=(assign(other.pk), *now.actions))]


def assign(group: int) -> DraftAction:
    return DraftAction(kind="assign_group", group=group)


def test_the_history_says_who_changed_what_and_brings_a_version_back(
    dashboard: Client, shop: Account, owner: User, bot: Bot
) -> None:
    before = bots(shop)
    edited = FORM | {"word": ["HI", "VIP2"], "match": ["whole"] * 2, "body": ["Hello again! Text STOP to opt out."]}
    opened = shown_form(page(dashboard.get(f"/bots/{bot.pk}/edit/")))
    dashboard.post(f"/bots/{bot.pk}/edit/", filled(edited) | {"seen": opened["seen"]})
    shown = page(dashboard.get(f"/bots/{bot.pk}/versions/"))
    assert [text in shown for text in ("Added the trigger word VIP2", "Changed “Reply”", owner.email)] == [True] * 3
    with tenant(shop.pk):
        first = bot.versions.last()
    assert first is not None
    assert "Hello! Text STOP to opt out." in page(dashboard.get(f"/bots/{bot.pk}/versions/?version={first.pk}"))
    for _ in range(2):
        dashboard.post(f"/bots/{bot.pk}/restore/", {"version": first.pk})
        assert bots(shop) == before
    with tenant(shop.pk):
        assert bot.versions.count() == 3


@pytest.mark.parametrize("change", ["edit", "pause"])
def test_a_bot_of_an_older_release_keeps_what_it_was_when_it_is_first_changed(
    dashboard: Client, shop: Account, bot: Bot, change: str
) -> None:
    with tenant(shop.pk):
        bot.versions.all().delete()
    before = bots(shop)
    assert "Nothing has been changed yet" in page(dashboard.get(f"/bots/{bot.pk}/versions/"))
    if change == "edit":
        dashboard.post(f"/bots/{bot.pk}/edit/", filled(FORM | {"body": ["Hi. Text STOP to opt out."]}))
    else:
        dashboard.post(f"/bots/{bot.pk}/status/", {"status": "paused"})
    assert bots(shop) != before
    with tenant(shop.pk):
        assert [version.saved_by == "" for version in bot.versions.all()] == [False, True]
        first = bot.versions.last()
    assert first is not None and first.saved_at == bot.changed_at
    dashboard.post(f"/bots/{bot.pk}/restore/", {"version": first.pk})
    assert bots(shop) == before


@pytest.mark.parametrize("wrong, status", [("x", 400), ("", 400), ("9" * 30, 400), ("0", 404)])
def test_a_version_that_is_not_there_is_a_clear_miss(
    dashboard: Client, shop: Account, bot: Bot, wrong: str, status: int
) -> None:
    assert dashboard.get(f"/bots/{bot.pk}/versions/?version={wrong}").status_code == status
    assert dashboard.post(f"/bots/{bot.pk}/restore/", {"version": wrong}).status_code == status


def test_another_accounts_version_is_not_there(dashboard: Client, shop: Account, bot: Bot) -> None:
    other = build.account()
    theirs = make(other, "HI")
    with tenant(other.pk):
        version = theirs.versions.get()
    assert dashboard.post(f"/bots/{bot.pk}/restore/", {"version": version.pk}).status_code == 404


def test_the_preview_shows_texts_in_order_with_examples_and_what_makes_segments_short(dashboard: Client) -> None:
    form = filled(
        FORM
        | {
            "kind": ["reply", "ask", "wait"],
            "target": [""] * 3,
            "new_name": [""] * 3,
            "body": ['Hi {{ first_name|default:"there" }} “friend” {{ last_name }}', "Your birthday?", ""],
            "field": ["", "birthday", ""],
            "answer": ["any", "date", "any"],
            "amount": ["", "2", "3"],
            "unit": ["60", "60", "1440"],
        }
    )
    shown = page(dashboard.post("/bots/preview/", form))
    said = ["Hi there “friend” Ruiz", "because of “", "Your birthday?", "Waits up to 2 hours", "3 days"]
    assert [text for text in said if text not in shown] == []
    assert [shown.index(text) for text in said] == sorted(shown.index(text) for text in said)


@pytest.mark.parametrize(
    "kind, begun, shown",
    [
        ("assign_group", {}, "Assign Group: Choose a group."),
        ("remove_from_group", {}, "Remove from Group: Choose a group."),
        ("assign_group", {"target": ["new"]}, "Assign Group: Name the new group."),
        ("add_tag", {}, "Add Tag: Choose a tag."),
        ("remove_tag", {"target": ["new"]}, "Remove Tag: Name the new tag."),
        ("set_field", {}, "Set a Field: Name the field."),
        ("set_field", {"value": ["poster"]}, "Set a Field: Name the field."),
        ("set_field", {"field": ["source"]}, "Set a Field: source is emptied."),
        ("wait", {}, "Wait: Choose how long."),
        ("wait", {"amount": ["x"]}, "Wait: Choose how long."),
        ("call", {}, "Call a Webhook: Enter the address of the webhook."),
        ("notify", {}, "Notify the Team: Type what the team is told."),
        ("hand_over", {}, "Hand over to the Inbox: Type what the team is told."),
        ("assign_group", {"target": ["9"]}, "Assign Group: one that is no longer there"),
    ],
)
def test_the_preview_of_a_step_that_is_only_begun_says_what_it_lacks(
    dashboard: Client, kind: str, begun: Form, shown: str
) -> None:
    form = filled(FORM | {"kind": [kind], "body": [""]}) | begun
    [line] = re.findall(r'data-line="1">([^<]*)</li>', page(dashboard.post("/bots/preview/", form)))
    assert line == shown


def test_what_somebody_saved_meanwhile_is_not_written_over_unseen(dashboard: Client, shop: Account, bot: Bot) -> None:
    mine, theirs = (shown_form(page(dashboard.get(f"/bots/{bot.pk}/edit/"))) for _ in range(2))
    assert dashboard.post(f"/bots/{bot.pk}/edit/", theirs | {"name": "Theirs"}).status_code == 302
    shown = page(dashboard.post(f"/bots/{bot.pk}/edit/", mine | {"body": ["Mine. Text STOP to opt out."]}))
    said = ["Somebody saved this bot meanwhile", "Renamed it from “Greeter”", "Mine. Text STOP to opt out."]
    assert [text for text in said if text not in shown] == []
    assert [draft.name for draft in bots(shop)] == ["Theirs"]
    assert dashboard.post(f"/bots/{bot.pk}/edit/", shown_form(shown)).status_code == 302
    assert [(draft.name, draft.actions[0].body) for draft in bots(shop)] == [("Greeter", "Mine. Text STOP to opt out.")]


def test_a_row_button_does_not_hide_what_somebody_saved_meanwhile(dashboard: Client, shop: Account, bot: Bot) -> None:
    mine, theirs = (shown_form(page(dashboard.get(f"/bots/{bot.pk}/edit/"))) for _ in range(2))
    dashboard.post(f"/bots/{bot.pk}/edit/", theirs | {"name": "Theirs"})
    shown = page(dashboard.post(f"/bots/{bot.pk}/edit/", mine | {"do": "add_action:wait"}))
    assert "Somebody saved this bot meanwhile" in page(dashboard.post(f"/bots/{bot.pk}/edit/", shown_form(shown)))


def test_what_was_written_for_a_bot_that_is_deleted_meanwhile_becomes_a_new_one(
    dashboard: Client, shop: Account, bot: Bot
) -> None:
    form = shown_form(page(dashboard.get(f"/bots/{bot.pk}/edit/"))) | {"name": "Mine"}
    dashboard.post(f"/bots/{bot.pk}/delete/")
    assert dashboard.get(f"/bots/{bot.pk}/edit/").status_code == 404
    shown = page(dashboard.post(f"/bots/{bot.pk}/edit/", form))
    assert "Somebody deleted this bot meanwhile" in shown
    assert 'action="/bots/new/"' in shown
    assert bots(shop) == []
    assert dashboard.post("/bots/new/", shown_form(shown)).status_code == 302
    assert [draft.name for draft in bots(shop)] == ["Mine"]


def test_the_page_of_a_word_leads_to_its_try_out(dashboard: Client, shop: Account, bot: Bot) -> None:
    number = build.number(shop)
    assert f'href="/bots/test/?number={number.pk}&body=HI"' in page(dashboard.get(f"/bots/{bot.pk}/share/"))
