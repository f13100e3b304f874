"""Universal keywords: what is one, on which line, and what is not (P3-P5)."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contacts.words import (
    HELP_WORDS,
    RESERVED,
    START_WORDS,
    STOP_WORDS,
    Universal,
    carrier_knows,
    classify,
    may_be_universal,
)
from shout.text import skeleton
from tests.shout.test_text import AROUND

LINES = [(is_local, has_stopped) for is_local in (True, False) for has_stopped in (True, False)]


def on_every_line(body: str) -> set[Universal | None]:
    return {classify(body, is_local_line=is_local, has_stopped=has_stopped) for is_local, has_stopped in LINES}


OFFICIAL = "STOP|STOPALL|STOP ALL|UNSUBSCRIBE|CANCEL|END|QUIT|REVOKE|OPTOUT|OPT OUT|OPT-OUT"
DISGUISED = (
    "Stop.|“stop”|ＳＴＯＰ|STOP!!|opt  out|Opt‑Out|opt_out|stop\nall|🛑stop|ⓢⓣⓞⓟ|🅂🅃🄾🄿|🅢🅣🅞🅟|🆂🆃🅾🅿|🇸🇹🇴🇵|𝓢𝓣𝓞𝓟|ꜱᴛᴏᴘ|ˢᵗᵒᵖ"
    "|ЅТОР|Տtօр|ᏚТΟᏢ|ꓢꓔꓳꓑ|ЕND|САNСЕL|S̶T̶O̶P̶|STÓP|Ŝțöp|S\u200bTO\u00adP|🇺🇸 Stop 🇺🇸|STOP™|S T O P|S.T.O.P.|s-t-o-p"
    "|S 🛑 T 🛑 O 🛑 P|STOP STOP|stop! stop!|STOP\nSTOP\nSTOP|S T O P S T O P|stop all stop all"
    "|STOP\n\nSent from Yahoo Mail for iPhone|Stop\n--\nEnvoyé de mon iPhone|ℹ️ stop"
    "|$TOP|＄top!|🛑 $top $top|ΣTOP|un$ub$cribe"
)


@pytest.mark.parametrize("body", f"{OFFICIAL}|{DISGUISED}".split("|"))
def test_words_of_stopping_stop_on_every_line_whether_or_not_somebody_has_stopped(body: str) -> None:
    assert on_every_line(body) == {Universal.STOP}


@pytest.mark.parametrize(
    "body", ["START", "Unstop!", "start\n\nSent from my iPhone", "S T A R T", "ЅТΑRТ", "START START", "🇺🇸 Stárt"]
)
def test_words_of_starting_start_on_every_line(body: str) -> None:
    assert on_every_line(body) == {Universal.START}


@pytest.mark.parametrize("body", ["HELP", "info?", "Help!", "H.E.L.P", "НЕLР", "ℹ️ info", "help help"])
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
        "STOPP",
        "stopstop",
        "ST OP",
        "СТОП",
        "ΣΤΟΡ",
        "$tart",
        "un$top",
        "$ top",
        "στοπ",
        "стоп",
        "startt",
        "strat",
        "un stop",
        "y es",
        "yes yes",
        "yess",
        "stop end",
        "sent from my iPhone",
        "helpful",
        "start now",
        "y",
        "",
        "🛑",
    ],
)
def test_a_text_that_is_more_or_less_than_the_word_is_none(body: str) -> None:
    assert on_every_line(body) == {None}


@pytest.mark.parametrize(
    ("body", "knows"),
    [
        ("STOP", "local toll_free short_code"),
        (" sToP\r\n", "local toll_free short_code"),
        ("Revoke", "local short_code"),
        ("OPTOUT", "local short_code"),
        ("opt out", ""),
        ("stop all", ""),
        ("STOP.", ""),
        ("ＳＴＯＰ", ""),
        ("ſtop", ""),
        ("STOP\u00a0", ""),
    ],
)
def test_a_carrier_knows_only_the_bare_words_of_the_line(body: str, knows: str) -> None:
    lines = ["local", "toll_free", "short_code", "in_app"]
    assert [line for line in lines if carrier_knows(body, Universal.STOP, line=line)] == knows.split()


def test_a_carrier_takes_yes_for_start_on_a_line_that_is_not_toll_free_and_nothing_in_app() -> None:
    assert carrier_knows("Yes", Universal.START, line="local")
    assert carrier_knows("unstop", Universal.START, line="toll_free")
    assert not carrier_knows("Yes", Universal.START, line="toll_free")
    assert not carrier_knows("START", Universal.STOP, line="local")
    assert carrier_knows("INFO", Universal.HELP, line="toll_free")
    assert not carrier_knows("HELP", Universal.HELP, line="in_app")


@pytest.mark.parametrize("body", ["ARRET", "Arrêt!", "a r r e t", "arret arret", "ＡＲＲＥＴ", "no más", "NO MAS"])
def test_an_accounts_own_words_are_as_tolerant(body: str) -> None:
    own = ["arrêt", "no más"]
    assert classify(body, is_local_line=True, has_stopped=False, own_stop_words=own) == Universal.STOP
    assert may_be_universal(body, own)


@pytest.mark.parametrize(
    ("own", "body"),
    [
        ("🛑", "🛑🛑"),
        ("🛑", "🛑 🛑 🛑!"),
        ("στοπ", "Στόπ"),
        ("στοπ", "ΣΤΌΠ"),
        ("τελοσ", "Τέλος"),
        ("стоп", "СТОП! СТОП!"),
        ("стоп", "С Т О П"),
        ("стоп", "СТО\u0301П"),
        ("やめて", "やめてやめて"),
    ],
)
def test_an_accounts_own_words_are_as_tolerant_in_every_script(own: str, body: str) -> None:
    assert classify(body, is_local_line=True, has_stopped=False, own_stop_words=[own]) == Universal.STOP


@pytest.mark.parametrize(
    ("own", "body"), [("หยุด", "หยด"), ("かし", "がし"), ("2", "22"), ("no", "nono"), ("🛑", "🛑🚫"), ("🛑", "🛑 ok")]
)
def test_an_accounts_own_words_are_no_other_words(own: str, body: str) -> None:
    assert classify(body, is_local_line=True, has_stopped=False, own_stop_words=[own]) is None


def test_an_accounts_own_words_take_neither_start_nor_help_nor_other_scripts() -> None:
    own = ["start", "info", "не"]
    found = [
        classify(body, is_local_line=True, has_stopped=True, own_stop_words=own) for body in ("Start", "info", "he")
    ]
    assert found == [Universal.START, Universal.HELP, None]


def test_no_word_asks_for_two_things() -> None:
    assert len(RESERVED) == len(STOP_WORDS) + len(START_WORDS) + len(HELP_WORDS)


LOOKALIKES = {"a": "АΑａⓐ", "e": "ЕΕéＥ", "o": "ОΟöօ", "p": "РΡｐ🅿", "s": "ЅՏ🆂ş", "t": "ТΤ🆃ţ", "l": "ＬⓁ", "n": "ΝñＮ"}
WITHIN = st.sampled_from(["\u200b", "\u00ad", "\u0336", "\ufeff", "\u0301", ""])


@st.composite
def disguised(draw: st.DrawFn, word: str) -> str:
    """A word in letters that look the same, with invisible characters and accents within."""
    letters = [draw(st.sampled_from([char, char.upper(), *LOOKALIKES.get(char, "")])) for char in word]
    return "".join(letter + draw(WITHIN) for letter in letters)


@given(st.sampled_from(sorted(RESERVED)), AROUND, AROUND)
def test_case_and_what_stands_around_do_not_matter(word: str, before: str, after: str) -> None:
    assert on_every_line(before + word.upper() + after) == on_every_line(word) != {None}


@given(st.data(), st.sampled_from(sorted(RESERVED)), AROUND, AROUND)
def test_a_word_in_disguise_is_the_word(data: st.DataObject, word: str, before: str, after: str) -> None:
    assert on_every_line(before + data.draw(disguised(word)) + after) == on_every_line(word)


@given(
    st.one_of(
        st.text(max_size=12),
        st.text("startunopye STARUNOPYE.\n", max_size=12),
        st.sampled_from(["start", "unstop", "yes"]).flatmap(disguised),
    )
)
def test_nothing_starts_but_the_letters_of_start_and_unstop_and_yes(body: str) -> None:
    letters = "".join(skeleton(body, drop_symbols=True)), "".join(skeleton(body))
    if Universal.START in on_every_line(body):
        assert any(re.fullmatch(r"(start)+|(unstop)+|yes", each) for each in letters)


@given(st.one_of(st.text(max_size=12), st.sampled_from([*RESERVED, "Yes", "YES.", "yesterday"])))
def test_the_quick_question_never_misses_what_the_slow_one_finds(body: str) -> None:
    assert may_be_universal(body) == (on_every_line(body) != {None})
