"""Setting a number up at its carrier: never in a Messaging Service in which a STOP would silence other numbers too."""

import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from html import unescape
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

import pytest
from django.urls import reverse
from pytest_django import Settings

from contacts.models import Number
from messaging import outbound, provisioning
from messaging.carriers import CarrierError, Verdict, twilio
from messaging.models import Message
from messaging.provisioning import SharedServiceError
from messaging.simulator.client import Simulator
from shout.models import Account
from tests import build, carrier
from tests.carrier import Phone
from tests.outside import OutsideClient

Answer = Callable[[str], dict[str, Any]]


@contextmanager
def answering(answer: Answer) -> Iterator[str]:
    """A carrier that answers each GET by its path, with 200."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            said = json.dumps(answer(self.path)).encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(said)))
            self.end_headers()
            self.wfile.write(said)

        def log_message(self, format: str, *args: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


@pytest.fixture
def pair(simulator: Simulator, account: Account) -> tuple[Number, Number]:
    """Two connected numbers of one carrier account."""
    first = build.number(account, kind=Number.Kind.MARKETING)
    keys = {"carrier_account_sid": first.carrier_account_sid, "carrier_auth_token": first.carrier_auth_token}
    second = build.number(account, **keys)
    for number in (first, second):
        provisioning.connect(number)
    return first, second


def listed(key: str, records: list[dict[str, str]]) -> dict[str, Any]:
    return {key: records, "meta": {"key": key, "next_page_url": None}}


def services(count: int) -> dict[str, Any]:
    return listed("services", [{"sid": f"MG{i:032}", "friendly_name": "Old"} for i in range(count)])


def test_a_number_in_no_service_is_connected(numbers: tuple[Number, Number], simulator: Simulator) -> None:
    number, _ = numbers
    assert (number.messaging_service_sid, number.webhooks_set_at is not None) == ("", True)
    assert simulator.numbers()[0]["sms_url"] == number.sms_webhook_url


def test_a_number_that_shares_its_service_is_refused_with_the_reason_and_the_remedy(
    pair: tuple[Number, Number], simulator: Simulator
) -> None:
    first, second = pair
    sid = simulator.service(first.e164, second.e164, name="Denny’s texts", short_codes=["55512"])
    with pytest.raises(SharedServiceError) as refusal:
        provisioning.connect(first)
    said = provisioning.explain(refusal.value)
    assert f"“Denny’s texts” ({sid}) together with 2 other numbers." in said
    assert "a STOP to one number of a service as a STOP to all of them" in said
    assert "move this number to a Messaging Service of its own" in said
    assert first.e164 not in said
    assert refusal.value.verdict == Verdict.FAILED


def test_a_refused_number_keeps_what_it_had(pair: tuple[Number, Number], simulator: Simulator) -> None:
    first, second = pair
    simulator.service(first.e164, second.e164)
    with pytest.raises(SharedServiceError, match="1 other number\\."):
        provisioning.connect(first)
    before = first.webhooks_set_at
    first.refresh_from_db()
    assert (first.messaging_service_sid, first.webhooks_set_at) == ("", before)


def test_a_number_alone_in_its_service_is_connected_and_its_texts_arrive(
    numbers: tuple[Number, Number], simulator: Simulator, ana: Phone
) -> None:
    marketing, _ = numbers
    sid = simulator.service(marketing.e164)
    assert simulator.text(ana.e164, marketing.e164, "JOIN").webhook_status == 0
    provisioning.connect(marketing)
    marketing.refresh_from_db()
    assert marketing.messaging_service_sid == sid
    # Nothing listens at the public address of a test; that the carrier tries is what counts.
    assert simulator.text(ana.e164, marketing.e164, "JOIN").webhook_status != 0


def test_a_number_of_a_service_still_sends_by_itself(
    numbers: tuple[Number, Number], simulator: Simulator, ana: Phone
) -> None:
    marketing, _ = numbers
    simulator.service(marketing.e164)
    provisioning.connect(marketing)
    outbound.send(
        number=marketing, phone=ana.e164, body="Hello", origin=Message.Origin.API, idempotency_key=str(build.key())
    )
    carrier.work(marketing.account_id)
    assert ana.received() == [(marketing.e164, "Hello")]
    assert [attempt["from"] for attempt in simulator.log()] == [marketing.e164]


def test_moving_a_number_to_a_service_of_its_own_mends_it(pair: tuple[Number, Number], simulator: Simulator) -> None:
    first, second = pair
    shared = simulator.service(first.e164, second.e164)
    own = simulator.service(first.e164)
    for number, sid in ((first, own), (second, shared)):
        provisioning.check_service(number)
        number.refresh_from_db()
        assert number.messaging_service_sid == sid


def test_a_service_that_is_shared_later_is_noticed(pair: tuple[Number, Number], simulator: Simulator) -> None:
    first, second = pair
    simulator.service(first.e164)
    provisioning.check_service(first)
    simulator.service(first.e164, second.e164)
    with pytest.raises(SharedServiceError):
        provisioning.check_service(first)


def test_the_services_of_another_account_do_not_matter(
    numbers: tuple[Number, Number], simulator: Simulator, account: Account
) -> None:
    strangers = [build.number(account) for _ in range(2)]
    for number in strangers:
        number.carrier_account_sid, number.carrier_auth_token = "AC" + "9" * 32, "theirs"
        provisioning.connect(number)
    simulator.service(*[number.e164 for number in strangers])
    provisioning.connect(numbers[0])
    assert numbers[0].messaging_service_sid == ""


def test_the_number_page_says_why_the_carrier_was_not_set_up(
    browser: OutsideClient, pair: tuple[Number, Number], simulator: Simulator
) -> None:
    first, second = pair
    simulator.service(first.e164, second.e164, name="Everything")
    answer = browser.post(reverse("messaging:number_webhooks", args=[first.pk]), follow=True)
    shown = unescape(answer.content.decode())
    assert "The carrier was not set up. At Twilio this number is in the Messaging Service “Everything”" in shown


def test_a_carrier_that_takes_too_long_is_not_waited_for(marketing: Number, settings: Settings) -> None:
    def slowly(path: str) -> dict[str, Any]:
        if "/Services/" in path:
            time.sleep(0.2)
        key = "short_codes" if "ShortCodes" in path else "phone_numbers"
        return listed(key, []) if "/Services/" in path else services(300)

    settings.CARRIER_TIMEOUT = 1.0
    with answering(slowly) as settings.SIMULATOR_URL:
        start = time.monotonic()
        with pytest.raises(CarrierError, match="could not all be looked through within 1 seconds") as refusal:
            provisioning.connect(marketing)
    assert time.monotonic() - start < 20, "one after the other they take a minute"
    assert refusal.value.verdict == Verdict.RETRY


def test_a_number_is_not_taken_for_alone_when_not_all_services_were_seen(marketing: Number, settings: Settings) -> None:
    def many(path: str) -> dict[str, Any]:
        key = "short_codes" if "ShortCodes" in path else "phone_numbers"
        return listed(key, []) if "/Services/" in path else services(501)

    settings.CARRIER_TIMEOUT = 30.0
    with (
        answering(many) as settings.SIMULATOR_URL,
        pytest.raises(CarrierError, match="because there are more than 500"),
    ):
        provisioning.connect(marketing)
    marketing.refresh_from_db()
    assert marketing.webhooks_set_at is None


def test_a_number_in_one_of_hundreds_of_services_is_found(marketing: Number, settings: Settings) -> None:
    def many(path: str) -> dict[str, Any]:
        if "/Services/" not in path:
            return services(300)
        if "ShortCodes" in path:
            return listed("short_codes", [])
        mine = f"/MG{299:032}/" in path
        return listed("phone_numbers", [{"phone_number": each} for each in (marketing.e164, "+15550100100") if mine])

    settings.CARRIER_TIMEOUT = 30.0
    with answering(many) as settings.SIMULATOR_URL, pytest.raises(SharedServiceError, match="“Old”"):
        provisioning.connect(marketing)


def test_a_service_that_cannot_be_read_is_no_proof_that_the_number_is_alone(
    marketing: Number, settings: Settings
) -> None:
    with answering(lambda path: {"odd": True, "answer": 1}) as settings.SIMULATOR_URL, pytest.raises(CarrierError):
        provisioning.connect(marketing)
    marketing.refresh_from_db()
    assert marketing.webhooks_set_at is None


@pytest.mark.parametrize(
    ("api", "messaging"),
    [
        ("https://api.twilio.com", "https://messaging.twilio.com"),
        ("https://api.dublin.ie1.twilio.com", "https://messaging.dublin.ie1.twilio.com"),
        ("http://127.0.0.1:8001", "http://127.0.0.1:8001"),
        ("https://api.twilio.com.example", "https://api.twilio.com.example"),
    ],
)
def test_services_are_asked_for_where_twilio_keeps_them(api: str, messaging: str) -> None:
    assert twilio.messaging_base(api) == messaging
