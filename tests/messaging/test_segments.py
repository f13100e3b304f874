"""Segments: texts counted as carriers count them."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from messaging.segments import Segments, count

BASIC = (
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
EXTENSION = "\f^{}\\[~]|€"
gsm_texts = st.text(st.sampled_from(BASIC + EXTENSION), max_size=700)
any_texts = st.text(max_size=300)


def test_the_alphabet_has_its_127_characters_beside_the_escape() -> None:
    assert len(set(BASIC)) == 127
    assert len(set(EXTENSION)) == 10


@pytest.mark.parametrize(
    ("text", "units", "segments", "per_segment"),
    [
        ("", 0, 1, 160),
        ("Hi", 2, 1, 160),
        ("a" * 160, 160, 1, 160),
        ("a" * 161, 161, 2, 153),
        ("a" * 306, 306, 2, 153),
        ("a" * 307, 307, 3, 153),
        ("a" * 1600, 1600, 11, 153),
        ("€" * 80, 160, 1, 160),
        ("€" * 81, 162, 2, 153),
        ("a" * 159 + "€", 161, 2, 153),
        # 152 septets fill the first segment but one: the pair does not fit and goes into the second whole.
        ("a" * 152 + "€" + "a" * 152, 306, 3, 153),
        ("a" * 153 + "€" + "a" * 151, 306, 2, 153),
        ("{" * 152, 304, 2, 153),
        ("{" * 152 + "a", 305, 2, 153),
        ("{" * 152 + "[", 306, 3, 153),
    ],
)
def test_gsm_7_takes_septets_and_keeps_escape_pairs_whole(
    text: str, units: int, segments: int, per_segment: int
) -> None:
    assert count(text) == Segments("GSM-7", units, segments, per_segment, ())


@pytest.mark.parametrize(
    ("text", "units", "segments", "per_segment"),
    [
        ("’", 1, 1, 70),
        ("’" * 70, 70, 1, 70),
        ("’" * 71, 71, 2, 67),
        ("’" * 134, 134, 2, 67),
        ("’" * 135, 135, 3, 67),
        ("😀" * 35, 70, 1, 70),
        ("😀" * 36, 72, 2, 67),
        # 33 pairs leave one unit of 67 free, which no half of a pair may take.
        ("😀" * 66, 132, 2, 67),
        ("😀" * 67, 134, 3, 67),
        ("😀" * 1600, 3200, 49, 67),
        ("€" * 69 + "’", 70, 1, 70),
        ("’" + "\n" * 69, 70, 1, 70),
    ],
)
def test_ucs_2_takes_utf_16_units_and_keeps_surrogate_pairs_whole(
    text: str, units: int, segments: int, per_segment: int
) -> None:
    counted = count(text)
    assert (counted.encoding, counted.units, counted.segments, counted.per_segment) == (
        "UCS-2",
        units,
        segments,
        per_segment,
    )


def test_the_characters_that_force_ucs_2_are_named_once_in_the_order_of_the_text() -> None:
    assert count("“Hi” – it’s “on” 😀{é}ê").forcing == ("“", "”", "–", "’", "😀", "ê")


@pytest.mark.parametrize("char", ["ç", "`", "\t", "\x1b", "\x00", "\xa0", "á", "½", "\u200b", "Α", "…", "₤"])
def test_near_relatives_of_the_alphabet_force_ucs_2(char: str) -> None:
    assert count(f"a{char}b") == Segments("UCS-2", 3, 1, 70, (char,))


@given(gsm_texts)
def test_gsm_texts_agree_with_a_split_by_hand(text: str) -> None:
    encoded = [b"\x1b" + char.encode("utf-8")[:1] if char in EXTENSION else b"." for char in text]
    assert_fits(count(text), [len(septets) for septets in encoded], alone=160, joined=153)


@given(any_texts)
def test_other_texts_agree_with_their_utf_16_encoding(text: str) -> None:
    counted = count(text)
    if counted.encoding == "GSM-7":
        assert set(text) <= set(BASIC + EXTENSION)
        return
    assert counted.units == len(text.encode("utf-16-le")) // 2
    assert_fits(counted, [len(char.encode("utf-16-le")) // 2 for char in text], alone=70, joined=67)


@given(any_texts, any_texts)
def test_more_text_never_takes_fewer_segments(first: str, second: str) -> None:
    assert count(first + second).segments >= max(count(first).segments, count(second).segments)


def assert_fits(counted: Segments, widths: list[int], *, alone: int, joined: int) -> None:
    """Cut at every place the limit forces, looking only at running totals, and compare."""
    totals = [0]
    for width in widths:
        totals.append(totals[-1] + width)
    if totals[-1] <= alone:
        assert (counted.segments, counted.per_segment, counted.units) == (1, alone, totals[-1])
        return
    cuts = [0]
    while totals[-1] > cuts[-1] + joined:
        cuts.append(max(total for total in totals if total <= cuts[-1] + joined))
    assert all(0 < later - earlier <= joined for earlier, later in pairwise(cuts))
    assert (counted.segments, counted.per_segment, counted.units) == (len(cuts), joined, totals[-1])
