"""The stage of the faults: the whole product in processes of its own, and a carrier that repeats what is not taken."""

import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import pytest
import requests

from messaging.simulator.client import Simulator
from tests import stack
from tests.stack import Stack

_PATIENCE = 300
_NUMBER = "+14155550100"
_OPEN = ("received", "queued", "sending", "unknown")
_GIVEN_UP = ("parked", "failed", "unconfirmed")


@dataclass(frozen=True)
class Diner:
    """The account under fire, as it is seen from outside: by its carrier and through the API."""

    product: Stack
    simulator: Simulator
    key: str

    def call(self, method: str, path: str, body: object = None) -> Any:  # noqa: ANN401
        """Ask the REST API."""
        headers = {"Authorization": f"Bearer {self.key}"}
        answer = requests.request(method, f"{self.product.url}/api/v1/{path}", json=body, headers=headers, timeout=30)
        answer.raise_for_status()
        return answer.json()

    def text(self, phone: str, body: str) -> float:
        """Deliver a text as a carrier that repeats it until it is taken; when it had been taken (monotonic)."""
        sid = f"SM{uuid4().hex}"
        deadline = time.monotonic() + _PATIENCE
        while time.monotonic() < deadline:
            if self.simulator.text(phone, _NUMBER, body, sid=sid).webhook_status == 200:
                return time.monotonic()
            time.sleep(0.2)
        raise TimeoutError("a webhook was never answered")

    def sent(self, phones: set[str]) -> list[dict[str, Any]]:
        """What the carrier accepted for these phones, once Shout has nothing left to do, and has given up nothing."""
        deadline, calm = time.monotonic() + _PATIENCE, 0
        while time.monotonic() < deadline:
            waiting = {status: self._count(status) for status in _OPEN}
            # A text that goes back to queued slips by between two readings, though not again a second later.
            calm = 0 if any(waiting.values()) else calm + 1
            if calm == 2:
                assert {status: self._count(status) for status in _GIVEN_UP} == dict.fromkeys(_GIVEN_UP, 0)
                return [attempt for attempt in self.simulator.log() if attempt["accepted"] and attempt["to"] in phones]
            time.sleep(1)
        raise TimeoutError(f"still unsettled: {waiting}")

    def _count(self, status: str) -> int:
        """How many texts have this status, up to a page of them."""
        return len(self.call("GET", f"messages/?status={status}")["results"])


@pytest.fixture(scope="session")
def diner() -> Iterator[Diner]:
    """A diner whose bot answers JOIN, on a carrier that takes 50 ms for a text."""
    with stack.running(CARRIER_GRACE="4", CARRIER_TIMEOUT="3") as product:
        opened = product.create_account(f"{_NUMBER}=marketing:Offers")
        simulator = Simulator(product.simulator_url)
        # The carrier's own blocking would hide a text that Shout should not have sent.
        simulator.carrier_replies(_NUMBER, on=False)
        simulator.behave(latency_ms=50)
        diner = Diner(product, simulator, opened["api_key"])
        group = diner.call("POST", "groups/", {"name": "VIP"})["id"]
        actions = [{"kind": "assign_group", "group": group}, {"kind": "reply", "body": "Welcome"}]
        diner.call("POST", "bots/", {"name": "Join", "triggers": [{"word": "JOIN"}], "actions": actions})
        yield diner
