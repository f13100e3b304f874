"""Which bot answers (B2), held against the rule as it is written, applied without any cleverness."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bench import matching as bench
from bots.matching import Matcher, Rule
from shout.text import normalise

HERE, ELSEWHERE = 1, 2


def answer(body: str, *rules: Rule) -> int | None:
    """The bot that answers a text to the number HERE."""
    found = Matcher(rules).find(normalise(body), HERE)
    return found.bot_id if found else None


def rule(bot_id: int, word: str, match: str = "whole", *, numbers: set[int] | None = None) -> Rule:
    return Rule(bot_id, normalise(word), match, None if numbers is None else frozenset(numbers))


def test_the_whole_text_has_to_be_the_word() -> None:
    assert answer("Join!", rule(1, "JOIN")) == 1
    assert answer("join us", rule(1, "JOIN")) is None
    assert answer("", rule(1, "JOIN")) is None


def test_the_first_word_has_to_be_a_whole_word() -> None:
    assert answer("Join, please", rule(1, "JOIN", "first")) == 1
    assert answer("joining you", rule(1, "JOIN", "first")) is None
    assert answer("please join", rule(1, "JOIN", "first")) is None


def test_several_words_are_found_in_a_row_and_nowhere_else() -> None:
    happy_hour = rule(1, "Happy Hour", "contains")
    assert answer("When is happy hour?", happy_hour) == 1
    assert answer("When is (happy hour)?", happy_hour) == 1
    assert answer("happy to wait an hour", happy_hour) is None
    assert answer("unhappy hour", happy_hour) is None
    assert answer("happy", happy_hour) is None


def test_an_emoji_is_a_word() -> None:
    assert answer("❤️", rule(1, "❤")) == 1
    assert answer("I ❤️ pizza", rule(1, "❤", "contains")) == 1


def test_a_bot_that_listens_elsewhere_does_not_answer() -> None:
    assert answer("JOIN", rule(1, "JOIN", numbers={ELSEWHERE})) is None
    assert answer("JOIN", rule(1, "JOIN", numbers={ELSEWHERE, HERE})) == 1
    assert answer("JOIN", rule(1, "JOIN", numbers=set())) is None


def test_whole_text_goes_before_first_word_and_that_before_contains() -> None:
    rules = [rule(1, "menu", "contains"), rule(2, "menu", "first"), rule(3, "menu")]
    assert answer("menu", *rules) == 3
    assert answer("menu please", *rules) == 2
    assert answer("the menu please", *rules) == 1


def test_this_very_number_goes_before_all_numbers_but_not_before_a_closer_match() -> None:
    assert answer("JOIN", rule(1, "JOIN"), rule(2, "JOIN", numbers={HERE})) == 2
    assert answer("JOIN", rule(1, "JOIN"), rule(2, "JOIN", "first", numbers={HERE})) == 1
    assert answer("we join now", rule(1, "join now", "contains"), rule(2, "join", "contains", numbers={HERE})) == 2


def test_the_longer_word_goes_before_the_shorter_and_the_older_bot_before_the_younger() -> None:
    assert answer("free pizza today", rule(1, "free", "first"), rule(2, "free pizza", "first")) == 2
    assert answer("JOIN", rule(7, "JOIN"), rule(4, "JOIN")) == 4


@pytest.mark.parametrize(
    "body",
    [
        "SUPER SUP",
        "Super sup",
        "super-sup!",
        "“Supersup”",
        "SuperSup.",
        "SUPERSUP\n",
        "s u p e r s u p",
        "S.U.P.E.R.S.U.P.",
    ],
)
def test_a_word_is_known_however_a_phone_writes_it(body: str) -> None:
    assert answer(body, rule(1, "SUPERSUP")) == 1


@pytest.mark.parametrize(
    "body", ["DENNY'S", "Denny’s", "DENNY‘S", "DENNYʼS", "DENNY`S", "DENNY´S", "DENNY′S", "Dennys"]
)
def test_an_apostrophe_is_any_apostrophe_or_none(body: str) -> None:
    assert answer(body, rule(1, "DENNY'S")) == 1
    assert answer(body, rule(1, "Denny’s")) == 1


def test_spaces_inside_count_where_two_bots_would_come_of_it() -> None:
    two = rule(1, "NOW HERE"), rule(2, "NOWHERE")
    assert (answer("now here", *two), answer("nowhere", *two), answer("no where", *two)) == (1, 2, None)
    assert answer("no where", *two[:1], rule(2, "NOWHERE", numbers={ELSEWHERE})) == 1
    assert answer("no where", rule(1, "NOW HERE"), rule(1, "NOWHERE")) == 1


def test_spaces_inside_count_before_any_other_bot_is_passed_over() -> None:
    assert answer("super sup", rule(1, "SUPERSUP"), rule(2, "super", "first")) == 2
    assert answer("super sup", rule(1, "SUPERSUP"), rule(2, "sup", "contains")) == 2


@pytest.mark.parametrize("body", ["super sup please", "supersups", "super", "1.5", "1 5"])
def test_only_a_whole_text_is_taken_so_loosely_and_digits_never(body: str) -> None:
    assert answer(body, rule(1, "SUPERSUP"), rule(2, "15"), rule(3, "SUPER SUP NOW", "contains")) is None


@pytest.mark.parametrize("word", ["مرحبا", "שלום", "¡Sí!", "日本", "né"])
def test_a_word_of_any_script_is_found_alone_first_and_in_the_middle(word: str) -> None:
    assert answer(f" {word}! ", rule(1, word)) == 1
    assert answer(f"{word} please", rule(1, word, "first")) == 1
    assert answer(f"I want {word}, please", rule(1, word, "contains")) == 1


def test_a_word_is_found_at_the_end_of_a_text_of_1600_characters() -> None:
    body = "pizza? " * 227 + "Sale now!!"
    assert len(body) == 1599
    assert answer(body, rule(1, "sale now", "contains")) == 1
    assert answer(body, rule(1, "sale now"), rule(2, "now", "first")) is None


WORDS = st.lists(st.sampled_from(["join", "vip", "now", "joined", "don't", "❤", "-"]), min_size=1, max_size=4)
RULES = st.lists(
    st.builds(
        Rule,
        st.integers(1, 4),
        WORDS.map(" ".join).map(normalise).filter(bool),
        st.sampled_from(["whole", "first", "contains"]),
        st.none() | st.frozensets(st.sampled_from([HERE, ELSEWHERE])),
    ),
    max_size=8,
)
BODIES = st.lists(
    st.sampled_from(["join", "vip", "now", "(join", "vip!", "joined", "DON’T", "dont", "joinvip", "❤️", "-"]), max_size=6
)


def fits(rule: Rule, key: str) -> bool:
    """Whether a text is, starts with, or holds the word, word by word."""
    text, word = ([part.strip("(!,.") for part in each.split()] for each in (key, rule.word_key))
    if rule.match == "whole":
        return key == rule.word_key
    if rule.match == "first":
        return text[: len(word)] == word
    return any(text[at : at + len(word)] == word for at in range(len(text)))


def nearly_is(rule: Rule, key: str) -> bool:
    """Whether a text is the word but for what stands between the letters."""
    bare = ["".join(char for char in each if char not in " '-") or each for each in (key, rule.word_key)]
    return rule.match == "whole" and bare[0] == bare[1]


def merit(rule: Rule) -> tuple[int, bool, int, int]:
    """What makes a rule the one that answers: the most."""
    match = ["contains", "first", "whole"].index(rule.match)
    return match, rule.numbers is not None, len(rule.word_key), -rule.bot_id


@given(RULES, BODIES)
@example([Rule(1, "joinvip", "whole", None), Rule(2, "join vip", "whole", frozenset({HERE}))], ["join-vip"])
def test_the_answer_is_the_one_that_the_written_rule_gives(rules: list[Rule], body: list[str]) -> None:
    key = normalise(" ".join(body))
    listening = [rule for rule in rules if key and (rule.numbers is None or HERE in rule.numbers)]
    fitting = [rule for rule in listening if fits(rule, key)]
    if not fitting:
        near = [rule for rule in listening if nearly_is(rule, key)]
        fitting = near if len({rule.bot_id for rule in near}) == 1 else []
    found = Matcher(rules).find(key, HERE)
    assert (found is None) == (not fitting)
    if found:
        assert found in fitting
        assert merit(found) == max(map(merit, fitting))


def test_the_benchmark_measures_a_tenth_of_its_words_too() -> None:
    figures = bench.measure(bench.TRIGGERS // 100)
    assert figures.microseconds > 0
    assert figures.megabytes < 10
