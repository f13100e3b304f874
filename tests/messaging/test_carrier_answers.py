"""Answers no carrier should give: each costs its own text at most, never the texts beside it (M5, M6)."""

import json
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from urllib.parse import parse_qs

import pytest
from pytest_django import Settings

from contacts import permissions
from contacts.models import Number
from messaging import delivery, outbound
from messaging.models import Message

ANA, BEN = "+14155550142", "+14155550143"
PROBLEM = {"type": "about:blank", "title": "Opted out", "status": 400, "code": 21610}
ANSWERS = {
    "good": (201, json.dumps({"sid": "SM1"})),
    "same id": (201, json.dumps({"sid": "SM1"})),
    "nothing": (201, "null"),
    "no id": (201, "{}"),
    "long id": (201, json.dumps({"sid": "S" * 65})),
    "a page": (200, "<html>"),
    "busy": (429, json.dumps({"code": 20429, "message": "", "status": 429})),
    "huge code": (400, json.dumps({"code": 10**12, "message": "", "status": 400})),
    "problem": (400, json.dumps(PROBLEM)),
}


class _Odd(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        form = parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())
        status, answer = ANSWERS[form["Body"][0]]
        self.send_response(status)
        self.end_headers()
        self.wfile.write(answer.encode())

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


@pytest.fixture
def odd_carrier(settings: Settings) -> Iterator[None]:
    """A carrier that answers by what a text says."""
    with ThreadingHTTPServer(("127.0.0.1", 0), _Odd) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        settings.SIMULATOR_URL = f"http://127.0.0.1:{server.server_port}"
        yield
        server.shutdown()


def _send(number: Number, *texts: tuple[str, str]) -> list[Message]:
    rows = [
        outbound.send(number=number, phone=phone, body=body, origin=Message.Origin.API, idempotency_key=f"{phone} {i}")
        for i, (phone, body) in enumerate(texts)
    ]
    delivery.deliver(account_id=number.account_id)
    for row in rows:
        row.refresh_from_db()
    return rows


@pytest.mark.usefixtures("odd_carrier")
@pytest.mark.parametrize(
    ("answer", "status"),
    [
        ("nothing", "unknown"),
        ("no id", "unknown"),
        ("long id", "unknown"),
        ("a page", "unknown"),
        ("huge code", "failed"),
    ],
)
def test_an_odd_answer_leaves_the_text_beside_it_alone(marketing: Number, answer: str, status: str) -> None:
    odd, good = _send(marketing, (ANA, answer), (BEN, "good"))
    assert (odd.status, odd.carrier_sid, odd.error_code) == (status, None, None)
    assert (good.status, good.carrier_sid) == ("sent", "SM1")


@pytest.mark.usefixtures("odd_carrier")
def test_an_id_given_twice_belongs_to_the_first_text_and_both_are_sent(marketing: Number) -> None:
    first, second = _send(marketing, (ANA, "good"), (BEN, "same id"))
    third, *_ = _send(marketing, ("+14155550144", "good"))
    assert [(text.status, text.carrier_sid) for text in (first, second, third)] == [
        ("sent", "SM1"),
        ("sent", None),
        ("sent", None),
    ]


@pytest.mark.usefixtures("odd_carrier")
def test_a_refusal_as_problem_details_is_a_refusal(marketing: Number) -> None:
    text, *_ = _send(marketing, (ANA, "problem"))
    assert (text.status, text.error_code) == ("failed", 21610)
    assert permissions.refusal(marketing, ANA) == "opted_out"


@pytest.mark.usefixtures("odd_carrier")
def test_the_error_of_an_earlier_attempt_does_not_stay_on_a_text_that_left(marketing: Number) -> None:
    text, *_ = _send(marketing, (ANA, "busy"))
    assert (text.status, text.error_code) == ("queued", 20429)
    Message.objects.update(next_at=text.created_at, body="good")
    delivery.deliver(account_id=marketing.account_id)
    text.refresh_from_db()
    assert (text.status, text.error_code) == ("sent", None)
