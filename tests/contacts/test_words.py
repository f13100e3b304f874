"""Universal keywords: what is one, on which line, and what is not (P3-P5)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contacts.words import HELP_WORDS, RESERVED, START_WORDS, STOP_WORDS, Universal, classify, may_be_universal
from tests.shout.test_text import AROUND

LINES = [(is_local, has_stopped) for is_local in (True, False) for has_stopped in (True, False)]


def on_every_line(body: str) -> set[Universal | None]:
    return {classify(body, is_local_line=is_local, has_stopped=has_stopped) for is_local, has_stopped in LINES}


OFFICIAL = "STOP|STOPALL|STOP ALL|UNSUBSCRIBE|CANCEL|END|QUIT|REVOKE|OPTOUT|OPT OUT|OPT-OUT"
DISGUISED = "Stop.|“stop”|ＳＴＯＰ|STOP!!|opt  out|Opt‑Out|stop\nall|🛑stop"


@pytest.mark.parametrize("body", f"{OFFICIAL}|{DISGUISED}".split("|"))
def test_words_of_stopping_stop_on_every_line_whether_or_not_somebody_has_stopped(body: str) -> None:
    assert on_every_line(body) == {Universal.STOP}


@pytest.mark.parametrize("body", ["START", "Unstop!", "start\n\nSent from my iPhone"])
def test_words_of_starting_start_on_every_line(body: str) -> None:
    assert on_every_line(body) == {Universal.START}


@pytest.mark.parametrize("body", ["HELP", "info?", "Help!"])
def test_words_of_asking_ask_on_every_line(body: str) -> None:
    assert on_every_line(body) == {Universal.HELP}


def test_yes_starts_only_on_a_local_line_and_only_for_somebody_who_has_stopped() -> None:
    found = {line: classify("Yes!", is_local_line=line[0], has_stopped=line[1]) for line in LINES}
    assert found == {line: Universal.START if line == (True, True) else None for line in LINES}


@pytest.mark.parametrize(
    "body",
    [
        "stop by the shop?",
        "can't stop laughing",
        "we must STOP this bill",
        "please stop",
        "don't stop",
        "nonstop",
        "the end",
        "S T O P",
        "helpful",
        "start now",
        "y",
        "",
        "🛑",
    ],
)
def test_a_text_that_is_more_or_less_than_the_word_is_none(body: str) -> None:
    assert on_every_line(body) == {None}


def test_no_word_asks_for_two_things() -> None:
    assert len(RESERVED) == len(STOP_WORDS) + len(START_WORDS) + len(HELP_WORDS)


@given(st.sampled_from(sorted(RESERVED)), AROUND, AROUND)
def test_case_and_what_stands_around_do_not_matter(word: str, before: str, after: str) -> None:
    assert on_every_line(before + word.upper() + after) == on_every_line(word) != {None}


@given(st.one_of(st.text(max_size=12), st.sampled_from([*RESERVED, "Yes", "YES.", "yesterday"])))
def test_the_quick_question_never_misses_what_the_slow_one_finds(body: str) -> None:
    assert may_be_universal(body) == (on_every_line(body) != {None})
