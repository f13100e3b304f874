"""Which bot answers (B2), held against the rule as it is written, applied without any cleverness."""

from hypothesis import given
from hypothesis import strategies as st

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
BODIES = st.lists(st.sampled_from(["join", "vip", "now", "(join", "vip!", "joined", "DON’T", "❤️", "-"]), max_size=6)


def fits(rule: Rule, key: str) -> bool:
    """Whether a text is, starts with, or holds the word, word by word."""
    text, word = ([part.strip("(!,.") for part in each.split()] for each in (key, rule.word_key))
    if rule.match == "whole":
        return key == rule.word_key
    if rule.match == "first":
        return text[: len(word)] == word
    return any(text[at : at + len(word)] == word for at in range(len(text)))


def merit(rule: Rule) -> tuple[int, bool, int, int]:
    """What makes a rule the one that answers: the most."""
    match = ["contains", "first", "whole"].index(rule.match)
    return match, rule.numbers is not None, len(rule.word_key), -rule.bot_id


@given(RULES, BODIES)
def test_the_answer_is_the_one_that_the_written_rule_gives(rules: list[Rule], body: list[str]) -> None:
    key = normalise(" ".join(body))
    fitting = [rule for rule in rules if (rule.numbers is None or HERE in rule.numbers) and key and fits(rule, key)]
    found = Matcher(rules).find(key, HERE)
    assert (found is None) == (not fitting)
    if found:
        assert found in fitting
        assert merit(found) == max(map(merit, fitting))
