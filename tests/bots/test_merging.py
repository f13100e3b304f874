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


@given(st.text())
def test_any_text_is_rendered_and_a_value_is_never_read_as_a_field(body: str) -> None:
    assert isinstance(merging.render(body, ANA), str)
    assert merging.render("{{ first_name }}", {"first_name": body}) == body.strip()
