"""Saving a bot: what is refused (B4), what is warned about, what is stored."""

import threading
from dataclasses import replace

import pytest
from django.db import connection

from bots import drafts
from bots.drafts import Draft, DraftAction, DraftTrigger, Severity, advice, draft_of
from bots.models import Action, Bot
from contacts.models import Number
from contacts.words import RESERVED
from shout.models import Account
from shout.tenancy import tenant
from tests import build

HELLO = DraftAction(kind=Action.Kind.REPLY, body="Hello! Text STOP to opt out.")


def draft(*words: str, match: str = "whole", **fields: object) -> Draft:
    """A bot that greets whoever texts one of the words."""
    made = Draft(
        name="Greeter", triggers=tuple(DraftTrigger(word=word, match=match) for word in words), actions=(HELLO,)
    )
    return replace(made, **fields)  # type: ignore[arg-type]


def save(account: Account, wanted: Draft, bot: Bot | None = None) -> Bot:
    return drafts.save(account=account, draft=wanted, bot=bot)


def refusals(account: Account, wanted: Draft, bot: Bot | None = None) -> dict[str, str]:
    """What saving answers: the sentences by field; nothing is stored."""
    before = Bot.objects.count()
    with pytest.raises(drafts.Refused) as refused:
        save(account, wanted, bot)
    assert Bot.objects.count() == before
    return {problem.field: problem.sentence for problem in refused.value.problems}


def warnings(account: Account, wanted: Draft, bot: Bot | None = None) -> list[tuple[str, str]]:
    found = drafts.problems(account=account, draft=wanted, bot=bot)
    assert all(problem.severity == Severity.WARNING for problem in found)
    return [(problem.field, problem.sentence) for problem in found]


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


def test_a_word_of_another_active_bot_is_refused_with_its_name(account: Account) -> None:
    save(account, draft("VIP", name="Club"))
    assert "“Club”" in refusals(account, draft("“vip”"))["triggers.0.word"]


def test_a_word_of_a_paused_bot_is_free(account: Account) -> None:
    save(account, draft("VIP", name="Club", status=Bot.Status.PAUSED))
    assert save(account, draft("VIP")).is_active


def test_activating_asks_again_whether_the_words_are_free(account: Account) -> None:
    paused = save(account, draft("VIP", status=Bot.Status.PAUSED))
    save(account, draft("VIP", name="Club"))
    assert "“Club”" in refusals(account, draft("VIP"), paused)["triggers.0.word"]


def test_a_bot_does_not_refuse_its_own_words(account: Account) -> None:
    bot = save(account, draft("VIP"))
    assert save(account, draft("VIP", "CLUB"), bot) == bot


def test_a_word_held_in_another_way_is_free(account: Account) -> None:
    save(account, draft("VIP", name="Club"))
    assert save(account, draft("VIP", match="first")).pk


def test_a_word_on_other_numbers_is_free(account: Account, marketing: Number, service: Number) -> None:
    save(account, draft("VIP", numbers=(marketing.pk,)))
    assert save(account, draft("VIP", numbers=(service.pk,))).pk


@pytest.mark.parametrize("mine, theirs", [("one", "all"), ("all", "one"), ("one", "both"), ("all", "all")])
def test_a_word_on_an_overlapping_number_is_refused(
    account: Account, marketing: Number, service: Number, mine: str, theirs: str
) -> None:
    numbers = {"one": (marketing.pk,), "both": (marketing.pk, service.pk), "all": None}
    save(account, draft("VIP", numbers=numbers[theirs], name="Club"))
    assert "“Club”" in refusals(account, draft("VIP", numbers=numbers[mine]))["triggers.0.word"]


def test_a_word_of_another_account_is_free(db: None) -> None:
    for account in (build.account(), build.account()):
        with tenant(account.pk):
            assert save(account, draft("VIP")).is_active


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


def test_yes_is_saved_with_a_warning_on_a_local_line(account: Account, marketing: Number) -> None:
    assert [field for field, _ in warnings(account, draft("Yes"))] == ["triggers.0.word"]
    assert save(account, draft("Yes")).pk


def test_yes_is_an_ordinary_word_where_no_line_is_local(account: Account, marketing: Number) -> None:
    toll_free = build.number(account, line=Number.Line.TOLL_FREE)
    assert warnings(account, draft("Yes", numbers=(toll_free.pk,))) == []


@pytest.mark.parametrize(
    "mine, theirs, text, winner",
    [
        (("pizza", "contains"), ("pizza lunch", "whole"), "pizza lunch", "the bot “Other”"),
        (("pizza", "first"), ("pizza lunch", "whole"), "pizza lunch", "the bot “Other”"),
        (("pizza lunch", "whole"), ("lunch", "contains"), "pizza lunch", "this bot"),
        (("pizza", "whole"), ("pizza", "contains"), "pizza", "this bot"),
        (("lunch", "contains"), ("pizza lunch", "contains"), "pizza lunch", "the bot “Other”"),
    ],
)
def test_words_that_one_text_can_fit_are_warned_about(
    account: Account, mine: tuple[str, str], theirs: tuple[str, str], text: str, winner: str
) -> None:
    save(account, draft(theirs[0], match=theirs[1], name="Other"))
    [(field, sentence)] = warnings(account, draft(mine[0], match=mine[1]))
    assert field == "triggers.0.word"
    assert f"The text “{text}” fits" in sentence
    assert f": {winner} answers it." in sentence


def test_words_on_different_numbers_never_meet(account: Account, marketing: Number, service: Number) -> None:
    save(account, draft("pizza lunch", numbers=(marketing.pk,)))
    assert warnings(account, draft("pizza", match="contains", numbers=(service.pk,))) == []
    assert len(warnings(account, draft("pizza", match="contains", numbers=(marketing.pk, service.pk)))) == 1


def test_leaving_a_list_without_a_tag_is_warned_about(account: Account) -> None:
    leave = DraftAction(kind=Action.Kind.REMOVE_FROM_GROUP, group=build.group(account).pk)
    tag = DraftAction(kind=Action.Kind.ADD_TAG, tag=build.tag(account).pk)
    assert "without adding a tag" in warnings(account, draft("bye", actions=(leave,)))[0][1]
    assert warnings(account, draft("bye", actions=(leave, tag))) == []


def test_a_welcome_that_does_not_say_how_to_leave_is_warned_about(account: Account) -> None:
    vip, tag = build.group(account), build.tag(account)
    join = DraftAction(kind=Action.Kind.ASSIGN_GROUP, group=vip.pk)
    silent = draft("join", actions=(join, DraftAction(kind=Action.Kind.REPLY, body="Welcome! Text NOVIP to leave.")))
    assert "how to leave" in warnings(account, silent)[0][1]
    assert warnings(account, draft("join", actions=(join, HELLO))) == []
    leave = DraftAction(kind=Action.Kind.REMOVE_FROM_GROUP, group=vip.pk)
    save(account, draft("NOVIP", actions=(leave, DraftAction(kind=Action.Kind.ADD_TAG, tag=tag.pk))))
    assert warnings(account, silent) == []


def test_a_goodbye_that_does_not_say_how_to_come_back_is_warned_about(account: Account) -> None:
    vip, tag = build.group(account), build.tag(account)
    save(account, draft("JOIN", actions=(DraftAction(kind=Action.Kind.ASSIGN_GROUP, group=vip.pk), HELLO)))
    leave = DraftAction(kind=Action.Kind.REMOVE_FROM_GROUP, group=vip.pk)
    steps = (leave, DraftAction(kind=Action.Kind.ADD_TAG, tag=tag.pk))
    assert "“Text JOIN to come back.”" in warnings(account, draft("bye", actions=(*steps, HELLO)))[0][1]
    back = DraftAction(kind=Action.Kind.REPLY, body="Bye! Text join, and you are back.")
    assert warnings(account, draft("bye", actions=(*steps, back))) == []


def test_two_people_cannot_give_one_word_to_two_bots_at_once(committed: None) -> None:
    account = build.account()
    outcomes: list[object] = []
    start = threading.Barrier(4)

    def attempt(name: str) -> None:
        start.wait()
        try:
            with tenant(account.pk):
                outcomes.append(save(account, draft("VIP", name=name)).pk)
        except drafts.Refused as refused:
            outcomes.append(refused)
        finally:
            connection.close()

    threads = [threading.Thread(target=attempt, args=[f"Bot {n}"]) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(isinstance(outcome, drafts.Refused) for outcome in outcomes) == [False, True, True, True]
    with tenant(account.pk):
        assert Bot.objects.count() == 1


@pytest.mark.parametrize("word", ["STOPPP", "please stop texting me", "take me off this list"])
def test_a_plain_request_for_silence_is_no_trigger_word(account: Account, word: str) -> None:
    assert "plainly asks for no more texts" in refusals(account, draft(word))["triggers.0.word"]


@pytest.mark.parametrize(
    "match, told", [("whole", "Let this bot take them off"), ("contains", "this bot is not asked")]
)
def test_a_word_that_may_ask_for_silence_is_warned_about_with_what_will_happen(
    account: Account, match: str, told: str
) -> None:
    [(field, sentence)] = warnings(account, draft("not interested", match=match))
    assert field == "triggers.0.word"
    assert told in sentence


@pytest.mark.parametrize(
    "word, heard", [("NO🎉🎉", "no"), ("“VIP”", "vip"), ("V.I.P.", "v.i.p"), ("denny's!", "denny's")]
)
def test_a_word_that_is_heard_otherwise_than_it_looks_is_warned_about(word: str, heard: str) -> None:
    [problem] = advice.heard_otherwise(draft("VIP", word))
    assert (problem.field, problem.severity) == ("triggers.1.word", Severity.WARNING)
    assert f"heard as “{heard}”" in problem.sentence


@pytest.mark.parametrize(
    "word", ["VIP", " v i p ", "DENNY’S", "🎉🎉", "🎉 🎉!", "opt–in", "ＶＩＰ", "加入", "Straße", "हिन्दी"]
)
def test_a_word_that_is_heard_as_it_looks_is_not(word: str) -> None:
    assert list(advice.heard_otherwise(draft(word))) == []


def test_a_long_text_is_warned_about_where_something_is_merged_into_it() -> None:
    merged, plain = "a" * 1400 + "{{ first_name }}", "a" * 1600
    asked = DraftAction(kind=Action.Kind.ASK, body=merged, field="age")
    replies = (HELLO, replace(HELLO, body=plain), replace(HELLO, body=merged), replace(HELLO, body=merged[200:]), asked)
    found = [problem.field for problem in advice.little_room(draft("hi", actions=replies))]
    assert found == ["actions.2.body", "actions.4.body"]


def test_a_word_is_warned_about_before_the_bot_has_all_it_needs(account: Account) -> None:
    found = drafts.problems(account=account, draft=draft("NO🎉", actions=()))
    assert [(each.severity, each.field) for each in found][-1] == (Severity.WARNING, "triggers.0.word")
    assert any(each.severity == Severity.REFUSAL for each in found)
