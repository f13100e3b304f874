"""The clauses of a list's texts: written, recognised in other words, and put back."""

from dataclasses import replace

import pytest

from bots import clauses
from bots.clauses import Facts, Text

FACTS = Facts(
    name="VIP",
    business="Denny's Diner",
    what="offers and first word on new menus",
    often="up to 4 msgs/month",
    join_word="VIP",
    leave_word="NOVIP",
    numbers=("+14155550123",),
)


def missing(kind: Text, body: str, facts: Facts = FACTS) -> list[str]:
    return [clause.id for clause in clauses.clauses(kind, facts) if not clause.is_said(body)]


@pytest.mark.parametrize("kind", Text)
def test_what_shout_writes_says_all_that_it_has_to(kind: Text) -> None:
    for facts in (
        FACTS,
        replace(FACTS, name="Bread Club", often="up to 1 msg/week", join_word="🍞", leave_word="NO🍞"),
    ):
        assert missing(kind, clauses.write(kind, facts), facts) == []


@pytest.mark.parametrize(
    "name, listed",
    [
        ("VIP", "the VIP list"),
        ("Bread Club", "the Bread Club"),
        ("The Regulars", "The Regulars list"),
        ("the A list", "the A list"),
        ("A Taste of Lisbon", "A Taste of Lisbon list"),
        ("An Apple a Day Club", "An Apple a Day Club"),
        ("Theatre", "the Theatre list"),
        ("Answers", "the Answers list"),
    ],
)
def test_a_list_has_one_article(name: str, listed: str) -> None:
    facts = replace(FACTS, name=name)
    assert facts.listed == listed
    for kind in (Text.WELCOME, Text.GOODBYE):
        assert f" {listed}" in clauses.write(kind, facts)


@pytest.mark.parametrize("kind", Text)
def test_each_sentence_says_its_clause_and_can_be_put_back(kind: Text) -> None:
    for clause in clauses.clauses(kind, FACTS):
        body = clauses.put_back(kind, "Hello", clause.id, facts=FACTS)
        assert clause.is_said(body), body
        assert not clause.is_said("Hello")
        assert clauses.put_back(kind, body, clause.id, facts=FACTS) == body


@pytest.mark.parametrize(
    "clause, body",
    [
        ("who", "Hi from DENNY’S DINER!"),
        ("what", "Great offers & new menus, first"),
        ("often", "We send 2 texts a week"),
        ("often", "one message per month"),
        ("often", "Max 4 msgs/mo."),
        ("often", "Weekly texts"),
        ("often", "Message frequency varies"),
        ("rates", "Message and data rates may apply"),
        ("rates", "MSG&DATA RATES MAY APPLY"),
        ("rates", "Standard text message rates apply"),
        ("leave", "reply “novip” and you are off"),
        ("leave", "NOVIP to leave"),
        ("stop", "Reply STOP at any time"),
        ("stop", "Txt stop 2 end"),
        ("stop", "Reply NOVIP or STOP"),
        ("help", "HELP for help"),
    ],
)
def test_a_clause_is_recognised_in_other_words(clause: str, body: str) -> None:
    assert clause not in missing(Text.WELCOME, body)


@pytest.mark.parametrize(
    "clause, body",
    [
        ("who", "Hi from Denny's Dinerette"),
        ("what", "Great things"),
        ("often", "You get texts from time to time"),
        ("rates", "Message and data rates do not apply"),
        ("rates", "We rate our data"),
        ("leave", "You can leave the NOVIPS"),
        ("stop", "We never stop cooking"),
        ("help", "We are glad to help you"),
    ],
)
def test_what_only_sounds_like_a_clause_is_none(clause: str, body: str) -> None:
    assert clause in missing(Text.WELCOME, body)


def test_the_name_of_a_list_is_no_word_to_come_back_by() -> None:
    assert missing(Text.GOODBYE, "Denny's Diner: You are off the VIP list.") == ["back"]
    assert missing(Text.GOODBYE, "Dennys Diner here, you won't get more. VIP to return") == []


def test_a_poster_names_the_number() -> None:
    body = clauses.write(Text.CALL, FACTS)
    assert "(415) 555-0123" in body
    assert missing(Text.CALL, body.replace("(415) 555-0123", "us")) == ["join"]
    assert missing(Text.CALL, body.replace("(415) 555-0123", "+1 415.555.0123")) == []


def test_a_clause_that_a_text_need_not_have_is_refused() -> None:
    with pytest.raises(KeyError):
        clauses.put_back(Text.GOODBYE, "Bye", "rates", facts=FACTS)
