"""Texts through the REST API."""

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from contacts import permissions
from contacts.models import Number
from contacts.models.consent import Source
from contacts.permissions import Evidence
from messaging.models import Message
from shout.models import Role
from shout.tenancy import tenant
from tests import build, rest
from tests.rest import Program

STOP = Evidence(source=Source.UNIVERSAL_KEYWORD, words="STOP", reference="SM1")
PHONE = "+14155550123"


@pytest.fixture
def program(db: None) -> Program:
    """A program with a key to an account."""
    return rest.program()


@pytest.fixture
def number(program: Program) -> Number:
    """A number of that account."""
    return build.number(program.account)


def rows(program: Program) -> list[Message]:
    """The account's texts, oldest first."""
    with tenant(program.account.pk):
        return list(Message.objects.order_by("id"))


def found(program: Program, **query: object) -> list[str]:
    """The bodies of the texts that a query finds."""
    return [row["body"] for row in program.get("messages/", **query).json["results"]]


def test_a_text_is_queued_and_can_be_read_again(program: Program, number: Number) -> None:
    sent = program.post("messages/", {"number": number.pk, "to": "(415) 555-0123", "body": " Ready. "})
    assert sent.status == 201
    said = dict.fromkeys(("created_at", "checked_at", "local_time"), "")
    assert sent.json | {"id": 0} | said == said | {
        "id": 0,
        "direction": "out",
        "origin": "api",
        "status": "queued",
        "refusal": None,
        "detail": None,
        "basis": "no_objection",
        "consent_event": None,
        "waits_until": None,
        "number": number.pk,
        "phone": PHONE,
        "contact": rows(program)[0].contact_id,
        "body": " Ready. ",
        "media": [],
        "segments": 1,
        "error_code": None,
        "sent_at": None,
        "settled_at": None,
    }
    assert program.get(f"messages/{sent.json['id']}/").json == sent.json


def test_a_text_to_a_known_phone_belongs_to_its_contact(program: Program, number: Number) -> None:
    contact = build.contact(program.account, phone=PHONE)
    by_phone = program.post("messages/", {"number": number.pk, "to": PHONE, "body": "1"}).json
    by_contact = program.post("messages/", {"number": number.pk, "contact": contact.pk, "body": "2"}).json
    assert by_phone["contact"] == by_contact["contact"] == contact.pk
    assert by_phone["phone"] == by_contact["phone"] == PHONE


def test_media_goes_with_a_text_or_alone(program: Program, number: Number) -> None:
    media = ["https://example.com/soup.jpg"]
    alone = program.post("messages/", {"number": number.pk, "to": PHONE, "media": media}).json
    assert (alone["body"], alone["media"], alone["segments"]) == ("", media, 1)


def test_segments_are_counted(program: Program, number: Number) -> None:
    sent = program.post("messages/", {"number": number.pk, "to": PHONE, "body": "’" * 71})
    assert sent.json["segments"] == 2


def test_a_refusal_is_a_row_that_says_why(program: Program, number: Number) -> None:
    other = build.number(program.account)
    with tenant(program.account.pk):
        permissions.opt_out(number=number, phone=PHONE, evidence=STOP)
    refused = program.post("messages/", {"number": number.pk, "to": PHONE, "body": "Come back"})
    assert refused.status == 201
    assert (refused.json["status"], refused.json["refusal"]) == ("refused", "opted_out")
    assert refused.json["detail"] == "They have stopped this number"
    assert refused.json["settled_at"]
    allowed = program.post("messages/", {"number": other.pk, "to": PHONE, "body": "Your table is ready"})
    assert allowed.json["status"] == "queued"
    assert [row.status for row in rows(program)] == ["refused", "queued"]


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"number": None}, "number"),
        ({"number": 999_999_999}, "number"),
        ({"number": "main"}, "number"),
        ({"number": 10**30}, "number"),
        ({"to": "12"}, "to"),
        ({"to": ""}, "to"),
        ({"to": {"phone": PHONE}}, "to"),
        ({"contact": 999_999_999}, "contact"),
        ({"body": ""}, "body"),
        ({"body": " \n "}, "body"),
        ({"body": "x" * 1601}, "body"),
        ({"body": "a\x00b"}, "body"),
        ({"body": "\udc00"}, "body"),
        ({"body": None}, "body"),
        ({"media": ["ftp://example.com/x"]}, "media.0"),
        ({"media": ["https://example.com/x", "soup.jpg"]}, "media.1"),
        ({"media": ["https://example.com/x"] * 11}, "media"),
        ({"media": "https://example.com/x"}, "media"),
        ({"from": "+14155550100"}, "from"),
        ({"status": "sent"}, "status"),
    ],
)
def test_bad_input_names_its_field_and_writes_nothing(
    program: Program, number: Number, change: dict[str, Any], field: str
) -> None:
    answer = program.post("messages/", {"number": number.pk, "to": PHONE, "body": "Hi"} | change)
    assert answer.status == 400
    assert set(answer.json["errors"]) == {field}
    assert rows(program) == []


def test_a_text_has_one_recipient(program: Program, number: Number) -> None:
    contact = build.contact(program.account)
    neither = program.post("messages/", {"number": number.pk, "body": "Hi"})
    both = program.post("messages/", {"number": number.pk, "to": PHONE, "contact": contact.pk, "body": "Hi"})
    assert (neither.status, both.status) == (400, 400)
    assert neither.json["errors"] == both.json["errors"] == {"to": ["Send either to or contact."]}


def test_1600_emoji_are_a_text(program: Program, number: Number) -> None:
    sent = program.post("messages/", {"number": number.pk, "to": PHONE, "body": "😀" * 1600})
    assert (sent.status, sent.json["segments"]) == (201, 49)


def test_another_accounts_number_and_contact_are_not_there(program: Program, number: Number) -> None:
    stranger = build.account()
    theirs, person = build.number(stranger), build.contact(stranger)
    assert program.post("messages/", {"number": theirs.pk, "to": PHONE, "body": "Hi"}).status == 400
    assert program.post("messages/", {"number": number.pk, "contact": person.pk, "body": "Hi"}).status == 400
    assert program.get("messages/", number=theirs.pk).status == 400
    assert program.get("messages/", contact=person.pk).status == 400
    assert rows(program) == []


def test_another_accounts_texts_are_not_there(program: Program, number: Number) -> None:
    other = rest.program()
    theirs = other.post("messages/", {"number": build.number(other.account).pk, "to": PHONE, "body": "Hi"}).json
    assert program.get(f"messages/{theirs['id']}/").status == 404
    assert found(program) == []


def test_the_same_key_and_request_is_the_same_text(program: Program, number: Number) -> None:
    body = {"number": number.pk, "to": PHONE, "body": "Ready", "media": ["https://example.com/x.png"]}
    first = program.post("messages/", body, **{"Idempotency-Key": "order-17"})
    again = program.post("messages/", body | {"to": "415-555-0123"}, **{"Idempotency-Key": "order-17"})
    assert (first.status, again.status) == (201, 200)
    assert first.json == again.json
    assert len(rows(program)) == 1


@pytest.mark.parametrize("change", [{"body": "Late"}, {"to": "+14155550124"}, {"media": ["https://example.com/x"]}])
def test_the_same_key_and_another_request_is_a_conflict(
    program: Program, number: Number, change: dict[str, Any]
) -> None:
    body = {"number": number.pk, "to": PHONE, "body": "Ready"}
    first = program.post("messages/", body, **{"Idempotency-Key": "order-17"})
    other = program.post("messages/", body | change, **{"Idempotency-Key": "order-17"})
    assert other.status == 409
    assert f"message {first.json['id']}" in other.json["detail"]
    assert len(rows(program)) == 1


def test_the_same_key_from_another_number_is_a_conflict(program: Program, number: Number) -> None:
    other = build.number(program.account)
    program.post("messages/", {"number": number.pk, "to": PHONE, "body": "Hi"}, **{"Idempotency-Key": "k"})
    assert (
        program.post("messages/", {"number": other.pk, "to": PHONE, "body": "Hi"}, **{"Idempotency-Key": "k"}).status
        == 409
    )


def test_two_accounts_may_use_the_same_key(program: Program, number: Number) -> None:
    other = rest.program()
    theirs = build.number(other.account)
    for one, line in ((program, number), (other, theirs)):
        sent = one.post("messages/", {"number": line.pk, "to": PHONE, "body": "Hi"}, **{"Idempotency-Key": "k"})
        assert sent.status == 201


@pytest.mark.parametrize("key", ["", "x" * 256, "two words", "kéy"])
def test_a_key_that_cannot_be_kept_is_a_problem(program: Program, number: Number, key: str) -> None:
    body = {"number": number.pk, "to": PHONE, "body": "Hi"}
    answer = program.post("messages/", body, **{"Idempotency-Key": key})
    assert answer.status == 400
    assert set(answer.json["errors"]) == {"Idempotency-Key"}
    assert rows(program) == []


def test_one_request_sent_twenty_times_at_once_is_one_text(committed: None) -> None:
    program = rest.program()
    number = build.number(program.account)
    body = {"number": number.pk, "to": PHONE, "body": "Ready"}

    def send(_: int) -> tuple[int, int]:
        try:
            answer = rest.Program(program.account, program.key).post("messages/", body, **{"Idempotency-Key": "one"})
            return answer.status, answer.json["id"]
        finally:
            connection.close()

    with ThreadPoolExecutor(5) as pool:
        answers = list(pool.map(send, range(20)))
    assert {status for status, _ in answers} <= {200, 201}
    assert {pk for _, pk in answers} == {row.pk for row in rows(program)}
    assert len(rows(program)) == 1


def test_filters_narrow_the_list(program: Program, number: Number) -> None:
    other, contact = build.number(program.account), build.contact(program.account, phone=PHONE)
    for line, to, body in ((number, PHONE, "1"), (other, "+447700900123", "2"), (number, "+447700900123", "3")):
        program.post("messages/", {"number": line.pk, "to": to, "body": body})
    with tenant(program.account.pk):
        Message.objects.create(
            account=program.account, number=number, phone=PHONE, body="4", direction="in", origin="contact",
            status="processed", contact=contact, carrier_sid="SM4",
        )  # fmt: skip
    assert found(program) == ["4", "3", "2", "1"]
    assert found(program, contact=contact.pk) == found(program, phone=PHONE) == ["4", "1"]
    assert found(program, number=other.pk) == ["2"]
    assert found(program, direction="in") == found(program, status="processed") == ["4"]
    assert found(program, direction="out", status="queued", phone="+447700900123") == ["3", "2"]


def test_times_narrow_the_list_and_neighbouring_spans_do_not_overlap(program: Program, number: Number) -> None:
    for body in ("1", "2"):
        program.post("messages/", {"number": number.pk, "to": PHONE, "body": body})
    with tenant(program.account.pk):
        for body, at in (("1", "2030-01-31T09:00:00+00:00"), ("2", "2030-01-31T10:00:00+00:00")):
            Message.objects.filter(body=body).update(created_at=datetime.fromisoformat(at))
    assert found(program, after="2030-01-31T10:00:00Z") == ["2"]
    assert found(program, before="2030-01-31T10:00:00Z") == ["1"]
    assert found(program, after="2030-01-31T10:00:00+01:00", before="2030-01-31T10:30:00Z") == ["2", "1"]


@pytest.mark.parametrize(
    ("name", "value"),
    [("after", "yesterday"), ("before", "0001-01-01T00:00:00+14:00"), ("status", "done"), ("direction", "up")],
)
def test_a_filter_that_makes_no_sense_is_a_problem(program: Program, name: str, value: str) -> None:
    answer = program.get("messages/", **{name: value})
    assert answer.status == 400
    assert set(answer.json["errors"]) == {name}


def test_a_list_takes_the_same_queries_however_long_it_is(program: Program, number: Number) -> None:
    build.contact(program.account, phone=PHONE)

    def queries(texts: int) -> int:
        for _ in range(texts):
            program.post("messages/", {"number": number.pk, "to": PHONE, "body": "Hi"})
        with CaptureQueriesContext(connection) as captured:
            assert found(program)
        return len(captured)

    assert queries(1) == queries(5) < 12


def test_texts_are_not_changed_or_deleted(program: Program, number: Number) -> None:
    sent = program.post("messages/", {"number": number.pk, "to": PHONE, "body": "Hi"}).json
    assert program.patch(f"messages/{sent['id']}/", {"body": "Ho"}).status == 405
    assert program.delete(f"messages/{sent['id']}/").status == 405


def test_a_preview_counts_and_names_what_makes_a_text_longer(program: Program) -> None:
    assert program.post("messages/preview/", {"body": "It’s 3 €"}).json == {
        "encoding": "UCS-2",
        "segments": 1,
        "units": 8,
        "units_per_segment": 70,
        "forcing": ["’"],
    }
    plain = program.post("messages/preview/", {"body": "It's 3 €"}).json
    assert (plain["encoding"], plain["units"], plain["forcing"]) == ("GSM-7", 9, [])
    assert rows(program) == []


def test_a_viewers_key_may_preview(db: None) -> None:
    assert rest.program(role=Role.VIEWER).post("messages/preview/", {"body": "Hi"}).status == 200


@pytest.mark.parametrize("body", [{}, {"body": None}, {"body": ["Hi"]}, {"body": "x" * 1601}, {"text": "Hi"}])
def test_a_preview_of_nothing_is_a_problem(program: Program, body: dict[str, Any]) -> None:
    assert program.post("messages/preview/", body).status == 400
