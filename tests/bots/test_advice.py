"""What is legal in a bot but may surprise, and is warned about (B4)."""

from dataclasses import replace

import pytest

from bots import drafts
from bots.drafts import DraftAction, Severity, advice
from bots.models import Action
from contacts.models import Number
from shout.models import Account
from tests import build
from tests.bots.drafting import HELLO, draft, refusals, save, warnings


def test_yes_is_saved_with_a_warning_on_a_local_line(account: Account, marketing: Number) -> None:
    assert [field for field, _ in warnings(account, draft("Yes"))] == ["triggers.0.word"]
    assert save(account, draft("Yes")).pk


def test_yes_is_an_ordinary_word_where_no_line_is_local(account: Account, marketing: Number) -> None:
    toll_free = build.number(account, line=Number.Line.TOLL_FREE)
    assert warnings(account, draft("Yes", numbers=(toll_free.pk,))) == []


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


def test_a_question_whose_every_answer_joins_a_list_is_warned_about(account: Account) -> None:
    join = DraftAction(kind=Action.Kind.ASSIGN_GROUP, group=build.group(account).pk)
    asked = DraftAction(kind=Action.Kind.ASK, body="Reply YES to join", field="answer")
    [(field, sentence)] = warnings(account, draft("hi", actions=(HELLO, asked, HELLO, join)))
    assert field == "actions.1.answer"
    assert "“no” too" in sentence
    assert "a bot of its own" in sentence
    assert save(account, draft("hi", actions=(HELLO, asked, join))).pk


@pytest.mark.parametrize(
    "kinds", [("assign_group", "ask"), ("ask",), ("ask", "remove_from_group"), ("ask number", "assign_group")]
)
def test_a_question_whose_answer_joins_no_list_or_has_to_be_of_a_kind_is_not(kinds: tuple[str, ...]) -> None:
    actions = [DraftAction(kind=kind.split()[0], answer=(*kind.split(), "any")[1]) for kind in kinds]
    assert list(advice.joined_by_any_answer(draft("hi", actions=tuple(actions)))) == []
