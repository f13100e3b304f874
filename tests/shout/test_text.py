"""What people type, made comparable (B3)."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shout.text import clean, fold, legible, normalise, skeleton, unaccented, words

# What may stand around a word without making it another word.
AROUND = st.text(
    st.sampled_from(
        " \t\n\r\x0b\u00a0\u2003.,!?;:'\"“”‘’«»()[]*_~-–—…¡¿<>/\\#@%&+=|^$€"
        "\u200b\u200d\u2060\ufeff\u00ad\ufe0f😀👍🏽🛑❗❤"
    )
)
APOSTROPHES = "'’‘‛ʼʻ`´′＇"


@pytest.mark.parametrize(
    "written",
    [
        "STOP",
        "stop",
        "Stop.",
        '"Stop."',
        "“Stop”",
        "‘stop’",
        "STOP!!",
        "  stop  ",
        "\nSTOP\r\n",
        "ＳＴＯＰ",
        "𝐒𝐓𝐎𝐏",
        "ⓢⓣⓞⓟ",
        "ſtop",
        "🛑 STOP 🛑",
        "STOP❗️",
        "👍🏽STOP",
        "S\u200bTO\u00adP",
        "\u200f\u202bSTOP\u202c",
        "\ufeffSTOP\u2060",
        "STOP\n\nSent from my iPhone",
        "Stop\r\nsent from my Galaxy.\r\n",
        "Stop\u2028Get Outlook for Android",
        "STOP\x00",
        "*STOP*",
        "¡Stop!",
        "STOP…",
    ],
)
def test_every_way_of_writing_stop_is_stop(written: str) -> None:
    assert normalise(written) == "stop"


@pytest.mark.parametrize(
    ("written", "key"),
    [
        ("STOP ALL", "stop all"),
        ("stop\x0ball", "stop all"),
        ("Opt–Out", "opt-out"),
        ("opt\u2011out", "opt-out"),
        ("STRASSE", "strasse"),
        ("Straße", "strasse"),
        ("stop it", "stop it"),
        ("Sent from my iPhone", "sent from my iphone"),
        ("Was it sent from my iPhone?", "was it sent from my iphone"),
        ("¿Cuánto?", "cuánto"),
        ("انضم؟", "انضم"),
        ("\u200fהצטרף\u200f!", "הצטרף"),
        ("加入！", "加入"),
        ("5” pipe", '5" pipe'),
        ("?!", ""),
        (" \u200b ", ""),
        ("", ""),
    ],
)
def test_other_texts_keep_what_tells_them_apart(written: str, key: str) -> None:
    assert normalise(written) == key


@pytest.mark.parametrize("apostrophe", APOSTROPHES)
def test_any_apostrophe_is_an_apostrophe(apostrophe: str) -> None:
    assert normalise(f"Denny{apostrophe}s") == "denny's"
    assert normalise(f"{apostrophe}DENNY{apostrophe}S{apostrophe}!") == "denny's"


@pytest.mark.parametrize("written", ["❤", "❤️", " ❤️ !", "“❤️”", "\u200b❤\ufe0f"])
def test_a_word_that_is_only_an_emoji_is_a_word(written: str) -> None:
    assert normalise(written) == "❤"


@pytest.mark.parametrize(
    ("written", "key"),
    [
        ("👍🏽", "👍"),
        ("👍🏻 👍🏿!", "👍👍"),
        ("👩🏽‍🍳", "👩🍳"),
        ("yes 👍🏽 please", "yes 👍 please"),
        ("a 🏽 b", "a b"),
        ("🏽", "🏽"),
        ("🏽 - 🏻", "🏽-🏻"),
    ],
)
def test_emoji_are_the_same_whatever_the_colour_of_their_skin(written: str, key: str) -> None:
    assert normalise(written) == key
    assert normalise(key) == key


def test_emoji_in_a_row_are_one_word_however_they_are_spaced() -> None:
    assert normalise("🍕 🍺!") == normalise("🍕🍺") == "🍕🍺"


def test_an_emoji_younger_than_the_unicode_tables_is_a_word_too() -> None:
    young = next(chr(code) for code in range(0x1FA70, 0x1FBFF) if unicodedata.category(chr(code)) == "Cn")
    assert normalise(f"{young}!") == young
    assert normalise(f"{young} join") == "join"


@given(st.text())
def test_normalising_twice_is_normalising_once(text: str) -> None:
    assert normalise(normalise(text)) == normalise(text)


@given(st.text())
def test_a_key_has_no_space_around_it_none_doubled_and_nothing_invisible(text: str) -> None:
    key = normalise(text)
    assert key == " ".join(key.split())
    assert not {unicodedata.category(char) for char in key} & {"Cf", "Cc", "Cs", "Co"}


@given(st.sampled_from(["stop", "opt-out", "denny's", "加入", "cuánto", "a b"]), AROUND, AROUND)
def test_what_stands_around_a_word_does_not_matter(word: str, before: str, after: str) -> None:
    assert normalise(before + word.upper() + after) == word


@given(st.text(st.characters(codec="ascii"), max_size=60))
def test_case_does_not_matter(text: str) -> None:
    assert normalise(text.upper()) == normalise(text.lower())


@given(st.text())
def test_names_folded_twice_are_folded_once(name: str) -> None:
    assert fold(fold(name)) == fold(name)


def test_names_are_the_same_whatever_their_case_and_spaces_but_keep_their_punctuation() -> None:
    assert fold("  VIP\u00a0 Guests ") == fold("vip guests")
    assert fold("VIP!") != fold("VIP")


@given(st.text(st.characters(codec=None)))
def test_a_cleaned_text_can_be_stored_and_sent(text: str) -> None:
    assert "\x00" not in clean(text)
    assert clean(text) == clean(text).encode().decode()


@given(st.text(st.characters(codec="utf-8", exclude_characters="\x00")))
def test_a_sound_text_is_left_as_it_was(text: str) -> None:
    assert clean(text) == text


def test_what_is_legible_has_no_controls_and_turns_no_writing_but_keeps_lines_and_joined_emoji() -> None:
    assert legible("Ana\u202e\x07\x00\u2066\u200f") == "Ana"
    assert legible("a\nb\tc 👩\u200d🍳 שלום") == "a\nb\tc 👩\u200d🍳 שלום"


def test_words_lose_their_punctuation_unless_it_is_all_they_are() -> None:
    assert words(normalise("Yes, please! I ❤ it - really")) == ["yes", "please", "i", "❤", "it", "-", "really"]


@pytest.mark.parametrize("filler", ["\n", " ", "\u200b", "'", "😀", "a\u0301", "sent from my \n"])
def test_a_text_far_too_long_is_read_to_its_end(filler: str) -> None:
    text = "a" + filler * (100_000 // len(filler)) + "b"
    assert normalise(text)[:1] + normalise(text)[-1:] == "ab"


@pytest.mark.parametrize(
    "signature",
    [
        "Sent from Yahoo Mail for iPhone",
        "--\nSent from my iPhone",
        "-- ",
        "\n\nEnvoyé de mon iPhone",
        "Enviado desde mi X",
    ],
)
def test_lines_that_a_telephone_adds_are_not_part_of_the_text(signature: str) -> None:
    assert normalise(f"Count me in\n{signature}") == "count me in"
    assert skeleton(f"Count me in\n{signature}\n") == ["count", "me", "in"]


def test_a_skeleton_has_only_the_latin_letters_that_a_text_looks_like() -> None:
    assert skeleton("S.T.O.P., “ЅТОР”!  Ｎow 🇸🇹🇴🇵") == ["s", "t", "o", "p", "stop", "now", "stop"]
    assert skeleton("🇺🇸 STOP™ ℹ", drop_symbols=True) == ["stop"]
    assert skeleton("СТОП") == ["ctoп"]
    assert skeleton("加入 5") == ["加入", "5"]


@given(st.text())
def test_a_skeleton_looks_like_itself(text: str) -> None:
    assert [skeleton(part) for part in skeleton(text)] == [[part] for part in skeleton(text)]


def test_only_the_accents_go() -> None:
    assert unaccented("déjà vu, señor ß στόπ ещё 加") == "deja vu, senor ß στοπ еще 加"
    assert unaccented("หยุด ガ") == "หยุด ガ"
