"""Saving a bot: what is refused (B4), what is stored."""

from dataclasses import replace

import pytest
from pytest_django.fixtures import Settings

from bots.drafts import Draft, DraftAction, DraftTrigger, draft_of
from bots.models import Action, Bot
from contacts.models import Number
from contacts.words import RESERVED
from shout.models import Account
from tests import build
from tests.bots.drafting import HELLO, draft, refusals, save


def test_a_saved_bot_is_what_was_drafted(account: Account, marketing: Number) -> None:
    vip, novip = build.group(account, "VIP"), build.tag(account, "NOVIP")
    wanted = Draft(
        name="Leave",
        status=Bot.Status.PAUSED,
        numbers=(marketing.pk,),
        triggers=(DraftTrigger(word="Leave"), DraftTrigger(word="no vip", match="contains")),
        actions=(
            DraftAction(kind=Action.Kind.REMOVE_FROM_GROUP, group=vip.pk),
            DraftAction(kind=Action.Kind.ADD_TAG, tag=novip.pk),
            HELLO,
        ),
    )
    bot = save(account, wanted)
    assert draft_of(Bot.objects.get(pk=bot.pk)) == wanted
    assert [trigger.word_key for trigger in bot.triggers.all()] == ["leave", "no vip"]


def test_saving_again_changes_nothing(account: Account, marketing: Number) -> None:
    bot = save(account, draft("hi", "hello", numbers=(marketing.pk,)))
    before = draft_of(bot)
    save(account, before, bot)
    assert draft_of(Bot.objects.get()) == before


def test_a_changed_bot_holds_only_its_new_words_actions_and_numbers(account: Account, marketing: Number) -> None:
    bot = save(account, draft("hi", "hello", numbers=(marketing.pk,)))
    wanted = draft("bye", actions=(replace(HELLO, body="Bye!"),), numbers=None)
    save(account, wanted, bot)
    assert draft_of(Bot.objects.get()) == wanted


@pytest.mark.parametrize("word", [*sorted(RESERVED), "“Stop.”", "ＳＴＯＰ", "stop!! 🛑", "Help?"])
def test_a_universal_keyword_is_refused_with_its_rule(account: Account, word: str) -> None:
    sentence = refusals(account, draft(word))["triggers.0.word"]
    assert "belongs to the carrier" in sentence
    assert "no bot may use it" in sentence


def test_stop_is_refused_in_the_words_of_the_rule(account: Account) -> None:
    assert refusals(account, draft("stop")) == {
        "triggers.0.word": "STOP belongs to the carrier and the law: it always opts a person out, so no bot may use it."
    }


@pytest.mark.parametrize("match", ["whole", "first", "contains"])
def test_a_universal_keyword_is_refused_however_it_is_matched(account: Account, match: str) -> None:
    assert "triggers.0.word" in refusals(account, draft("stop", match=match))


@pytest.mark.parametrize("word", ["", "  ", "...", "\u200b"])
def test_an_empty_word_is_refused(account: Account, word: str) -> None:
    assert "Type a word" in refusals(account, draft(word))["triggers.0.word"]


def test_a_word_that_is_only_an_emoji_is_a_word(account: Account) -> None:
    assert save(account, draft("🍕")).triggers.get().word == "🍕"


def test_the_same_word_twice_is_refused_at_the_second(account: Account) -> None:
    assert list(refusals(account, draft("VIP", "“vip!”"))) == ["triggers.1.word"]


@pytest.mark.parametrize("word", ["x" * 61, "ﷺ" * 60])
def test_a_word_that_is_too_long_is_refused(account: Account, word: str) -> None:
    assert refusals(account, draft(word)) == {"triggers.0.word": "A trigger word has at most 60 characters."}


def test_an_empty_bot_is_refused_for_all_it_lacks(account: Account) -> None:
    assert set(refusals(account, Draft())) == {"name", "triggers", "actions"}


@pytest.mark.parametrize(
    "fields, field",
    [
        ({"name": "x" * 61}, "name"),
        ({"status": "asleep"}, "status"),
        ({"numbers": ()}, "numbers"),
        ({"numbers": (2**62,)}, "numbers"),
        ({"triggers": tuple(DraftTrigger(word=f"w{n}") for n in range(101))}, "triggers"),
        ({"actions": (HELLO,) * 101}, "actions"),
        ({"triggers": (DraftTrigger(word="hi", match="somehow"),)}, "triggers.0.match"),
    ],
)
def test_what_cannot_be_is_refused_at_its_field(account: Account, fields: dict[str, object], field: str) -> None:
    assert list(refusals(account, draft("hi", **fields))) == [field]


@pytest.mark.parametrize(
    "action, field",
    [
        (DraftAction(kind="assign_group"), "group"),
        (DraftAction(kind="assign_group", group=2**62), "group"),
        (DraftAction(kind="remove_from_group", new_name=" "), "group"),
        (DraftAction(kind="assign_group", new_name="x" * 61), "group"),
        (DraftAction(kind="assign_group", new_name="ﷺ" * 60), "group"),
        (DraftAction(kind="add_tag", group=1), "tag"),
        (DraftAction(kind="remove_tag"), "tag"),
        (DraftAction(kind="reply", body=" \n"), "body"),
        (DraftAction(kind="reply", body="x" * 1601), "body"),
        (DraftAction(kind="dance"), "kind"),
        (DraftAction(kind="set_field", field="First_Name", value="Ana"), "field"),
        (DraftAction(kind="set_field", field="ZIP\ncode", value="1"), "field"),
        (DraftAction(kind="ask", body="What is your name?", field="NAME"), "field"),
        (DraftAction(kind="set_field", field="Phone", value="1"), "field"),
        (DraftAction(kind="set_field", field="id", value="1"), "field"),
        (DraftAction(kind="set_field", field="email", value="not an email"), "value"),
        (DraftAction(kind="set_field", field="email", value=f"{'a' * 250}@x.com"), "value"),
        (DraftAction(kind="set_field", field="postal_code", value="9" * 13), "value"),
    ],
)
def test_an_action_that_points_at_nothing_is_refused(account: Account, action: DraftAction, field: str) -> None:
    assert list(refusals(account, draft("hi", actions=(HELLO, action)))) == [f"actions.1.{field}"]


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1",
        "127.0.0.1:8000",
        "localhost",
        "LOCALHOST.",
        "shop.localhost",
        "10.0.0.1",
        "172.16.0.1",
        "192.168.1.1",
        "169.254.169.254",
        "0.0.0.0",
        "2130706433",
        "0x7f.1",
        "[::1]",
        "[::ffff:10.0.0.1]",
        "[fd00::1]",
    ],
)
def test_an_address_of_this_machine_or_a_private_network_is_refused(account: Account, host: str) -> None:
    call = DraftAction(kind=Action.Kind.CALL, url=f"https://{host}/hook")
    picture = replace(HELLO, media=(f"http://{host}/a.jpg",))
    refused = refusals(account, draft("hi", actions=(call, picture)))
    assert list(refused) == ["actions.0.url", "actions.1.media"]
    assert "Enter an address on the public internet." in refused["actions.0.url"]


@pytest.mark.parametrize("host", ["example.com", "8.8.8.8", "[2606:4700::1111]", "10.example.com", "localhost.com"])
def test_an_address_that_may_be_public_is_saved(account: Account, host: str) -> None:
    call = DraftAction(kind=Action.Kind.CALL, url=f"https://{host}/hook")
    assert save(account, draft("hi", actions=(call,))).pk


def test_a_private_address_is_saved_where_the_installation_allows_it(account: Account, settings: Settings) -> None:
    settings.WEBHOOKS_MAY_BE_PRIVATE = True
    call = DraftAction(kind=Action.Kind.CALL, url="http://127.0.0.1:8000/hook")
    assert save(account, draft("hi", actions=(call,))).pk


@pytest.mark.parametrize(
    "field, value",
    [
        ("first_name", "Ana"),
        ("email", ""),
        ("email", "ana@x.com"),
        ("email", "{{ mail }}"),
        ("Favourite dish", "x" * 99),
    ],
)
def test_a_value_that_fits_its_field_is_saved(account: Account, field: str, value: str) -> None:
    asked = DraftAction(kind=Action.Kind.ASK, body="Your e-mail?", field="mail")
    wanted = draft("hi", actions=(HELLO, asked, DraftAction(kind=Action.Kind.SET_FIELD, field=field, value=value)))
    assert save(account, wanted).pk


@pytest.mark.parametrize("name", ["First_Name", "first name", "FIRST-NAME"])
def test_a_field_that_every_contact_has_is_set_by_its_own_name(account: Account, name: str) -> None:
    action = DraftAction(kind=Action.Kind.SET_FIELD, field=name, value="Ana")
    assert "Write it first_name." in refusals(account, draft("hi", actions=(action,)))["actions.0.field"]


def test_a_new_name_becomes_one_group_however_it_is_written(account: Account) -> None:
    known = build.group(account, "VIP Club")
    names = ("vip  club", "Regulars", "REGULARS")
    actions = tuple(DraftAction(kind=Action.Kind.ASSIGN_GROUP, new_name=name) for name in names)
    bot = save(account, draft("hi", actions=actions))
    assert [str(action.group) for action in bot.actions.all()] == [str(known), "Regulars", "Regulars"]
    assert account.groups.count() == 2


def test_a_refused_bot_makes_no_group(account: Account) -> None:
    refusals(account, draft("stop", actions=(DraftAction(kind=Action.Kind.ASSIGN_GROUP, new_name="Regulars"),)))
    assert not account.groups.exists()
