"""Questions, waits and fields: what a run keeps, asks again, and gives up (B5). Pure."""

import pytest

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
        (Answer.NUMBER, "3,5", "3.5"),
        (Answer.NUMBER, "three", None),
        (Answer.DATE, "Jan 31, 1990", "1990-01-31"),
        (Answer.DATE, "2/30/1990", None),
        (Answer.EMAIL, "ana@example.com", "ana@example.com"),
        (Answer.EMAIL, "ana at example", None),
        (Answer.ZIP, "94110", "94110"),
        (Answer.ZIP, "9411", None),
    ],
)
def test_an_answer_is_read_by_its_kind(kind: str, text: str, kept: str | None) -> None:
    assert answers.read(kind, text) == kept
