"""The wizard: a list that people join and leave by texting, made whole or not at all."""

import re
from html import unescape

import pytest
from django.http import HttpResponse
from django.test import Client

from bots import drafts, wizard
from bots.drafts import Draft, DraftAction, DraftTrigger
from bots.models import Action, Bot
from contacts.models import Number
from shout.models import Account, Role, User
from shout.tenancy import tenant
from tests import build, everything

Form = dict[str, object]
FACTS: Form = {
    "name": "VIP",
    "business": "Denny's Diner",
    "what": "offers and new menus",
    "times": "4",
    "period": "month",
    "shown_at": "Poster",
    "do": "save",
}
SUGGESTED = ("join_word", "leave_word", "welcome", "goodbye", "call")


@pytest.fixture
def number(shop: Account) -> Number:
    return build.number(shop, kind=Number.Kind.MARKETING)


@pytest.fixture
def browser(client: Client, owner: User, number: Number) -> Client:
    """The owner's browser."""
    client.force_login(owner)
    return client


def page(response: HttpResponse, status: int = 200) -> str:
    assert response.status_code == status, response.content
    return unescape(response.content.decode())


def filled(browser: Client, number: Number, **changes: object) -> Form:
    """The form as the page shows it once its facts are typed in, with some changes by hand."""
    facts = FACTS | {"numbers": number.pk, "do": "look"}
    facts |= {name: value for name, value in changes.items() if name in facts}
    form = browser.post("/bots/wizard/", facts).context["form"]
    shown = {name: form.data[name] for each in SUGGESTED for name in (each, f"{each}_was")}
    return facts | shown | {"do": "save"} | changes


def test_the_list_its_bots_and_the_wording_are_made_from_what_is_suggested(
    browser: Client, shop: Account, number: Number, owner: User
) -> None:
    form = filled(browser, number)
    response = browser.post("/bots/wizard/", form)
    with tenant(shop.pk):
        group, tag = shop.groups.get(), shop.tags.get()
        join, leave = shop.bots.get(name="Join VIP"), shop.bots.get(name="Leave VIP")
        made = {bot.name: drafts.draft_of(bot) for bot in (join, leave)}
        call = shop.calls_to_action.get()
        assert {version.saved_by for bot in (join, leave) for version in bot.versions.all()} == {owner.email}
    assert response.url == f"/bots/{join.pk}/share/"  # type: ignore[attr-defined]
    assert (group.name, group.description, tag.name) == ("VIP", "offers and new menus, up to 4 msgs/month", "NOVIP")
    assert made["Join VIP"] == Draft(
        name="Join VIP",
        numbers=(number.pk,),
        triggers=(DraftTrigger(word="VIP"),),
        actions=(
            DraftAction(kind=Action.Kind.ASSIGN_GROUP, group=group.pk),
            DraftAction(kind=Action.Kind.REMOVE_TAG, tag=tag.pk),
            DraftAction(kind=Action.Kind.REPLY, body=str(form["welcome"])),
        ),
    )
    assert [action.kind for action in made["Leave VIP"].actions] == ["remove_from_group", "add_tag", "reply"]
    assert (call.group_ref, call.wording, call.shown_at) == (group.pk, form["call"], "Poster")
    assert call.created_by_id == owner.pk


def test_texts_that_nobody_has_seen_are_shown_before_anything_is_made(
    browser: Client, shop: Account, number: Number
) -> None:
    shown = page(browser.post("/bots/wizard/", FACTS | {"numbers": number.pk}))
    assert "Read the texts once" in shown
    assert "Denny's Diner: You are on the VIP list! You get offers and new menus. Up to 4 msgs/month." in shown
    with tenant(shop.pk):
        assert not shop.bots.exists()


def test_what_somebody_has_written_stays_when_the_facts_change(browser: Client, number: Number) -> None:
    form = filled(browser, number) | {"name": "Gold", "join_word": "SHINE", "goodbye": "Bye!", "do": "look"}
    after = browser.post("/bots/wizard/", form).context["form"].data
    assert (after["join_word"], after["leave_word"], after["goodbye"]) == ("SHINE", "NOSHINE", "Bye!")
    assert "You are on the Gold list" in after["welcome"]


def test_a_clause_that_is_missing_is_named_and_a_button_puts_it_back(
    browser: Client, shop: Account, number: Number
) -> None:
    form = filled(browser, number)
    form["welcome"] = str(form["welcome"]).replace(" Msg & data rates may apply.", "")
    shown = page(browser.post("/bots/wizard/", form), 422)
    assert "It does not say that rates may apply." in shown
    assert shown.count("It does not say") == 1
    with tenant(shop.pk):
        assert not shop.groups.exists()
    [button] = re.findall(r'value="(put_back:[^"]*)"', shown)
    mended = browser.post("/bots/wizard/", form | {"do": button}).context["form"]
    assert mended.data["welcome"].endswith("Msg & data rates may apply.")
    assert not any(piece_misses(mended, name) for name in ("welcome", "goodbye", "call"))


def piece_misses(form: object, name: str) -> bool:
    return any(not is_said for _, is_said in form.said(name))  # type: ignore[attr-defined]


def test_who_is_sure_that_a_text_says_it_in_other_words_has_the_last_word(
    browser: Client, shop: Account, number: Number
) -> None:
    form = filled(browser, number) | {"goodbye": "Adiós. Manda VIP para volver."}
    assert browser.post("/bots/wizard/", form).status_code == 422
    assert browser.post("/bots/wizard/", form | {"sure": "on"}).status_code == 302
    with tenant(shop.pk):
        assert shop.bots.count() == 2


@pytest.mark.parametrize(
    "wrong, sentence",
    [
        ({"name": ""}, "Give the list a name."),
        ({"business": ""}, "Name your business."),
        ({"what": ""}, "Say what people get."),
        ({"times": "many"}, "Type a number, like 4."),
        ({"numbers": ()}, "Choose at least one number."),
        ({"numbers": "x"}, "Choose from the numbers listed."),
        ({"join_word": "Stop"}, "STOP belongs to the carrier and the law"),
        ({"leave_word": "quit"}, "QUIT belongs to the carrier and the law"),
        ({"leave_word": " vip "}, "another word than the one they join by"),
        ({"join_word": "NO VIPX", "leave_word": "NOVIPX"}, "another word than the one they join by"),
        ({"leave_word": "NO🎉🎉"}, "This is heard as “no”."),
        ({"join_word": "VIP!"}, "This is heard as “vip”."),
        ({"leave_word": "N.O."}, "This is heard as “n.o”."),
        ({"leave_word": "No"}, "“No” is an answer to anything."),
        ({"leave_word": "O.K"}, "“O.K” is an answer to anything."),
        ({"join_word": "nope"}, "“nope” means no"),
        ({"name": "{{ name }}"}, "A poster says the same to everybody"),
        ({"business": "{{ name }}"}, "A poster says the same to everybody"),
        ({"what": "{{ name }}"}, "A poster says the same to everybody"),
        ({"call": "Hi {{ first_name }}!", "sure": "on"}, "A poster says the same to everybody"),
        ({"shown_at": ""}, "Say where people see these words."),
        ({"welcome": "{{ shoe_size }}", "sure": "on"}, "No contact has a field “shoe_size”."),
    ],
)
def test_bad_input_is_answered_with_how_to_mend_it_and_makes_nothing(
    browser: Client, shop: Account, number: Number, wrong: Form, sentence: str
) -> None:
    form = filled(browser, number) | wrong
    before = everything.contents(shop)
    assert sentence in page(browser.post("/bots/wizard/", form), 422)
    assert everything.contents(shop) == before


def test_a_text_that_waits_for_the_first_part_is_not_complained_of(browser: Client, shop: Account) -> None:
    shown = page(browser.post("/bots/wizard/", {"name": "VIP", "do": "save"}), 422)
    assert "Say what people get." in shown
    assert "let it be written for you" not in shown


def test_both_words_are_refused_at_once(browser: Client, shop: Account, number: Number) -> None:
    with tenant(shop.pk):
        reply = DraftAction(kind=Action.Kind.REPLY, body="Hi")
        words = (DraftTrigger(word="VIP"), DraftTrigger(word="NOVIP"))
        drafts.save(account=shop, draft=Draft(name="Old", triggers=words, actions=(reply,)))
    shown = page(browser.post("/bots/wizard/", filled(browser, number)), 422)
    assert "“VIP” already starts the bot “Old”" in shown
    assert "“NOVIP” already starts the bot “Old”" in shown


def test_the_same_form_sent_twice_makes_one_list(browser: Client, shop: Account, number: Number) -> None:
    form = filled(browser, number)
    browser.post("/bots/wizard/", form)
    before = everything.contents(shop)
    assert "There is a group “VIP” already." in page(browser.post("/bots/wizard/", form), 422)
    assert everything.contents(shop) == before


def test_nothing_is_made_when_the_second_bot_cannot_be(shop: Account, number: Number, owner: User) -> None:
    with tenant(shop.pk):
        facts = wizard.Facts(
            name="VIP", business="D", what="w", often="o", join_word="VIP", leave_word="stop", numbers=()
        )
        wish = wizard.Wish(facts=facts, numbers=(number.pk,), welcome="a", goodbye="b", call="c", shown_at="d")
        before = everything.contents(shop)
        with pytest.raises(drafts.Refused):
            wizard.make(account=shop, wish=wish, by=owner)
        assert everything.contents(shop) == before


def test_while_somebody_types_only_the_suggestions_and_notes_come_anew(browser: Client, number: Number) -> None:
    live = {"HX-Request": "true"}
    shown = page(browser.post("/bots/wizard/", {"name": "Vip"}, headers=live))
    assert "<form" not in shown
    assert 'value="VIP"' in shown
    assert "Say what people get" not in shown
    shown = page(browser.post("/bots/wizard/", {"name": "Vip", "join_word": "STOP", "leave_word": "x"}, headers=live))
    assert shown.count("hx-swap-oob") == 12


def test_a_word_of_the_carriers_is_refused_while_it_is_typed(browser: Client, number: Number) -> None:
    form = filled(browser, number) | {"join_word": "STOP", "do": "look"}
    assert "STOP belongs to the carrier and the law" in page(browser.post("/bots/wizard/", form), 422)


def test_an_account_without_a_number_is_sent_for_one(client: Client, shop: Account, owner: User) -> None:
    client.force_login(owner)
    assert "First, a number" in page(client.get("/bots/wizard/"))


@pytest.mark.parametrize("command", ["explode", "put_back:welcome:free", "put_back:shoe:who"])
def test_a_button_that_no_page_shows_is_a_bad_request(browser: Client, number: Number, command: str) -> None:
    assert browser.post("/bots/wizard/", filled(browser, number) | {"do": command}).status_code == 400


def test_a_viewer_may_look_but_not_make(browser: Client, shop: Account, number: Number) -> None:
    form = filled(browser, number)
    browser.force_login(build.member(shop, Role.VIEWER))
    assert browser.post("/bots/wizard/", form).status_code == 403
    assert "wizard" not in page(browser.get("/bots/"))
    with tenant(shop.pk):
        assert not Bot.objects.exists()


@pytest.mark.parametrize(
    "name, join, leave",
    [
        ("VIP", "VIP", "NOVIP"),
        ("The Bread Club", "BREAD", "NOBREAD"),
        ("Denny’s list", "DENNYS", "NODENNYS"),
        ("Stop smoking", "JOINSTOP", "NOJOINSTOP"),
        ("No Kid Hungry", "JOINNO", "NOJOINNO"),
        ("🎉🎉", "🎉🎉", ""),
        ("PE", "PE", ""),
        ("", "", ""),
        ("!!!", "", ""),
    ],
)
def test_words_are_suggested_from_the_name(name: str, join: str, leave: str) -> None:
    assert (wizard.join_word(name), wizard.leave_word(wizard.join_word(name))) == (join, leave)


@pytest.mark.parametrize("join, leave", [("VIP!", "NOVIP"), ("“VIP”", "NOVIP"), ("🎉 🎉", ""), ("V I P", "NOVIP")])
def test_the_word_to_leave_is_suggested_as_it_is_heard(join: str, leave: str) -> None:
    assert wizard.leave_word(join) == leave
