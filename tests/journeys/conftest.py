"""The stage of the journeys: a business with two numbers on the carrier simulator."""

from collections.abc import Iterator

import pytest
from pytest_django import Settings

from contacts.models import Number
from messaging import provisioning
from messaging.simulator.client import Simulator
from messaging.simulator.running import running
from tests.carrier import Phone


@pytest.fixture
def simulator(settings: Settings) -> Iterator[Simulator]:
    """The carrier."""
    with running() as address:
        settings.SIMULATOR_URL = address
        yield Simulator(address)


@pytest.fixture
def numbers(simulator: Simulator, marketing: Number, service: Number) -> tuple[Number, Number]:
    """The marketing and the customer service number, known to the carrier."""
    for number in (marketing, service):
        provisioning.connect(number)
    return marketing, service


@pytest.fixture
def ana(simulator: Simulator) -> Phone:
    """Somebody the business does not know yet."""
    return Phone(simulator, "+14155550142")
