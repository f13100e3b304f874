"""A POST with an Idempotency-Key may be sent again: it is answered the same and changes nothing."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.utils.timezone import now

from contacts import erasure
from shout.models import Answer
from shout.tasks import forget_answers
from shout.tenancy import tenant
from tests import build, rest
from tests.rest import Program

KEY = {"Idempotency-Key": "order-1017"}
BOT = {
    "name": "VIP",
    "triggers": [{"word": "VIP"}],
    "actions": [{"kind": "reply", "body": "Hi. Text STOP to opt out."}],
}
CREATING = {
    "bots/": lambda program: BOT,
    "contacts/": lambda program: {"phone": "+14155550123"},
    "groups/": lambda program: {"name": "VIP"},
    "opt-outs/": lambda program: {
        "number": build.number(program.account).pk,
        "phone": "+14155550123",
        "words": "By phone",
    },
}


def age(program: Program, **by: float) -> None:
    with tenant(program.account.pk):
        Answer.objects.update(answered_at=now() - timedelta(**by))


@pytest.mark.parametrize("path", CREATING)
def test_a_repeat_is_answered_the_same_and_makes_nothing(db: None, path: str) -> None:
    program = rest.program()
    body = CREATING[path](program)
    first, second = (program.post(path, body, **KEY) for _ in range(2))
    assert (first.status, first.json) == (201, second.json)
    assert second.status == 201
    assert len(program.get(path).json["results"]) == 1


def test_the_order_of_names_does_not_matter_but_what_is_asked_does(db: None) -> None:
    program = rest.program()
    made = program.post("bots/", BOT, **KEY)
    assert program.post("bots/", dict(reversed(BOT.items())), **KEY).json == made.json
    for path, body in (("bots/", BOT | {"name": "Other"}), ("groups/", {"name": "VIP"})):
        other = program.post(path, body, **KEY)
        assert other.status == 409
        assert "belongs to another request" in other.json["detail"]
    assert program.get("groups/").json["results"] == []


def test_what_was_refused_may_be_mended_under_the_same_key(db: None) -> None:
    program = rest.program()
    assert program.post("bots/", BOT | {"name": ""}, **KEY).status == 400
    assert program.post("bots/", BOT, **KEY).status == 201


def test_without_a_key_nothing_is_remembered(db: None) -> None:
    program = rest.program()
    assert [program.post("bots/", BOT).status for _ in range(2)] == [201, 400]
    with tenant(program.account.pk):
        assert not Answer.objects.exists()


def test_a_key_that_is_none_is_refused(db: None) -> None:
    answer = rest.program().post("bots/", BOT, **{"Idempotency-Key": "two words"})
    assert (answer.status, set(answer.json["errors"])) == (400, {"Idempotency-Key"})


def test_accounts_do_not_share_keys(db: None) -> None:
    assert [rest.program().post("bots/", BOT, **KEY).status for _ in range(2)] == [201, 201]


def test_an_answer_is_forgotten_after_a_day(db: None) -> None:
    program = rest.program()
    program.post("groups/", {"name": "VIP"}, **KEY)
    age(program, hours=23)
    assert program.post("groups/", {"name": "VIP"}, **KEY).status == 201
    age(program, hours=25)
    assert program.post("groups/", {"name": "Other"}, **KEY).status == 201


@pytest.mark.parametrize("hours, kept", [(23, True), (25, False)])
def test_answers_of_accounts_that_never_come_again_are_forgotten_too(db: None, hours: float, kept: bool) -> None:
    program = rest.program()
    program.post("groups/", {"name": "VIP"}, **KEY)
    age(program, hours=hours)
    forget_answers()
    with tenant(program.account.pk):
        assert Answer.objects.exists() == kept


def test_erasing_a_person_forgets_what_was_answered_about_them(db: None) -> None:
    program = rest.program()
    made = program.post("contacts/", {"phone": "+14155550123"}, **KEY)
    program.post("contacts/", {"phone": "+14155550124"}, **{"Idempotency-Key": "another"})
    with tenant(program.account.pk):
        erasure.erase(contact=program.account.contacts.get(pk=made.json["id"]), by=build.user())
        assert [answer.key for answer in Answer.objects.all()] == ["another"]


def test_two_at_once_make_one(committed: None) -> None:
    program = rest.program()

    def ask(_: int) -> rest.Answer:
        try:
            return Program(program.account, program.key).post("bots/", BOT, **KEY)
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(ask, range(4)))
    assert [answer.status for answer in answers] == [201] * 4
    assert len({answer.json["id"] for answer in answers}) == 1


def test_the_document_says_which_requests_take_a_key() -> None:
    paths = Client().get("/api/v1/schema/", headers={"Accept": "application/json"}).json()["paths"]
    takes = {
        path: "Idempotency-Key" in {parameter["name"] for parameter in methods["post"].get("parameters", [])}
        for path, methods in paths.items()
        if "post" in methods
    }
    assert {path.removeprefix("/api/v1/") for path, does in takes.items() if not does} == {
        "messages/preview/",
        "bots/test/",
        "bots/validate/",
    }
