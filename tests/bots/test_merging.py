"""Merge fields: what is known of a person, in a text (B5)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bots import merging

ANA = {"first_name": "Ana", "city": "Rome"}


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("Hi {{ first_name }}!", "Hi Ana!"),
        ("Hi {{first_name}}!", "Hi Ana!"),
        ('Hi {{ last_name|default:"there" }}!', "Hi there!"),
        ("Hi {{ last_name | default: “there” }}!", "Hi there!"),
        ("Hi {{ last_name }}!", "Hi !"),
        ("{{ city }}, {{ city }}", "Rome, Rome"),
        ("no field", "no field"),
    ],
)
def test_a_field_becomes_what_is_known_or_its_default(body: str, said: str) -> None:
    assert merging.render(body, ANA) == said


def test_an_unknown_field_is_named() -> None:
    assert merging.unknown("{{ first_name }} {{ shoe_size }}", merging.BUILT_IN) == ["shoe_size"]


@pytest.mark.parametrize("body", ["Hi {{ first_name", "Hi {{ }}", "{{ a|upper }}", "{{ a|default:there }}"])
def test_what_cannot_be_read_says_how_to_write_it(body: str) -> None:
    with pytest.raises(merging.Unreadable, match="first_name"):
        merging.unknown(body, merging.BUILT_IN)


def test_what_is_merged_is_cut_where_the_text_would_grow_too_long_for_a_carrier() -> None:
    body = f"{'a' * 1500} {{{{ wish }}}} {{{{ city }}}}. Text STOP to stop."
    said = merging.render(body, {"wish": "w" * 500, "city": "Rome"})
    assert len(said) == 1600
    assert said.endswith("w . Text STOP to stop.")


@pytest.mark.parametrize("whole", ["👍🏽", "👩\u200d👩\u200d👧", "e\u0301", "4\ufe0f\u20e3"])
def test_no_character_is_cut_in_two(whole: str) -> None:
    body = f"{'a' * (1600 - len(whole))}{{{{ wish }}}}"
    assert merging.render(body, {"wish": whole}).endswith(whole)
    assert merging.render(f"a{body}", {"wish": whole}) == "a" * (1601 - len(whole))


@given(st.text())
def test_any_text_is_rendered_and_a_value_is_never_read_as_a_field(body: str) -> None:
    assert isinstance(merging.render(body, ANA), str)
    assert merging.render("{{ first_name }}", {"first_name": body}) == body.strip()
