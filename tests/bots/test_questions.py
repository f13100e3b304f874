"""Questions, waits and fields: what a run keeps, asks again, and gives up (B5). Pure."""

import pytest
import time_machine
from hypothesis import given
from hypothesis import strategies as st

from bots import answers, engine
from bots.engine import Change, Pause, Person, Said, Step, Told
from bots.models import Action

Kind, Answer = Action.Kind, Action.Answer
BIRTHDAY = Step(Kind.ASK, body="When is your birthday?", field="birthday", answer=Answer.DATE, again="As 1/31, please")
THANKS = Step(Kind.REPLY, body='Thanks, {{ first_name|default:"friend" }}!')


def test_a_question_is_asked_and_the_steps_after_it_wait() -> None:
    done = engine.respond([BIRTHDAY, THANKS], Person(), {})
    assert done.replies == [Said("When is your birthday?")]
    assert done.pause == Pause((BIRTHDAY, THANKS), engine.ASK_MINUTES, is_question=True)


def test_an_answer_is_saved_to_its_field_and_the_run_goes_on() -> None:
    person = Person(fields={"first_name": "Ana"})
    pause = Pause((BIRTHDAY, THANKS), 60, is_question=True)
    done = engine.answer(pause, "1/31/1990", person, leave_tags={})
    assert done.changes == [Change("set", field="birthday", value="1990-01-31")]
    assert (done.replies, done.pause) == ([Said("Thanks, Ana!")], None)
    assert person.fields["birthday"] == "1990-01-31"


def test_what_is_no_answer_is_asked_again_and_given_up_after_three_tries() -> None:
    pause = Pause((BIRTHDAY, THANKS), 60, is_question=True)
    for tries in (1, 2):
        done = engine.answer(pause, "soon", Person(), leave_tags={})
        assert done.replies == [Said("As 1/31, please")]
        assert done.pause == Pause((BIRTHDAY, THANKS), 60, is_question=True, tries=tries)
        pause = done.pause
    given_up = engine.answer(pause, "soon", Person(), leave_tags={})
    assert (given_up.replies, given_up.pause, given_up.changes) == ([], None, [])


def test_a_wait_keeps_the_steps_after_it() -> None:
    wait = Step(Kind.WAIT, minutes=60)
    done = engine.respond([THANKS, wait, BIRTHDAY], Person(), {})
    assert (done.replies, done.pause) == ([Said("Thanks, friend!")], Pause((BIRTHDAY,), 60, is_question=False))


def test_fields_set_before_a_reply_are_in_it() -> None:
    steps = [
        Step(Kind.SET_FIELD, field="first_name", value="Bo"),
        THANKS,
        Step(Kind.NOTIFY, body="{{ first_name }} wrote"),
    ]
    done = engine.respond(steps, Person(fields={"first_name": "Ana"}), {})
    assert done.replies == [Said("Thanks, Bo!")]
    assert done.told == [Told(Kind.NOTIFY, "Bo wrote")]


def test_steps_survive_being_kept_as_json() -> None:
    step = Step(Kind.REPLY, body="Hi", media=("https://example.com/a.jpg",))
    assert Step.from_json(step.as_json()) == step


@pytest.mark.parametrize(
    ("kind", "text", "kept"),
    [
        (Answer.ANY, "  a   b ", "a b"),
        (Answer.ANY, " ", None),
        (Answer.NUMBER, "1 200", "1200"),
        (Answer.NUMBER, "3,5", None),
        (Answer.NUMBER, "three", None),
        (Answer.NUMBER, "1,000", "1000"),
        (Answer.NUMBER, "1,234,567.50", "1234567.50"),
        (Answer.NUMBER, "1,0000", None),
        (Answer.NUMBER, "5 6", None),
        (Answer.NUMBER, "4.", "4"),
        (Answer.NUMBER, "“4!” 🙂", "4"),
        (Answer.NUMBER, "4\u200b\n\nSent from my iPhone", "4"),
        (Answer.NUMBER, "４", "4"),
        (Answer.NUMBER, "4️⃣", "4"),
        (Answer.NUMBER, "$12.50", "12.50"),
        (Answer.NUMBER, "$ 1,200", "1200"),
        (Answer.NUMBER, "−5", "-5"),
        (Answer.NUMBER, "+5", "5"),
        (Answer.NUMBER, ".5", "0.5"),
        (Answer.NUMBER, "$", None),
        (Answer.NUMBER, "...", None),
        (Answer.NUMBER, "5/31", None),
        (Answer.DATE, "Jan 31, 1990", "1990-01-31"),
        (Answer.DATE, "May 5th, 1990", "1990-05-05"),
        (Answer.DATE, "the 5th of May 1990.", "1990-05-05"),
        (Answer.DATE, "Sept. 1st 1990!", "1990-09-01"),
        (Answer.DATE, "“５/31/1990”", "1990-05-31"),
        (Answer.DATE, "1990–05–31", "1990-05-31"),
        (Answer.DATE, "31.5.1990.", "1990-05-31"),
        (Answer.DATE, "31/5/1990", None),
        (Answer.DATE, "May 5", None),
        (Answer.DATE, "2/30/1990", None),
        (Answer.EMAIL, "ana@example.com", "ana@example.com"),
        (Answer.EMAIL, "me@x.com.", "me@x.com"),
        (Answer.EMAIL, "<_Me@x.com>, 🙂", "_Me@x.com"),
        (Answer.EMAIL, "ana at example", None),
        (Answer.ZIP, "94110", "94110"),
        (Answer.ZIP, "94110.", "94110"),
        (Answer.ZIP, "94110–1234", "94110-1234"),
        (Answer.ZIP, "9411", None),
        (Answer.ANY, "“O’Hara” ４!", "“O’Hara” ４!"),
        (Answer.ANY, "Ana\n\nSent from my iPhone", "Ana"),
        (Answer.ANY, "\u200b", None),
    ],
)
def test_an_answer_is_read_by_its_kind(kind: str, text: str, kept: str | None) -> None:
    assert answers.read(kind, text) == kept


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("1/1/68", "1968-01-01"),
        ("1/1/36", "2036-01-01"),
        ("1/1/37", "1937-01-01"),
        ("5-31-90", "1990-05-31"),
        ("2/29/40", "1940-02-29"),
        ("2/29/41", None),
    ],
)
def test_a_year_of_two_digits_is_at_most_ten_years_ahead(text: str, kept: str | None) -> None:
    with time_machine.travel("2026-06-01T12:00:00Z"):
        assert answers.read(Answer.DATE, text) == kept


@given(st.sampled_from(Answer.values), st.text())
def test_any_text_is_an_answer_or_none_and_an_answer_is_read_as_itself(kind: str, text: str) -> None:
    kept = answers.read(kind, text)
    assert kept is None or answers.read(kind, kept) == kept


def test_a_value_that_its_field_cannot_hold_changes_nothing_and_is_asked_for_again() -> None:
    person = Person()
    pause = Pause((Step("ask", body="E-mail?", field="email"), Step("reply", body="Thanks")), 60, is_question=True)
    asked_again = engine.answer(pause, "none of your business", person, leave_tags={})
    assert (asked_again.was_read, person.fields) == (False, {})
    done = engine.respond([Step("set_field", field="postal_code", value="9" * 30)], person, {})
    assert done.changes == []
