"""One simulator for all its tests, emptied before each, with an account, a number and a webhook receiver."""

from collections.abc import Iterator

import pytest
from twilio.http.http_client import TwilioHttpClient
from twilio.rest import Client

from messaging.simulator.client import Simulator
from messaging.simulator.running import running
from tests.messaging.simulator.receiver import Receiver, receiving

ACCOUNT, TOKEN = "AC" + "1" * 32, "the token of the shop"
NUMBER, HANDSET = "+15550100100", "+15550199999"


def account_at(base_url: str, *, sid: str = ACCOUNT, token: str = TOKEN) -> Client:
    """The twilio library, speaking to the simulator."""
    client = Client(sid, token, http_client=TwilioHttpClient(timeout=5))
    client.api.base_url = base_url
    return client


@pytest.fixture(scope="package")
def _server() -> Iterator[str]:
    with running() as base_url:
        yield base_url


@pytest.fixture
def base_url(_server: str) -> str:
    Simulator(_server).reset()
    return _server


@pytest.fixture
def simulator(base_url: str) -> Simulator:
    return Simulator(base_url)


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as receiver:
        yield receiver


@pytest.fixture
def twilio(base_url: str, receiver: Receiver) -> Client:
    """An account whose number has its webhook set, as Shout sets it."""
    client = account_at(base_url)
    [number] = client.incoming_phone_numbers.list(phone_number=NUMBER)
    number.update(sms_url=receiver.url + "/sms/", sms_method="POST")
    return client
